"""The recount of the models, on values worked out by hand: its arithmetic, its walks, and what it sees.

And that it leaves no report and no profile out.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable, Schema

from bench.model_counts import models_of
from settings import PROJECT_DIR, load_settings
from streaming.schemas import RAW_TABLES
from tests.dbt.recount import events
from tests.dbt.recount.__main__ import expectations
from tests.dbt.recount.compare import Expected, compare
from tests.dbt.recount.findings import insights
from tests.dbt.recount.journeys import Journeys
from tests.dbt.recount.numbers import average, band, mean_money, percentile, rate
from tests.dbt.recount.profile import near_rank
from tests.dbt.recount.stream import reconciliation, timeliness

SECOND = 1_000_000
NOT_RECOUNTED = {
    "profiling.profile_test_results": "what dbt itself found; the test of the models compares it with run_results.json",
}


def journeys(*events: tuple[int, str, str]) -> Journeys:
    """One session of one user: (second, type, product), each for 2.50."""
    database = duckdb.connect()
    database.execute(
        "create table business (session_id text, user_id text, user_session text, micros bigint, "
        "event_type text, product_id text, price bigint, brand text, category_code text)"
    )
    rows = [
        ("u/s", "u", "s", at * SECOND, kind, product, 250, None, None)
        for at, kind, product in events
    ]
    database.executemany("insert into business values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return Journeys(database)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, "33.33"), (1, 8, "12.50"), (2, 3, "66.67"), (1, 32, "3.13"), (0, 5, "0.00")],
)
def test_a_rate_is_rounded_half_up(part: int, whole: int, expected: str) -> None:
    assert rate(part, whole) == Decimal(expected)


def test_nothing_has_no_rate_and_no_mean() -> None:
    assert (rate(0, 0), average(0, 0), mean_money(0, 0)) == (None, None, None)


def test_a_percentile_lies_between_two_values() -> None:
    assert percentile([0, 5], "0.25") == Decimal("1.25")
    assert percentile([1, 2, 10], "0.5") == 2


@pytest.mark.parametrize(
    ("cents", "expected"),
    [(4999, "0-50"), (5000, "50-100"), (99_999, "500-1000"), (100_000, "1000+")],
)
def test_the_lower_end_belongs_to_a_price_band(cents: int, expected: str) -> None:
    assert band(cents) == expected


def test_steps_are_in_order_and_equal_times_are_too() -> None:
    walk = journeys((1, "purchase", "p"), (2, "view", "p"), (2, "cart", "p"), (5, "purchase", "p"))
    assert walk.users["u"].steps() == (2 * SECOND, 2 * SECOND, 5 * SECOND)


def test_a_visit_ends_after_thirty_minutes_and_an_order_after_one() -> None:
    walk = journeys(
        (0, "purchase", "p"), (60, "purchase", "q"), (121, "purchase", "p"), (1922, "view", "p")
    )
    assert [len(order.items) for order in walk.orders] == [2, 1]
    assert walk.visits(walk.users["u"]) == 2


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([(5, "cart", "p"), (5, "purchase", "q")], "bought"),
        ([(4, "purchase", "p"), (5, "cart", "p"), (90_000, "view", "p")], "open"),
        ([(4, "remove_from_cart", "p"), (5, "cart", "p")], "open"),
        ([(5, "cart", "p"), (6, "cart", "p"), (7, "remove_from_cart", "p")], "open"),
        ([(5, "cart", "p"), (5, "remove_from_cart", "p")], "emptied"),
    ],
)
def test_a_cart_has_one_status(events: list[tuple[int, str, str]], status: str) -> None:
    walk = journeys(*events)
    cart = walk.cart(walk.sessions["u/s"])
    assert cart is not None
    assert cart.status == status


def test_a_cart_is_abandoned_by_the_clock_of_the_data() -> None:
    walk = journeys((5, "cart", "p"))
    walk.newest = 86_405 * SECOND
    cart = walk.cart(walk.sessions["u/s"])
    assert cart is not None
    assert cart.status == "abandoned"


def test_an_approximate_percentile_may_be_a_neighbour_but_not_another_quarter() -> None:
    is_near = near_rank(list(range(100)), 0.5)
    assert (is_near(50, {}), is_near(49, {}), is_near(60, {}), is_near(50.5, {})) == (
        True,
        True,
        False,
        False,
    )


@pytest.mark.parametrize(
    ("days", "found"), [(8, ["best_day"]), (13, ["best_day"]), (14, ["best_day", "last_week"])]
)
def test_a_week_is_compared_with_a_whole_week_only(days: int, found: list[str]) -> None:
    rows = [
        {
            "metric_date": date(2026, 1, 1) + timedelta(days=n),
            "revenue": Decimal(1),
            "order_count": 1,
        }
        for n in range(days)
    ]
    reports = defaultdict(list, fct_daily_metrics=rows)
    assert [row["insight"] for row in insights(reports).rows] == found


@pytest.mark.parametrize(
    ("messages", "status"),
    [
        ([(1, "a", 400), (100, "z", 0), (1, "a", 400), (1, "b", 100)], "late"),
        ([(1, "a", 400), (1, "a", 400), (1, "b", 100)], "unexplained"),
        ([(1, "a", 400), (100, "z", 0), (1, "b", 100)], "unexplained"),
    ],
)
def test_one_lost_and_one_doubled_explain_other_values_of_as_many_events(
    messages: list[tuple[int, str, int]], status: str
) -> None:
    database = duckdb.connect()
    database.execute(
        "create table raw_windows as select 'all' as dimension, make_timestamp(0) as window_started_at, "
        "2 as view_count, 0 as cart_count, 0 as purchase_count, 0 as remove_count, 8.00 as total_value"
    )
    database.execute(
        "create table copies (event_time timestamp, appended_at timestamp, event_id text, price bigint, "
        'is_streamed bool, "partition" int, "offset" int)'
    )
    database.executemany(
        "insert into copies values (make_timestamp(?), make_timestamp(?), ?, ?, true, 0, ?)",
        [
            (at * SECOND, (1000 + place) * SECOND, event_id, cents, place)
            for place, (at, event_id, cents) in enumerate([*messages, (1000, "newest", 0)])
        ],
    )
    found = {
        row["window_started_at"].timestamp(): row["window_status"]
        for row in reconciliation(database, load_settings()).rows
    }
    assert found[0] == status


def test_every_difference_is_named() -> None:
    expected = Expected("reports.r", ("name",), [{"name": "a", "n": 1}, {"name": "b", "n": 2}])
    outcome = compare(expected, [{"name": "a", "n": 3}, {"name": "c", "n": 2}])
    assert outcome.differences == [
        "reports.r: no row ('b',)",
        "reports.r: a row too many ('c',)",
        "reports.r ('a',) n: 3 instead of 1",
    ]


def test_a_column_that_nobody_recounts_is_a_difference() -> None:
    expected = Expected("reports.r", ("name",), [{"name": "a"}])
    assert compare(expected, [{"name": "a", "n": 1}]).differences == [
        "reports.r: columns of one side only: ['n']"
    ]


def test_a_row_that_is_there_twice_is_seen() -> None:
    expected = Expected("reports.r", ("name",), [{"name": "a", "n": 1}])
    found = compare(expected, [{"name": "a", "n": 1}, {"name": "a", "n": 1}])
    assert (found.row_count, found.differences) == (
        2,
        ["reports.r: 1 rows whose key another row has"],
    )


def test_every_report_and_profile_is_recounted(tmp_path: Path) -> None:
    for name, schema in RAW_TABLES.items():
        DeltaTable.create(tmp_path / name, Schema.from_json(schema.json()))
    recounted = {one.model for one in expectations(events.load(tmp_path), load_settings())}
    schemas = {"rpt": "reports", "profile": "profiling"}
    models = {
        f"{schemas[layer]}.{model.get('config', {}).get('alias', model['name'])}"
        for model in models_of(PROJECT_DIR / "models")
        if (layer := model["name"].split("_")[0]) in schemas
    }
    assert len(models) > 25
    assert models - recounted == NOT_RECOUNTED.keys()


def test_a_delay_is_the_milliseconds_that_have_passed_not_the_nearest() -> None:
    database = duckdb.connect()
    database.execute(
        "create table copies as select 'stream' as event_source, 'rate' as replay_mode, "
        "timestamptz '2026-01-01 12:00:00.0009+00' as event_time, "
        "timestamptz '2026-01-01 12:00:01.0009+00' as produced_at, "
        "timestamptz '2026-01-01 12:00:02+00' as appended_at, "
        "timestamptz '2026-01-01 12:01:02.3929+00' as ingested_at"
    )
    (row,) = timeliness(database, load_settings()).rows
    delays = [row[f"{name}_delay_ms_max"] for name in ("send", "arrival", "landing")]
    assert delays == [1000, 2000, 60_392]
