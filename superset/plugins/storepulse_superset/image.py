"""A connection to an image of the snapshot that can read and do nothing else."""

import sqlite3
from typing import Any

CHECK_EVERY = 200_000  # virtual machine steps of SQLite
LONGEST_VALUE = 4_000_000  # bytes
PRAGMAS = {"table_info", "table_xinfo", "index_list", "foreign_key_list", "read_uncommitted"}
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}


def authorize(action: int, first: str | None, second: str | None, *_: Any) -> int:
    """SQLite asks for each part of a statement: reading is allowed, everything else is not."""
    if action in ALLOWED:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and second != "load_extension":
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first in PRAGMAS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def open_image(image: bytes) -> sqlite3.Connection:
    """A connection that can only read."""
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    connection.deserialize(image)
    connection.execute("pragma query_only = 1")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    connection.set_authorizer(authorize)
    return connection
