"""The snapshot of HBase: what is read again, when it is read, and what a reader sees meanwhile."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from storepulse_superset.generation import Connection
from storepulse_superset.snapshot import Snapshot
from storepulse_superset.windows import TABLES, Row, State, row_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def window(second: float, views: float, purchases: float = 0, value: str = "") -> Row:
    started_at = at(second).strftime("%Y-%m-%d %H:%M:%S")
    return (
        started_at,
        value,
        views,
        0.0,
        purchases,
        0.0,
        1.0,
        1.0,
        0.0,
        0.0,
        "2026-01-01T12:00:00Z",
    )


class FakeHBase:
    """Keeps windows by table, and remembers since when it was asked."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {table: [] for table in TABLES}
        self.watermark: datetime | None = None
        self.batch_id = "7"
        self.asked: list[datetime] = []
        self.is_down = False
        self.failures_left = 0

    def state(self) -> State:
        if self.is_down or self.failures_left:
            self.failures_left = max(0, self.failures_left - 1)
            raise ConnectionError("connection refused")
        return State(self.watermark, self.batch_id, "2026-01-01T12:00:01.000Z")

    def windows(self, table: str, since: datetime) -> list[Row]:
        if table == "event_counts":
            self.asked.append(since)
        since_text = since.strftime("%Y-%m-%d %H:%M:%S")
        return [row for row in self.rows[table] if row[0] >= since_text]

    def close(self) -> None:
        return


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hbase() -> FakeHBase:
    return FakeHBase()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def snapshot(hbase: FakeHBase, clock: Clock) -> Snapshot:
    return Snapshot(hbase, 2, clock, lambda: at(clock.seconds))  # type: ignore[arg-type]


def ask(snapshot: Snapshot, sql: str) -> list[tuple[object, ...]]:
    return Connection(snapshot.newest).execute(sql).fetchall()


def views(snapshot: Snapshot) -> object:
    return ask(snapshot, "select sum(views) from event_counts")[0][0]


def test_windows_are_seen_and_changed_ones_are_replaced(
    hbase: FakeHBase, snapshot: Snapshot, clock: Clock
) -> None:
    hbase.rows["event_counts"] = [window(-4, 5), window(-2, 3)]
    assert views(snapshot) == 8
    hbase.rows["event_counts"] = [window(-4, 5), window(-2, 4)]
    clock.seconds = 1
    assert views(snapshot) == 9


def test_generation_younger_than_half_a_second_is_given_again(
    hbase: FakeHBase, snapshot: Snapshot, clock: Clock
) -> None:
    first = snapshot.newest()
    clock.seconds = 0.4
    assert snapshot.newest() is first
    clock.seconds = 0.6
    assert snapshot.newest() is not first
    assert len(hbase.asked) == 2


def test_reading_begins_at_the_older_of_the_last_two_watermarks_minus_a_window(
    hbase: FakeHBase, snapshot: Snapshot, clock: Clock
) -> None:
    for second, watermark in ((0, at(-10)), (1, at(-9)), (2, at(-8)), (3, at(-7))):
        clock.seconds, hbase.watermark = second, watermark
        snapshot.newest()
    assert hbase.asked[0] == NOON - timedelta(minutes=65)
    assert hbase.asked[1:] == [at(-12), at(-12), at(-11)]


def test_a_stream_that_catches_up_is_read_from_its_own_watermark(
    hbase: FakeHBase, snapshot: Snapshot, clock: Clock
) -> None:
    hbase.watermark = at(-1800)
    snapshot.newest()
    hbase.rows["event_counts"] = [window(-1800, 6)]
    clock.seconds = 1
    assert views(snapshot) == 6


def test_windows_older_than_65_minutes_are_dropped(
    hbase: FakeHBase, snapshot: Snapshot, clock: Clock
) -> None:
    hbase.rows["event_counts"] = [window(0, 5)]
    assert views(snapshot) == 5
    clock.seconds = 65 * 60 + 1
    assert views(snapshot) is None


def test_hbase_down_keeps_the_windows_and_tells_why_until_it_is_back(
    hbase: FakeHBase, snapshot: Snapshot, clock: Clock
) -> None:
    hbase.rows["event_counts"] = [window(-2, 3)]
    assert views(snapshot) == 3
    hbase.is_down = True
    for clock.seconds in (1, 4):
        assert ask(snapshot, "select hbase_error from stream_status") == [
            ("HBase is not reachable since 12:00:01 UTC: connection refused",)
        ]
        assert views(snapshot) == 3
    hbase.is_down, clock.seconds = False, 7
    assert ask(snapshot, "select hbase_error from stream_status") == [("",)]
    hbase.is_down, clock.seconds = True, 9
    (told,) = ask(snapshot, "select hbase_error from stream_status")
    assert str(told[0]).startswith("HBase is not reachable since 12:00:09 UTC")


def test_a_connection_that_died_is_opened_again_at_once(
    hbase: FakeHBase, snapshot: Snapshot, clock: Clock
) -> None:
    hbase.rows["event_counts"] = [window(-2, 3)]
    assert views(snapshot) == 3
    hbase.rows["event_counts"] = [window(-2, 4)]
    hbase.failures_left, clock.seconds = 1, 1
    assert views(snapshot) == 4
    assert ask(snapshot, "select hbase_error from stream_status") == [("",)]


