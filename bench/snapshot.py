"""`make bench-snapshot`: the live page's statements on 65 minutes of windows, in SQLite and in DuckDB.

Rows are made as in the real file: 81 brands and 13 categories in each 2-second window. Nothing is
asked of a service, and no answer is kept: what is compared is the two engines.
"""

import random
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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
# name: SQLite as a chart asks it; DuckDB over the same rows, with the range as a time
STATEMENTS = {
    "windows, 30 min": (
        "select window_started_at, sum(views) from live_windows where time_span = '30 minutes' group by 1",
        "select window_started_at, sum(views) from event_counts where window_started_at >= ? group by 1",
    ),
    "brands, 5 min": (
        "select brand, sum(views), sum(revenue) from live_brands where time_span = '5 minutes' group by 1",
        "select value, sum(views), sum(purchase_value) from brand_windows where window_started_at >= ? group by 1",
    ),
    "brands, 30 min": (
        "select brand, sum(views), sum(revenue) from live_brands where time_span = '30 minutes' group by 1",
        "select value, sum(views), sum(purchase_value) from brand_windows where window_started_at >= ? group by 1",
    ),
    "categories, 30 min": (
        "select category, sum(views) from live_categories where time_span = '30 minutes' group by 1",
        "select value, sum(views) from category_windows where window_started_at >= ? group by 1",
    ),
}


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
    for name, (ours, theirs) in STATEMENTS.items():
        minutes = int(name.split(", ")[1].split()[0])
        since = (now - timedelta(minutes=minutes)).replace(tzinfo=None)
        found = [
            milliseconds(lambda sql=ours: sqlite.execute(sql).fetchall()),  # type: ignore[misc]
            milliseconds(lambda sql=theirs, at=since: other.execute(sql, [at]).fetchall()),  # type: ignore[misc]
        ]
        table.add_row(name, *(f"{one['p50']:.1f} {one['p90']:.1f}" for one in found))
    image = milliseconds(snapshot._database.serialize)
    table.add_row("a generation as an image", f"{image['p50']:.1f} {image['p90']:.1f}", "")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
