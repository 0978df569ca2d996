"""Which windows answer a question of the live page: those of the shop, or those by brand or by category."""

import re
import sqlite3
from typing import Any

from storepulse_superset.image import authorize
from storepulse_superset.live_views import SCOPES

SCOPED = ("live_totals", "live_windows")
_VIEW = re.compile(rf"\b({'|'.join(SCOPED)})\b")


def _columns_named(connection: sqlite3.Connection, sql: str, parameters: Any) -> set[str]:
    """Those of SCOPES that a statement reads of SCOPED, as SQLite itself understands it."""
    found: set[str] = set()

    def note(action: int, first: str | None, second: str | None, *rest: Any) -> int:
        if action == sqlite3.SQLITE_READ and first in SCOPED and second in SCOPES:
            found.add(second)
        return authorize(action, first, second, *rest)

    connection.set_authorizer(note)
    try:
        connection.execute(f"explain {sql}", parameters).fetchall()
    finally:
        connection.set_authorizer(authorize)
    return found


def scoped(connection: sqlite3.Connection, sql: str, parameters: Any = ()) -> str:
    """The statement on the views of the scope that it names.

    Raises sqlite3.NotSupportedError when it names both: HBase has no windows by brand and category.
    """
    if not (_VIEW.search(sql) and any(name in sql for name in SCOPES)):
        return sql
    named = _columns_named(connection, sql, parameters)
    if len(named) > 1:
        raise sqlite3.NotSupportedError(
            "brands and categories are counted apart: choose a brand or a category, not both"
        )
    return _VIEW.sub(rf"\1_by_{named.pop()}", sql) if named else sql