def test_windows_that_hbase_has_no_more_go_with_the_next_full_reading(
    hbase: FakeHBase, snapshot: Snapshot, clock: Clock
) -> None:
    hbase.rows["event_counts"], hbase.watermark = [window(-600, 3), window(-2, 1)], at(-10)
    assert views(snapshot) == 4
    hbase.rows["event_counts"] = [window(-2, 1)]
    clock.seconds = 1
    assert views(snapshot) == 4
    clock.seconds = 601
    assert views(snapshot) == 1


def test_a_query_that_starts_over_is_read_in_full(
    hbase: FakeHBase, snapshot: Snapshot, clock: Clock
) -> None:
    hbase.rows["event_counts"], hbase.watermark = [window(-600, 3)], at(-10)
    assert views(snapshot) == 3
    hbase.rows["event_counts"], hbase.batch_id, clock.seconds = [window(-600, 5)], "0", 1
    assert views(snapshot) == 5


def test_a_reader_does_not_wait_for_an_hbase_that_hangs(
    hbase: FakeHBase, snapshot: Snapshot, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hbase.rows["event_counts"] = [window(-2, 3)]
    before = snapshot.newest()
    monkeypatch.setattr("storepulse_superset.snapshot.WAIT_SECONDS", 0.01)
    clock.seconds = 1
    with snapshot._lock:  # another reader's refresh, which does not come back
        assert snapshot.newest() is before


def test_a_reader_waits_for_the_refresh_when_nobody_looked_for_minutes(
    hbase: FakeHBase, snapshot: Snapshot, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers of four minutes ago were shown as those of the last 15 minutes."""
    monkeypatch.setattr("storepulse_superset.snapshot.WAIT_SECONDS", 0.01)
    hbase.rows["event_counts"] = [window(0, 1)]
    snapshot.newest()
    clock.seconds += 240
    hbase.rows["event_counts"] = [window(0, 1), window(2, 5)]
    begun, finish = threading.Event(), threading.Event()
    hbase.state = lambda: (begun.set(), finish.wait(10), FakeHBase.state(hbase))[2]  # type: ignore[method-assign]
    with ThreadPoolExecutor(2) as readers:
        first = readers.submit(snapshot.newest)
        assert begun.wait(10)
        second = readers.submit(snapshot.newest)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.3)  # it waits
        finish.set()
        assert second.result(timeout=10) == first.result(timeout=10)
    views = "select sum(views) from event_counts"
    assert Connection(second.result).execute(views).fetchall() == [(6.0,)]


def test_a_reader_keeps_its_generation(hbase: FakeHBase, snapshot: Snapshot, clock: Clock) -> None:
    hbase.rows["event_counts"] = [window(-2, 3)]
    reader = Connection(snapshot.newest)
    assert hbase.asked == []  # opening it reads nothing
    first = reader.execute("select views from event_counts").fetchone()
    hbase.rows["event_counts"] = [window(-2, 4)]
    clock.seconds = 1
    assert views(snapshot) == 4
    assert reader.execute("select sum(views) from event_counts").fetchone() == first == (3.0,)


def test_ratio_of_counts_keeps_its_fraction(hbase: FakeHBase, snapshot: Snapshot) -> None:
    hbase.rows["event_counts"] = [window(-2, 8, purchases=1)]
    assert ask(snapshot, "select sum(purchases) / sum(views) from event_counts") == [(0.125,)]


def test_several_brands_within_a_time_range(hbase: FakeHBase, snapshot: Snapshot) -> None:
    hbase.rows["brand_windows"] = [
        *(window(-4, 1, value="asus"), window(-2, 2, value="asus")),
        *(window(-2, 4, value="lg"), window(-2, 8, value="sony")),
    ]
    sql = (
        "select sum(views) from brand_windows where value in ('asus', 'lg') "
        "and window_started_at >= '2026-01-01 11:59:58'"
    )
    assert ask(snapshot, sql) == [(6.0,)]


@pytest.mark.parametrize(
    "sql",
    [
        "attach database '/tmp/other.db' as other",
        "insert into event_counts (window_started_at) values ('x')",
        "drop table event_counts",
        "pragma database_list",
        "pragma query_only = 0",
        "select load_extension('/tmp/x.so')",
        "create table mine (a)",
        "select zeroblob(900000000)",
    ],
)
def test_a_reader_can_only_read(snapshot: Snapshot, sql: str) -> None:
    with pytest.raises(sqlite3.Error):
        Connection(snapshot.newest).execute(sql).fetchall()


def test_row_of_hbase_becomes_a_row_of_the_snapshot() -> None:
    cells = {b"metrics:views": b"7", b"metrics:total_value": b"9.50", b"metrics:updated_at": b"t"}
    row = row_of(b"0320260101_115958|a%7Cb", cells, salt_length=2)
    assert row == ("2026-01-01 11:59:58", "a|b", 7.0, 0, 0, 0, 9.5, 0, 0, 0, "t")
