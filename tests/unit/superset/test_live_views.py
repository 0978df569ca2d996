"""What the live page reads: ranges up to now, the ranges before them, the pace, and the state in words."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from live_tables import LIVE_TABLES
from storepulse_superset.generation import Connection
from storepulse_superset.live_views import SPANS
from storepulse_superset.snapshot import Snapshot
from storepulse_superset.windows import TABLES, Row, State

TIME = "%Y-%m-%d %H:%M:%S"


class FakeHBase:
    """Windows by table; the views take the time of the machine, so the rows are made for now."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.rows: dict[str, list[Row]] = {table: [] for table in TABLES}

    def add(
        self,
        ago: float,
        views: float,
        bought: float = 0,
        value: str = "",
        counted_ago: float = 0,
        by: str = "",
    ) -> None:
        """A window that began so many seconds ago; what was bought costs 2.50 each."""
        at = (self.now - timedelta(seconds=ago)).strftime(TIME)
        row = (at, value, views, 0.0, bought, 0.0, 9.0, 9.0, 0.0, bought * 2.5)
        table = f"{by}_windows" if by else "event_counts"
        counted_at = self.now - timedelta(seconds=counted_ago)
        self.rows[table].append((*row, counted_at.isoformat().replace("+00:00", "Z")))

    def state(self) -> State:
        return State(None, "7", "")

    def windows(self, table: str, since: datetime) -> list[Row]:
        return self.rows[table]

    def close(self) -> None:
        return


@pytest.fixture
def hbase() -> FakeHBase:
    return FakeHBase()


def ask(hbase: FakeHBase, sql: str) -> list[tuple[Any, ...]]:
    return Connection(Snapshot(hbase, 2).newest).execute(sql).fetchall()  # type: ignore[arg-type]


TOTALS = """
select sum(views), sum(purchases), sum(revenue) from live_totals
where time_span = '{}' group by range_started_at order by range_started_at desc
"""


def test_a_range_and_the_one_before_it(hbase: FakeHBase) -> None:
    for ago, views in ((10, 1), (280, 2), (320, 4), (580, 8), (620, 16)):
        hbase.add(ago, views, bought=1)
    assert ask(hbase, TOTALS.format("5 minutes")) == [(3.0, 2.0, 5.0), (12.0, 2.0, 5.0)]
    assert ask(hbase, TOTALS.format("15 minutes")) == [(31.0, 5.0, 12.5), (0.0, 0.0, 0.0)]


def test_a_stream_that_stopped_is_zero_now_and_not_what_was_before(hbase: FakeHBase) -> None:
    hbase.add(400, 7)
    assert ask(hbase, TOTALS.format("5 minutes")) == [(0.0, 0.0, 0.0), (7.0, 0.0, 0.0)]


def test_a_window_ahead_of_the_clock_is_now(hbase: FakeHBase) -> None:
    hbase.add(-3, 5)
    assert ask(hbase, "select distinct events from live_windows") == [(5.0,)]


@pytest.mark.parametrize("span", SPANS)
def test_windows_and_brands_are_those_of_the_range(hbase: FakeHBase, span: str) -> None:
    for ago in (10, SPANS[span] - 20, SPANS[span] + 20):
        hbase.add(ago, 1)
        hbase.add(ago, 1, value="asus", by="brand")
    where = f"where time_span = '{span}'"
    assert ask(hbase, f"select count(*) from live_windows {where}") == [(2,)]
    assert ask(hbase, f"select brand, sum(views) from live_brands {where}") == [("asus", 2.0)]


def test_the_pace_is_of_full_slots_and_falls_to_zero(hbase: FakeHBase) -> None:
    for ago in range(14, 40, 2):
        hbase.add(ago, 20)
    pace = [row[0] for row in ask(hbase, "select events_per_second from live_pace")]
    assert len(pace) == 30
    assert 10.0 in pace[:3]
    assert pace[-1] == 0.0
    hbase.rows["event_counts"].clear()
    assert {row[0] for row in ask(hbase, "select events_per_second from live_pace")} == {0.0}


def test_the_state_is_told_in_words(hbase: FakeHBase) -> None:
    state = "select state from live_state"
    assert ask(hbase, state) == [("No event in the last 65 minutes",)]
    hbase.add(2, 1)
    assert ask(hbase, state) == [("Events are counted",)]


