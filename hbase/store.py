"""EDGE happybase: connect, create tables, write, scan; only connection errors are tried again."""

import logging
import socket
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import happybase
from Hbase_thrift import AlreadyExists, BatchMutation, ColumnDescriptor, IllegalArgument, Mutation
from Hbase_thrift import IOError as ThriftIOError
from tenacity import Retrying, retry_if_exception, stop_before_delay, wait_exponential_jitter
from thriftpy2.protocol.exc import TProtocolException
from thriftpy2.thrift import TException
from thriftpy2.transport import TTransportException

from hbase import row_keys
from hbase.tables import TABLES, WINDOW_TABLES

Row = tuple[bytes, dict[bytes, bytes]]
Result = TypeVar("Result")
ROWS_PER_CALL = 1000
CONNECTION_ERRORS = (
    *(TTransportException, TProtocolException, BrokenPipeError, ConnectionError),
    *(TimeoutError, socket.timeout, EOFError, OSError),
)
# What a living gateway says while the HBase behind it is down or moving a region.
PASSING = (
    *("ConnectException", "Connection refused", "NotServingRegion", "ServerNotRunningYet"),
    *("MasterNotRunning", "PleaseHold", "RetriesExhausted", "CallTimeout", "ConnectionClosing"),
    *("ServiceUnavailable", "ConnectionLoss", "Call to address", "RegionServerStopped"),
    *("NoServerForRegion", "Failed to get", "Unable to find region", "timed out", "TimeoutIO"),
)
REFUSING = ("NoSuchColumnFamily", "DoNotRetryIO", "TableNotFound", "IllegalArgument")
logger = logging.getLogger(__name__)


class HBaseError(Exception):
    """HBase could not do what was asked."""


class HBaseUnavailableError(HBaseError):
    """No answer within the patience that the caller has."""


class RowRefusedError(HBaseError):
    """HBase will never take this row: trying again is of no use."""


def _message(error: BaseException) -> str:
    # What comes over the wire is bytes, what Python raises is text.
    message = getattr(error, "message", None) or str(error)
    return message.decode(errors="replace") if isinstance(message, bytes) else str(message)


def _reason(error: BaseException) -> str:
    # The gateway sends whole Java stack traces; the first line is the one that says why.
    lines = _message(error).splitlines()
    return lines[0][:300] if lines else type(error).__name__


def is_passing(error: BaseException) -> bool:
    """Whether the same call may go through later."""
    if isinstance(error, ThriftIOError):
        text = _message(error)
        return any(mark in text for mark in PASSING) and not any(mark in text for mark in REFUSING)
    return isinstance(error, CONNECTION_ERRORS)


def text_cells(cells: dict[bytes, bytes]) -> dict[str, str]:
    """Cells as text, by column name without its family; foreign bytes are shown, not refused."""
    return {
        column.decode(errors="replace").split(":", 1)[-1]: cell.decode(errors="replace")
        for column, cell in cells.items()
    }


