"""SQLAlchemy dialect: each connection is a private, read-only copy of the newest snapshot of HBase."""

import os
import sqlite3
import threading
import time
from typing import Any

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from storepulse_superset.snapshot import Snapshot
from storepulse_superset.windows import WindowReader

QUERY_SECONDS = 10
CHECK_EVERY = 200_000  # virtual machine steps of SQLite
LONGEST_VALUE = 4_000_000  # bytes
PRAGMAS = {"table_info", "table_xinfo", "index_list", "foreign_key_list", "read_uncommitted"}
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}

_snapshots: dict[tuple[str, int], Snapshot] = {}
_lock = threading.Lock()


def snapshot_of(host: str, port: int) -> Snapshot:
    """The snapshot of a gateway: one for all connections of this process."""
    with _lock:
        if (host, port) not in _snapshots:
            buckets = int(os.environ.get("HBASE_SALT_BUCKETS", "0"))
            window_seconds = int(os.environ.get("STREAM_WINDOW_SECONDS", "2"))
            reader = WindowReader(host, port, buckets)
            _snapshots[host, port] = Snapshot(reader, window_seconds)
        return _snapshots[host, port]


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
    """A connection that can only read, for at most QUERY_SECONDS."""
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    connection.deserialize(image)
    connection.execute("pragma query_only = 1")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    end = time.monotonic() + QUERY_SECONDS
    # A long statement would stop every other request of the worker.
    connection.set_progress_handler(lambda: time.monotonic() > end, CHECK_EVERY)
    connection.set_authorizer(authorize)
    return connection


class HBaseDialect(SQLiteDialect_pysqlite):
    """URI shillelagh+hbasemem://host:port/ of an HBase Thrift gateway."""

    name = "shillelagh"
    driver = "hbasemem"
    supports_statement_cache = True

    def create_connect_args(self, url: Any) -> tuple[tuple[()], dict[str, Any]]:
        """Host and port of the gateway."""
        return (), {"host": url.host or "127.0.0.1", "port": int(url.port or 9090)}

    def on_connect(self) -> None:
        """Nothing: the functions of SQLAlchemy for SQLite are not needed."""

    def connect(self, host: str, port: int, **_: Any) -> sqlite3.Connection:
        """The newest generation."""
        return open_image(snapshot_of(host, port).image())
