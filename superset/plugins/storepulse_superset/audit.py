"""The audit log: who logged in, failed to, changed something or took data away."""

from typing import Any

from flask import has_request_context, request
from superset.security import SupersetSecurityManager
from superset.utils.log import DBEventLogger

from storepulse_superset.rights import RememberedRights

CHART_DATA = "ChartDataRestApi.data"
# What pages do by themselves: each answer of a refreshing chart would write five rows, with a commit each.
NOISE = frozenset(
    {
        *("_get_data_response", "execute_sql", "load_into_dataframe", "csrf_token", "log"),
        *("QueryObject.post_processing", "ChartDataRestApi.json_dumps", "mount_dashboard"),
        *("force_refresh_charts_finished", "load_chart", "render_chart", "spa_navigation"),
    }
)
# Lists and states that a page asks for while it opens.
READING = (
    *(".get", ".get_list", ".info", ".favorite_status", ".get_charts", ".get_datasets"),
    *(".get_drill_info", ".recent_activity"),
)
FILES = ("csv", "xlsx")


def _asks_for_a_file() -> bool:
    if not has_request_context():
        return False
    asked: Any = request.get_json(silent=True) or request.form or {}
    told = (asked.get("result_format"), asked.get("form_data"), request.args.get("format"))
    return any(form in str(text) for form in FILES for text in told)


class AuditLogger(DBEventLogger):
    """Logins, edits and exports, in Superset's own table of logs."""

    def log(self, user_id: int | None, action: str, *args: Any, **options: Any) -> None:
        """Keep what a person did, and leave out what a page does by itself."""
        if action == CHART_DATA and _asks_for_a_file():
            super().log(user_id, "export_chart", *args, **options)
        elif action not in NOISE and action != CHART_DATA and not action.endswith(READING):
            super().log(user_id, action, *args, **options)


class AuditedSecurityManager(RememberedRights, SupersetSecurityManager):
    """Superset's own, which tells the audit log of every login."""

    def _tell(self, action: str, user: Any) -> None:
        from superset.extensions import event_logger

        record = {"username": user.username}
        event_logger.log(user.id, action, None, None, None, None, records=[record])

    def on_user_login(self, user: Any) -> None:
        """A user is in."""
        self._tell("login", user)

    def on_user_login_failed(self, user: Any) -> None:
        """A wrong password of a user that there is."""
        self._tell("login_failed", user)

    def on_user_logout(self, user: Any) -> None:
        """A user has left."""
        self._tell("logout", user)
