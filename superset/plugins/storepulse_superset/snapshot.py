"""The last 65 minutes of windows as one immutable generation after the other.

A refresh changes a database that nobody else sees and then swaps a copy of it, so a reader has
one generation from its first row to its last, whatever the web server's workers are made of.
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

from storepulse_superset.generation import Generation
from storepulse_superset.live_views import SCOPES, VIEWS
from storepulse_superset.windows import NUMBERS, TABLES, Row, State

KEPT = timedelta(minutes=65)
REFRESH_SECONDS = 0.5
RETRY_SECONDS = 2.0
RELOAD_SECONDS = 600.0  # a full reading now and then mends whatever the short ones cannot see
DEAD_WITHIN_SECONDS = 1.0  # a connection that died while nobody looked fails at once
WAIT_SECONDS = 1.0  # a reader waits so long for a refresh, then takes what was before it
# When nobody looked for a while that is too old to show: its numbers are of then.
OLD_SECONDS, OLD_WAIT_SECONDS = 5.0, 20.0
# Whole numbers as REAL: in SQLite an integer ratio would lose its fraction.
COLUMNS = ", ".join(f"{name} real not null" for name in NUMBERS)
SCHEMA = "".join(
    f"create table {table} (window_started_at text, value text, {COLUMNS}, updated_at text, "
    "primary key (window_started_at, value)) without rowid;"
    for table in TABLES
) + "".join(f"create table {name}_names (value text primary key) without rowid;" for name in SCOPES)
# The ages are taken when the view is read, so they grow while nothing arrives. A stream that catches up
# writes now what happened long ago: then the newest event is as old as the end of its window.
STATUS = """
create table state (watermark text, batch_id text, updated_at text, hbase_error text);
insert into state values (null, '', '', '');
create view stream_status as
select
    newest_window_started_at,
    newest_updated_at,
    idle_seconds,
    max(idle_seconds, (julianday('now') - julianday(newest_window_started_at)) * 86400.0 - {window})
        as age_seconds,
    watermark, batch_id, hbase_error
from (
    select *, (julianday('now') - julianday(newest_updated_at)) * 86400.0 as idle_seconds
    from state cross join (
        select max(window_started_at) as newest_window_started_at, max(updated_at) as newest_updated_at
        from event_counts
    )
);
"""


class Reader(Protocol):
    """What the snapshot asks of HBase."""

    def state(self) -> State: ...
    def windows(self, table: str, since: datetime) -> list[Row]: ...
    def close(self) -> None: ...


class Snapshot:
    """The newest windows; `newest()` reads anew when they are older than half a second."""

    def __init__(
        self,
        reader: Reader,
        window_seconds: int,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._reader = reader
        self._window = timedelta(seconds=window_seconds)
        self._clock = clock
        self._now = now
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._database.executescript(SCHEMA + STATUS.format(window=window_seconds) + VIEWS)
        self._newest = Generation(self._database.serialize())
        self._next_at = float("-inf")
        self._reload_at = float("-inf")
        self._state: State | None = None
        self._watermarks: list[datetime] = []
        self._down_since: datetime | None = None
        self._count = 0

    def newest(self) -> Generation:
        """The same for all readers until the next refresh."""
        if self._clock() >= self._next_at and self._lock.acquire(timeout=self._patience()):
            try:
                # Whoever waited for the lock finds the work done.
                if self._clock() >= self._next_at:
                    self._refresh()
            finally:
                self._lock.release()
        return self._newest

    def _patience(self) -> float:
        # Before the first generation there is nothing to show instead.
        if not self._count:
            return -1
        is_old = self._clock() - self._next_at > OLD_SECONDS
        return OLD_WAIT_SECONDS if is_old else WAIT_SECONDS

    def _refresh(self) -> None:
        pause, started = REFRESH_SECONDS, self._clock()
        error = self._try_to_read()
        if error and self._clock() - started < DEAD_WITHIN_SECONDS:
            error = self._try_to_read()
        if error:
            self._down_since = self._down_since or self._now()
            told = f"HBase is not reachable since {self._down_since:%H:%M:%S} UTC: {_reason(error)}"
            self._database.execute("update state set hbase_error = ?", (told,))
            pause = RETRY_SECONDS
        else:
            self._down_since = None
        self._newest = Generation(self._database.serialize())
        self._count += 1
        self._next_at = self._clock() + pause

    def _try_to_read(self) -> Exception | None:
        try:
            self._read()
        except Exception as error:
            # Whatever the client library raises: the last windows stay, and the page tells why.
            self._database.rollback()
            with suppress(Exception):  # the connection is broken already
                self._reader.close()
            return error
        return None

    def since(self) -> datetime:
        """The start of the oldest window that may have changed since the last refresh.

        From the older of the last two watermarks, minus a window: never by the wall clock, because a
        stream that catches up writes windows of long ago.
        """
        if not self._watermarks:
            return self._oldest_kept()
        return max(min(self._watermarks) - self._window, self._oldest_kept())

    def _oldest_kept(self) -> datetime:
        return self._now() - KEPT

    def _read(self) -> None:
        # The state first: windows that are written meanwhile are read now and again next time.
        state = self._reader.state()
        is_full = self._clock() >= self._reload_at or self._starts_over(state)
        if is_full:
            self._watermarks = []
        since = self.since()
        rows = {table: list(self._reader.windows(table, since)) for table in TABLES}
        self._database.execute("begin")
        marks = ", ".join("?" * (3 + len(NUMBERS)))
        # What HBase has no more goes, in a full reading; else what is too old.
        oldest = "9999" if is_full else self._oldest_kept().strftime("%Y-%m-%d %H:%M:%S")
        for table, found in rows.items():
            too_old = f"delete from {table} where window_started_at < ?"  # noqa: S608 (our names)
            self._database.execute(too_old, (oldest,))
            put = f"insert or replace into {table} values ({marks})"  # noqa: S608 (our names)
            self._database.executemany(put, found)
        for name in SCOPES:
            if is_full:
                self._database.execute(f"delete from {name}_names")  # noqa: S608 (our names)
            put = f"insert or ignore into {name}_names values (?)"  # noqa: S608 (our names)
            self._database.executemany(put, {(row[1],) for row in rows[f"{name}_windows"]})
        watermark = state.watermark.isoformat(sep=" ") if state.watermark else None
        self._database.execute(
            "update state set watermark = ?, batch_id = ?, updated_at = ?, hbase_error = ''",
            (watermark, state.batch_id, state.updated_at),
        )
        self._database.execute("commit")
        self._state = state
        if is_full:
            self._reload_at = self._clock() + RELOAD_SECONDS
        if state.watermark:
            self._watermarks = [*self._watermarks, state.watermark][-2:]

    def _starts_over(self, state: State) -> bool:
        # A new checkpoint counts its batches from 0 and may write any window again.
        before = self._state
        return before is not None and state.batch < before.batch


def _reason(error: Exception) -> str:
    message = getattr(error, "message", None) or str(error)
    text = message.decode(errors="replace") if isinstance(message, bytes) else str(message)
    lines = text.splitlines()
    return lines[0][:200] if lines else type(error).__name__
