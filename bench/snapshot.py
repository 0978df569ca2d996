"""`make bench-snapshot`: the live page's statements on 65 minutes of windows, in SQLite and in DuckDB.

Rows are made as in the real file: 81 brands and 13 categories in each 2-second window. Nothing is
asked of a service, and no answer is kept: what is compared is the two engines.
"""

import random
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import duckdb
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from bench.visibility import percentiles
from settings import PROJECT_DIR

sys.path.insert(0, str(PROJECT_DIR / "superset" / "plugins"))
from storepulse_superset.snapshot import KEPT, Snapshot
from storepulse_superset.windows import NUMBERS, TABLES, Row, State

WINDOW_SECONDS, TRIALS, SEED = 2, 40, 7
VALUES = {"event_counts": 1, "brand_windows": 81, "category_windows": 13}


@dataclass(frozen=True)
class Case:
    """One of the page's questions: sums of a table by a column, over the last minutes."""

    view: str
    table: str
    group_by: str
    minutes: int

    @property
    def of_a_chart(self) -> str:
        """As a chart asks SQLite: the range by its name."""
        return (
            f"select {self.group_by}, sum(views), sum(revenue) from {self.view} "  # noqa: S608
            f"where time_span = '{self.minutes} minutes' group by 1"
        )

    @property
    def of_duckdb(self) -> str:
        """The same of the table itself: the range from a time on."""
        column = self.group_by if self.table == "event_counts" else "value"
        return (
            f"select {column}, sum(views), sum(purchase_value) from {self.table} "  # noqa: S608
            "where window_started_at >= ? group by 1"
        )


CASES = (
    Case("live_windows", "event_counts", "window_started_at", 30),
    Case("live_brands", "brand_windows", "brand", 5),
    Case("live_brands", "brand_windows", "brand", 30),
    Case("live_categories", "category_windows", "category", 30),
)


class MadeWindows:
    """Stands where HBase stands."""

    def __init__(self, now: datetime) -> None:
        self._now, self._chance = now, random.Random(SEED)  # noqa: S311 (numbers, no secret)

    def state(self) -> State:
        """No watermark: everything is read."""
        return State(None, "1", "")

    def windows(self, table: str, since: datetime) -> list[Row]:
        """As many rows a window as the real file has."""
        count = int((self._now - since).total_seconds()) // WINDOW_SECONDS
        starts = (self._now - timedelta(seconds=WINDOW_SECONDS * n) for n in range(count))
        texts = [f"{start:%Y-%m-%d %H:%M:%S}" for start in starts]
        return [self._row(text, table, n) for text in texts for n in range(VALUES[table])]

    def _row(self, text: str, table: str, number: int) -> Row:
        numbers = [float(self._chance.randint(0, 9)) for _ in NUMBERS]
        value = f"value{number}" if VALUES[table] > 1 else ""
        return (text, value, *numbers, f"{self._now:%Y-%m-%dT%H:%M:%SZ}")

    def close(self) -> None:
        """Nothing is open."""


def milliseconds(work: Callable[[], object]) -> dict[str, float]:
    """How long it takes, again and again."""
    taken = []
    for _ in range(TRIALS):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return percentiles(taken)


def in_duckdb(made: MadeWindows, now: datetime) -> duckdb.DuckDBPyConnection:
    """The same tables, with the start of a window as a time."""
    database = duckdb.connect()
    names = ["window_started_at", "value", *NUMBERS, "updated_at"]
    for table in TABLES:
        columns = zip(*made.windows(table, now - KEPT), strict=True)
        rows = pa.table({name: list(values) for name, values in zip(names, columns, strict=True)})
        database.register("made", rows)
        text = "* replace (window_started_at::timestamp as window_started_at)"
        database.execute(f"create table {table} as select {text} from made")  # noqa: S608 (our names)
    return database


def main() -> int:
    """0 when measured."""
    now = datetime.now(UTC).replace(microsecond=0)
    snapshot = Snapshot(MadeWindows(now), WINDOW_SECONDS)
    snapshot.newest()
    sqlite = sqlite3.connect(":memory:")
    sqlite.deserialize(snapshot._database.serialize())
    other = in_duckdb(MadeWindows(now), now)
    table = Table("statement, p50 and p90 in ms", "SQLite", "DuckDB")

    def add(name: str, *works: Callable[[], object]) -> None:
        found = [milliseconds(work) for work in works]
        table.add_row(name, *(f"{one['p50']:.1f} {one['p90']:.1f}" for one in found))

    for case in CASES:
        since = (now - timedelta(minutes=case.minutes)).replace(tzinfo=None)
        ours = partial(rows_of, sqlite, case.of_a_chart)
        theirs = partial(rows_of, other, case.of_duckdb, since)
        add(f"{case.view}, {case.minutes} min", ours, theirs)
    add("a generation as an image", snapshot._database.serialize)
    Console().print(table)
    return 0


def rows_of(database: Any, sql: str, *values: object) -> list[Any]:
    """All rows of a statement."""
    found: list[Any] = database.execute(sql, values).fetchall()
    return found


if __name__ == "__main__":
    sys.exit(main())
