"""SQLAlchemy dialect for a Spark Thrift server: PyHive's, with the parts corrected that give wrong results."""

import os
from collections.abc import Callable
from typing import Any

from pyhive import hive
from pyhive.exc import OperationalError, ProgrammingError
from pyhive.sqlalchemy_hive import HiveCompiler, HiveDialect
from sqlalchemy import text
from sqlalchemy.sql.compiler import SQLCompiler
from TCLIService import ttypes
from thrift.transport.TSocket import TSocket
from thrift_sasl import TSaslClientTransport

from storepulse_superset import guard, spark_errors, time_out

GRACE_SECONDS = 15  # Spark ends a statement first, with a message


def query_seconds() -> int:
    """How long a statement may take (SUPERSET_QUERY_SECONDS)."""
    return int(os.environ.get("SUPERSET_QUERY_SECONDS", "60"))


def _sasl(host: str, username: str) -> Callable[[], Any]:
    # The server is on loopback and knows no passwords; the protocol wants one.
    password = "none"  # noqa: S105
    return lambda: hive.get_installed_sasl(
        host=host, sasl_auth="PLAIN", username=username, password=password
    )


def _told(error: OperationalError) -> OperationalError:
    # PyHive has the whole answer in it, with a stack trace of Java, and a chart shows all of that.
    if "TIMEDOUT" in str(error):
        return OperationalError(time_out.in_words(query_seconds()))
    return OperationalError(spark_errors.in_words(str(error)))


class GuardedCursor(hive.Cursor):
    """Charts, SQL Lab and Superset's own questions about columns all end here."""

    def execute(self, operation: str, parameters: Any = None, **options: Any) -> None:
        """Send a statement that the guard lets through; any other raises ProgrammingError."""
        # With its values in it: they are what Spark will read.
        values = hive._escaper.escape_args(parameters) if parameters is not None else None
        sql = operation if values is None else operation % values
        try:
            guard.check(sql)
        except guard.ForbiddenError as error:
            raise ProgrammingError(str(error)) from error
        self._run(sql, is_async=bool(options.get("async") or options.get("async_")))

    def _run(self, sql: str, *, is_async: bool) -> None:
        # PyHive's own execute, and the limit, which it has no argument for: Spark ends the statement.
        self._reset_state()
        self._state = self._STATE_RUNNING
        request = ttypes.TExecuteStatementReq(
            self._connection.sessionHandle, sql, runAsync=is_async, queryTimeout=query_seconds()
        )
        response = self._connection.client.ExecuteStatement(request)
        try:
            hive._check_status(response)
        except OperationalError as error:
            raise _told(error) from None
        self._operationHandle = response.operationHandle

    def _fetch_more(self) -> None:
        try:
            super()._fetch_more()
        except OperationalError as error:
            raise _told(error) from None


class GuardedConnection(hive.Connection):
    """Gives out guarded cursors only, and waits for no answer much longer than a statement may take."""

    def __init__(self, host: str, port: int, username: str, database: str, **_: Any) -> None:
        socket = TSocket(host, port)
        socket.setTimeout((query_seconds() + GRACE_SECONDS) * 1000)
        super().__init__(
            username=username,
            database=database,
            thrift_transport=TSaslClientTransport(_sasl(host, username), "PLAIN", socket),
        )

    def cursor(self, *args: Any, **options: Any) -> GuardedCursor:
        """A cursor that asks the guard first."""
        return GuardedCursor(self, *args, **options)


class SparkCompiler(HiveCompiler):
    """PyHive cuts an expression with two dots at the first one, in silence."""

    visit_column = SQLCompiler.visit_column


class SparkDialect(HiveDialect):
    """URI spark://user@host:port/schema. SHOW TABLES of Spark has the name in its second column."""

    name = "spark"
    driver = "thrift"
    statement_compiler = SparkCompiler
    supports_statement_cache = False

    def connect(self, *args: Any, **options: Any) -> GuardedConnection:
        """The only way to a connection, so nothing reaches Spark past the guard."""
        return GuardedConnection(*args, **options)

    def _show(self, connection: Any, what: str, schema: str | None) -> list[str]:
        quoted = self.identifier_preparer.quote_identifier(schema) if schema else ""
        statement = f"SHOW {what}" + (f" IN {quoted}" if quoted else "")
        rows = connection.execute(text(statement))
        return [row[1] for row in rows if not row[2]]  # without temporary views

    def get_table_names(self, connection: Any, schema: str | None = None, **_: Any) -> list[str]:
        """Tables and views of a schema."""
        return self._show(connection, "TABLES", schema)

    def get_view_names(self, connection: Any, schema: str | None = None, **_: Any) -> list[str]:
        """Views of a schema."""
        return self._show(connection, "VIEWS", schema)

    def has_table(
        self, connection: Any, table_name: str, schema: str | None = None, **_: Any
    ) -> bool:
        """Whether there is such a table or view."""
        return table_name in self.get_table_names(connection, schema)
