"""Who may do what in Superset: Viewer looks and exports, Analyst asks the marts, Admin is Superset's own."""

import os
from typing import Any

VIEWER_DROPS = {
    ("can_explore_json", "Superset"),
    ("can_slice", "Superset"),
    ("can_query", "Api"),
    ("can_query_form_data", "Api"),
    ("can_external_metadata", "Datasource"),
    ("can_get", "Datasource"),
}
VIEWER_ADDS = {
    ("menu_access", "Dashboards"),
    ("can_log", "Superset"),
    ("can_csv", "Superset"),
    ("can_recent_activity", "Log"),
    ("can_write", "DashboardPermalinkRestApi"),
    # Drill by, on the charts of the dashboards that the role sees. The rows behind a chart ("drill to
    # detail") Superset gives only to who may read the dataset: the Analyst.
    ("can_drill", "Dashboard"),
    # Without this the page offers no drilling. What it would save, for "Edit chart", is refused to the Viewer.
    ("can_write", "ExploreFormDataRestApi"),
    ("can_view_chart_as_table", "Dashboard"),
    ("can_get_drill_info", "Dataset"),
}
# The rows behind a chart ("drill to detail"), of the datasets that the role may read.
ANALYST_ADDS = {("can_samples", "Datasource")}
ANALYST_DATABASE = "Spark"
# What dbt has tested; not the raw events and not what a model is made of.
ANALYST_SCHEMAS = ("marts", "profiling", "reports")


def is_public() -> bool:
    """Whether everybody who reaches the port may look (SUPERSET_PUBLIC)."""
    return os.environ.get("SUPERSET_PUBLIC", "").lower() in ("1", "true", "yes", "on")


def _grant(manager: Any, role: Any, wanted: set[tuple[str, str]]) -> None:
    for permission, view in sorted(wanted):
        found = manager.find_permission_view_menu(permission, view)
        found = found or manager.add_permission_view_menu(permission, view)
        manager.add_permission_role(role, found)


def _looking(manager: Any) -> set[tuple[str, str]]:
    return (manager.PUBLIC_ROLE_PERMISSIONS - VIEWER_DROPS) | VIEWER_ADDS


def _emptied(manager: Any, name: str) -> Any:
    role = manager.add_role(name) or manager.find_role(name)
    role.permissions = []
    return role


def viewer(manager: Any) -> Any:
    """A role that can look at the dashboards that are given to it, and nothing else."""
    role = _emptied(manager, "Viewer")
    _grant(manager, role, _looking(manager))
    return role


def analyst(manager: Any) -> Any:
    """Charts of one's own and SQL Lab; on which tables, `let_analyst_read` says."""
    role = _emptied(manager, "Analyst")
    for name in ("Gamma", "sql_lab"):
        role.permissions = list({*role.permissions, *manager.find_role(name).permissions})
    _grant(manager, role, ANALYST_ADDS)
    return role


def public(manager: Any) -> Any:
    """Nothing but the log of the login page, or with SUPERSET_PUBLIC what the Viewer may.

    The login page reports its own events. When that is refused, the answer carries a new session
    cookie, and a login that is under way at the same moment is lost. The audit logger drops them.
    """
    role = _emptied(manager, manager.auth_role_public)
    _grant(manager, role, _looking(manager) if is_public() else {("can_log", "Superset")})
    return role


def let_analyst_read(manager: Any) -> None:
    """The schemas of the marts, by name: the database may come later."""
    names = [manager.get_schema_perm(ANALYST_DATABASE, None, each) for each in ANALYST_SCHEMAS]
    _grant(manager, manager.find_role("Analyst"), {("schema_access", name) for name in names})


def of_dashboards(manager: Any) -> list[Any]:
    """The roles that see the dashboards."""
    names = ["Viewer", "Analyst", *([manager.auth_role_public] if is_public() else [])]
    return [manager.find_role(name) for name in names]
