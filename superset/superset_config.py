"""Superset's settings: everything that differs between machines comes from the environment."""

import os
import sys
from typing import Any

from flask_appbuilder.security.manager import AUTH_DB
from storepulse_superset.answers_wsgi import KeptAnswers
from storepulse_superset.audit import AuditedSecurityManager, AuditLogger
from superset.config import THEME_DARK, THEME_DEFAULT


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        sys.exit(f'error: {name} is not set: start Superset with "make up"')
    return value


HOME = _required("SUPERSET_HOME")
SECRET_KEY = _required("SUPERSET_SECRET_KEY")
PORT = int(_required("SUPERSET_PORT"))

# ---- metadata, caches ----
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME}/superset.db?check_same_thread=false"
SQLALCHEMY_ENGINE_OPTIONS = {"connect_args": {"timeout": 15}}
CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache"}
# In memory, for who opens a page again or beside others; how long is said by the database (superset/spec).
DATA_CACHE_CONFIG = {
    "CACHE_TYPE": "SimpleCache",
    "CACHE_DEFAULT_TIMEOUT": 30,
    "CACHE_THRESHOLD": 500,
}
FILTER_STATE_CACHE_CONFIG = {
    "CACHE_TYPE": "FileSystemCache",
    "CACHE_DIR": f"{HOME}/cache/filter_state",
    "CACHE_DEFAULT_TIMEOUT": 7 * 86400,
}
EXPLORE_FORM_DATA_CACHE_CONFIG = {**FILTER_STATE_CACHE_CONFIG, "CACHE_DIR": f"{HOME}/cache/explore"}

# ---- time: the default "today" would end every relative range at midnight ----
DEFAULT_RELATIVE_START_TIME = DEFAULT_RELATIVE_END_TIME = "now"
TIME_GRAIN_ADDONS = {"PT2S": "2 seconds", "PT10S": "10 seconds"}
# A refresh asks and does not force: Spark is asked once in half a minute, HBase each time.
DASHBOARD_AUTO_REFRESH_MODE = "fetch"
DASHBOARD_AUTO_REFRESH_INTERVALS = [
    [0, "Don't refresh"],
    [1, "1 second"],
    [2, "2 seconds"],
    [5, "5 seconds"],
    [30, "30 seconds"],
    [300, "5 minutes"],
]

# ---- look: nothing slides or grows into its place on pages that are drawn again and again ----
# "All" and "Inv" beside a legend lose their words when a chart is refreshed in place; its names can be clicked.
_AT_ONCE = {"echartsOptionsOverrides": {"animation": False, "legend": {"selector": False}}}
# Dots in place of a spinner: twenty that turn are drawn sixty times a second, while the charts wait for the processor.
_DOTS = "".join(f'<circle cx="{x}" cy="12" r="5" fill="#8c8c8c"/>' for x in (12, 30, 48))
_STILL = {
    "motion": False,
    "brandSpinnerSvg": f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 24">{_DOTS}</svg>',
}
THEME_DEFAULT = {**THEME_DEFAULT, **_AT_ONCE, "token": {**THEME_DEFAULT["token"], **_STILL}}
THEME_DARK = {**THEME_DARK, **_AT_ONCE, "token": {**THEME_DARK["token"], **_STILL}}

# ---- access ----
EVENT_LOGGER = AuditLogger()
CUSTOM_SECURITY_MANAGER = AuditedSecurityManager
AUTH_TYPE = AUTH_DB
PUBLIC_ROLE_LIKE = None
FAB_ADD_SECURITY_API = False
PREVENT_UNSAFE_DB_CONNECTIONS = True
ENABLE_CORS = False
WTF_CSRF_ENABLED = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
FEATURE_FLAGS = {
    "DASHBOARD_RBAC": True,
    "TAGGING_SYSTEM": False,
    # A chart asks when it comes near the screen: a page opens without the statements of its other end.
    "DASHBOARD_VIRTUALIZATION_DEFER_DATA": True,
}
# Only this server: the page loads nothing from elsewhere and tells nobody.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
# Spark itself ends a statement at QUERY_SECONDS (spark_dialect); Superset's own limits come after it.
QUERY_SECONDS = int(_required("SUPERSET_QUERY_SECONDS"))
SQLLAB_TIMEOUT = SUPERSET_WEBSERVER_TIMEOUT = QUERY_SECONDS + 30
# Of a longer result so many rows: in a chart, in an export, in SQL Lab.
ROW_LIMIT = SQL_MAX_ROW = TABLE_VIZ_MAX_ROW_SERVER = 10_000
SAMPLES_ROW_LIMIT = 1000
APP_NAME = "Storepulse"


def FLASK_APP_MUTATOR(app: Any) -> None:  # noqa: N802 (Superset's name)
    """Answers of the live charts are computed ahead, once for all who look."""
    app.wsgi_app = KeptAnswers(app)
