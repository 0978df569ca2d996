"""SQLAlchemy dialect: each connection that asks something reads the newest generation of the snapshot of HBase."""

import os
import threading
from typing import Any

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from storepulse_superset.answers_wsgi import mark_live
from storepulse_superset.generation import Connection
from storepulse_superset.snapshot import Snapshot
from storepulse_superset.windows import WindowReader

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

    def get_isolation_level(self, _: Any) -> str:
        """Each connection sees one generation; known without a statement."""
        return "SERIALIZABLE"

    def get_schema_names(self, _: Any, **__: Any) -> list[str]:
        """None: there is one, without a name."""
        return []

    def connect(self, host: str, port: int, **_: Any) -> Connection:
        """The newest generation, for the statements that come."""
        mark_live()
        return Connection(snapshot_of(host, port).newest)