class HBaseStore:
    """One connection to an HBase Thrift gateway, opened when it is first needed and again when it broke.

    `patience_seconds` limits how long a call is tried again; `timeout_ms` limits one answer.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout_ms: int = 10_000,
        salt_buckets: int = 0,
        patience_seconds: float = 30,
    ) -> None:
        self._host, self._port, self._timeout_ms = host, port, timeout_ms
        self._salt_buckets = salt_buckets
        self._patience_seconds = patience_seconds
        self._connection: happybase.Connection | None = None

    def _open(self) -> happybase.Connection:
        if self._connection is None:
            self._connection = happybase.Connection(
                self._host, self._port, timeout=self._timeout_ms, autoconnect=True
            )
        return self._connection

    def close(self) -> None:
        """Drop the connection; the next call opens a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except CONNECTION_ERRORS:
                logger.debug("the connection was already broken")

    def _call(self, work: Callable[[happybase.Connection], Result]) -> Result:
        retrying = Retrying(
            retry=retry_if_exception(is_passing),
            stop=stop_before_delay(self._patience_seconds),
            wait=wait_exponential_jitter(initial=0.2, max=5, jitter=0.5),
            before_sleep=self._after_failure,
            reraise=True,
        )
        try:
            result = retrying(lambda: work(self._open()))
        except Exception as error:
            self.close()
            if is_passing(error):
                raise HBaseUnavailableError(self._unavailable(error)) from error
            raise
        if retrying.statistics.get("attempt_number", 1) > 1:
            logger.warning("HBase answers again")
        return result

    def _ask(self, what: str, work: Callable[[happybase.Connection], Result]) -> Result:
        try:
            return self._call(work)
        except TException as error:
            raise HBaseError(f"{what}: {_reason(error)}") from error

    def _after_failure(self, state: Any) -> None:
        self.close()
        if state.attempt_number == 1:
            reason = _reason(state.outcome.exception())
            logger.warning("HBase does not answer (%s); trying again", reason)

    def _unavailable(self, error: Exception) -> str:
        return (
            f"No HBase Thrift server answers at {self._host}:{self._port} "
            f'({_reason(error)}): run "make up", or correct HBASE_THRIFT_HOST and '
            "HBASE_THRIFT_PORT in .env"
        )

    def ping(self) -> list[str]:
        """The names of the tables."""
        return [name.decode() for name in self._ask("tables", lambda c: c.tables())]

    def ensure_tables(self, ttl_seconds: int) -> list[str]:
        """Create the tables that are missing; the names of those created."""
        existing = set(self.ping())
        created = []
        for table in TABLES:
            if table.name in existing:
                continue
            ttl = ttl_seconds if table.expires else 0x7FFFFFFF
            family = ColumnDescriptor(
                name=f"{table.family}:".encode(), maxVersions=1, timeToLive=ttl
            )
            self._create(table.name, family)
            created.append(table.name)
        self._tell_splits(created)
        return created

    def drop(self, tables: Iterable[str]) -> None:
        """Delete tables with all their rows; one that does not exist is no mistake."""
        existing = set(self.ping())
        for name in existing.intersection(tables):
            self._ask(name, lambda c, name=name: c.delete_table(name, disable=True))  # type: ignore[misc]

    def _tell_splits(self, created: list[str]) -> None:
        # Thrift 1 has no call that splits a table: salted ones begin as one region.
        points = row_keys.split_points(self._salt_buckets)
        for name in created if points else []:
            if name not in WINDOW_TABLES:
                continue  # keys of names, never salted
            logger.warning(
                "%s has one region; in the HBase shell: %s",
                *(name, "; ".join(f"split '{name}', '{point.decode()}'" for point in points)),
            )

    def _create(self, name: str, family: ColumnDescriptor) -> None:
        try:
            self._call(lambda connection: connection.client.createTable(name.encode(), [family]))
        except TException as error:
            # A call that was answered too late is repeated, and the gateway then gives Java's own name.
            if isinstance(error, AlreadyExists) or "TableExistsException" in _message(error):
                logger.debug("%s was created meanwhile", name)
                return
            raise HBaseError(f"{name} cannot be created: {_reason(error)}") from error

    def write(self, table: str, rows: Iterable[Row]) -> int:
        """Put rows, a call for each 1000; how many. A row that HBase refuses raises RowRefusedError."""
        pending, written = iter(rows), 0
        while chunk := list(islice(pending, ROWS_PER_CALL)):
            self._write_chunk(table, chunk)
            written += len(chunk)
        return written

    def _write_chunk(self, table: str, rows: list[Row]) -> None:
        batches = [
            BatchMutation(
                row=key,
                mutations=[
                    Mutation(isDelete=False, column=column, value=cell, writeToWAL=True)
                    for column, cell in cells.items()
                ],
            )
            for key, cells in rows
        ]
        try:
            self._call(lambda c: c.client.mutateRows(table.encode(), batches, {}))
        except (IllegalArgument, ThriftIOError, TException) as error:
            if len(rows) == 1:
                told = f"{table}: row {rows[0][0]!r} is refused: {_reason(error)}"
                raise RowRefusedError(told) from error
            # Puts are absolute, so writing the good half again changes nothing.
            middle = len(rows) // 2
            self._write_chunk(table, rows[:middle])
            self._write_chunk(table, rows[middle:])

    def delete(self, table: str, keys: Iterable[bytes]) -> None:
        """Remove rows; a row that is not there is no mistake."""
        for key in keys:
            self._ask(table, lambda c, key=key: c.table(table).delete(key))  # type: ignore[misc]

    def scan(
        self,
        table: str,
        row_start: bytes | None = None,
        row_stop: bytes | None = None,
        *,
        columns: list[bytes] | None = None,
        limit: int | None = None,
        reverse: bool = False,
    ) -> Iterator[Row]:
        """Rows in key order from row_start up to but not including row_stop.

        `columns` are `family:column` or whole families. With `reverse` the order is from the last key
        to the first, and row_start is the greater bound.
        """

        def read(connection: happybase.Connection) -> list[Row]:
            scanner = connection.table(table).scan(
                row_start=row_start,
                row_stop=row_stop,
                columns=columns,
                limit=limit,
                reverse=reverse,
                batch_size=ROWS_PER_CALL,
            )
            return list(scanner)

        yield from self._ask(table, read)

    def get_state(self, name: str) -> dict[str, str]:
        """How far a streaming query is: watermark, batch_id, updated_at; empty if it never wrote."""
        return text_cells(
            self._ask("stream_state", lambda c: c.table("stream_state").row(name.encode()))
        )

    def scan_windows(self, table: str, start: datetime, end: datetime) -> list[dict[str, str]]:
        """Windows of a table from start up to end, oldest first: window_started_at, value, columns."""
        found = []
        for first, last in row_keys.range_bounds(start, end, bucket_count=self._salt_buckets):
            for key, cells in self.scan(table, first, last):
                found.append(self._window(key, cells))
        return sorted(found, key=lambda row: (row["window_started_at"], row.get("value", "")))

    def _window(self, key: bytes, cells: dict[bytes, bytes]) -> dict[str, str]:
        try:
            started_at, value = row_keys.decode(key, bucket_count=self._salt_buckets)
        except ValueError as error:
            raise HBaseError(f"{key!r} is not the key of a window: delete that row") from error
        row = {"window_started_at": started_at.strftime("%Y-%m-%d %H:%M:%S")}
        if value is not None:
            row["value"] = value
        return row | text_cells(cells)