AGES = "select state, round(age_seconds / 10) * 10 from live_state"


def test_a_stream_that_stands_still_grows_old(hbase: FakeHBase) -> None:
    hbase.add(32, 1, counted_ago=31)
    ((state, age),) = ask(hbase, AGES)
    assert (state[:13], age) == ("No event for ", 30.0)


def test_a_stream_that_catches_up_is_as_old_as_its_newest_window(hbase: FakeHBase) -> None:
    hbase.add(702, 1, counted_ago=90)
    hbase.add(602, 1)
    ((state, age),) = ask(hbase, AGES)
    assert (state[:31], age) == ("Catching up: the newest event i", 600.0)


def test_the_search_for_a_range_goes_by_the_key(hbase: FakeHBase) -> None:
    plan = ask(
        hbase,
        "explain query plan select brand, sum(views) from live_brands "
        "where time_span = '5 minutes' group by brand",
    )
    assert any("SEARCH windows USING PRIMARY KEY" in row[-1] for row in plan), plan


@pytest.fixture
def two_brands(hbase: FakeHBase) -> FakeHBase:
    """A window of now and one of the range before: the shop's, by brand, with none, and by category."""
    for ago, views in ((10, 3), (310, 30)):
        hbase.add(ago, 7 * views)
        hbase.add(ago, views, bought=1, value="asus", by="brand")
        hbase.add(ago, 2 * views, value="acer", by="brand")
        hbase.add(ago, 4 * views, value="", by="brand")
        hbase.add(ago, 5 * views, bought=2, value="computers", by="category")
    return hbase


IN_RANGE = "from live_totals where time_span = '5 minutes'"
OLDEST_LAST = "group by range_started_at order by range_started_at desc"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("", [(21, 0), (210, 0)]),
        ("and brand in ('asus')", [(3, 2.5), (30, 2.5)]),
        ("and brand in ('asus', 'acer')", [(9, 2.5), (90, 2.5)]),
        ("and category in ('computers')", [(15, 5), (150, 5)]),
        # A value that is a name of a column names no column.
        ("and brand in ('category')", []),
        ("and time_span <> 'brand'", [(21, 0), (210, 0)]),
    ],
)
def test_totals_are_of_the_brand_or_the_category_that_is_named(
    two_brands: FakeHBase, where: str, expected: list[tuple[float, float]]
) -> None:
    sql = f"select sum(views), sum(revenue) {IN_RANGE} {where} {OLDEST_LAST}"
    assert ask(two_brands, sql) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [("", [21]), ("and brand = 'acer'", [6]), ("and category = 'computers'", [15])],
)
def test_windows_are_of_the_brand_or_the_category_that_is_named(
    two_brands: FakeHBase, where: str, expected: list[float]
) -> None:
    sql = f"select views from live_windows where time_span = '5 minutes' {where}"
    assert [row[0] for row in ask(two_brands, sql)] == expected


def test_brands_and_what_has_none_add_up_to_the_shop(two_brands: FakeHBase) -> None:
    (whole,) = ask(two_brands, f"select sum(views) {IN_RANGE}")
    by_brand = ask(two_brands, f"select brand, sum(views) {IN_RANGE} group by brand")
    assert sum(views for _, views in by_brand) == whole[0] == 231


def test_a_brand_that_nobody_looks_at_any_more_is_zero_now(hbase: FakeHBase) -> None:
    hbase.add(400, 7, value="asus", by="brand")
    sql = f"select sum(views) {IN_RANGE} and brand = 'asus' {OLDEST_LAST}"
    assert ask(hbase, sql) == [(0,), (7,)]


def test_brand_and_category_together_are_refused_with_what_to_do(two_brands: FakeHBase) -> None:
    both = f"select sum(views) {IN_RANGE} and brand = 'asus' and category = 'computers'"
    with pytest.raises(sqlite3.NotSupportedError, match="choose a brand or a category, not both"):
        ask(two_brands, both)


@pytest.mark.parametrize("view", LIVE_TABLES)
def test_a_view_has_the_columns_of_its_dataset(hbase: FakeHBase, view: str) -> None:
    found = [name for _, name, *_ in ask(hbase, f"pragma table_info({view})")]
    assert sorted(found) == sorted(LIVE_TABLES[view][2])
