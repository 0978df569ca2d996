"""Who may do what in Superset: Viewer looks and exports, Analyst asks the marts, Admin is Superset's own."""

import os
from typing import Any

from storepulse_superset.guard import SCHEMAS

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


def is_public() -> bool:
    """Whether everybody who reaches the port may look (SUPERSET_PUBLIC)."""
    return os.environ.get("SUPERSET_PUBLIC", "").lower() in ("1", "true", "yes", "on")


def _rights(manager: Any, wanted: set[tuple[str, str]]) -> set[Any]:
    return {
        manager.find_permission_view_menu(*one) or manager.add_permission_view_menu(*one)
        for one in sorted(wanted)
    }


def _looking(manager: Any) -> set[tuple[str, str]]:
    return (manager.PUBLIC_ROLE_PERMISSIONS - VIEWER_DROPS) | VIEWER_ADDS


def _role(manager: Any, name: str, rights: set[Any]) -> Any:
    # All at once: whoever looks meanwhile has the old ones or the new ones.
    role = manager.find_role(name) or manager.add_role(name)
    role.permissions = list(rights)
    return role


def viewer(manager: Any) -> Any:
    """A role that can look at the dashboards that are given to it, and nothing else."""
    return _role(manager, "Viewer", _rights(manager, _looking(manager)))


def analyst(manager: Any) -> Any:
    """Charts of one's own and SQL Lab, on the schemas of the marts, by name: the database may come later."""
    names = [manager.get_schema_perm(ANALYST_DATABASE, None, each) for each in SCHEMAS]
    wanted = ANALYST_ADDS | {("schema_access", name) for name in names}
    known = [manager.find_role(name).permissions for name in ("Gamma", "sql_lab")]
    return _role(manager, "Analyst", _rights(manager, wanted).union(*known))


def public(manager: Any) -> Any:
    """Nothing but the log of the login page, or with SUPERSET_PUBLIC what the Viewer may.

    The login page reports its own events. When that is refused, the answer carries a new session
    cookie, and a login that is under way at the same moment is lost. The audit logger drops them.
    """
    wanted = _looking(manager) if is_public() else {("can_log", "Superset")}
    return _role(manager, manager.auth_role_public, _rights(manager, wanted))


def of_dashboards(manager: Any) -> list[Any]:
    """The roles that see the dashboards."""
    names = ["Viewer", "Analyst", *([manager.auth_role_public] if is_public() else [])]
    return [manager.find_role(name) for name in names]
