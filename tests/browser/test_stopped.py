"""Every number of every page once the stream has stopped and nothing changes: against HBase, and against recounts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.browser.conftest import View, of_ranges, scan
from tests.browser.tables import recounted
from tests.stack import StackUnderTest

from names import slug  # isort: skip  (the path is set by conftest)
from pages import PAGES, Page  # isort: skip
from tests.browser.questions import assert_shows, plain  # isort: skip

pytestmark = pytest.mark.integration
CARDS = {"Views": "views", "Carts": "carts", "Purchases": "purchases", "Revenue": "purchase_value"}
COUNTS = ("views", "carts", "purchases", "removals")
WIDEST = "30 minutes"
FOREVER = 2**62
# What changes with the stream; the business reports read the history.
STREAM_FED = (
    *("int_events_deduplicated", "fct_events", "profile_duplicates", "profile_timeliness"),
    *("profile_schema", "profile_freshness", "rpt_stream_reconciliation", "rpt_rejected_events"),
    "rpt_insights",
)
Row = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def at_rest(shop: StackUnderTest) -> None:
    """No replay and no streaming job; a second stop changes nothing."""
    shop.run("services", "stream-stop")


def opened_at(row: Row) -> float:
    """When a window of HBase starts (ms)."""
    return datetime.fromisoformat(row["window_started_at"]).replace(tzinfo=UTC).timestamp() * 1000


def recount(rows: list[Row], name: str, since: float, until: float = FOREVER) -> float:
    """The sum over the windows of HBase that start in a range (ms)."""
    return sum(float(row[name]) for row in rows if since <= opened_at(row) < until)


def with_range(view: View, title: str, span: str = WIDEST) -> list[Row]:
    """The rows of a chart for another range."""
    (query,) = view.asked[view.ids[title]]["queries"]
    filters = [{"col": "time_span", "op": "IN", "val": [span]}]
    answer = view.ask_again(title, queries=[{**query, "filters": filters}])
    assert answer.status == 200, answer.text()
    return list(answer.json()["result"][0]["data"])


def test_cards_are_what_hbase_has(viewer: View, shop: StackUnderTest) -> None:
    viewer.open("live-store")
    rows = scan(shop, "event_counts")
    for title, name in CARDS.items():
        found = of_ranges(with_range(viewer, title))
        before, now = sorted(found)
        assert found[now] == pytest.approx(recount(rows, name, now), abs=0.005), title
        assert found[before] == pytest.approx(recount(rows, name, before, now), abs=0.005), title
    assert sum(found.values()) > 0


def test_conversion_is_that_of_hbase(viewer: View, shop: StackUnderTest) -> None:
    viewer.open("live-store")
    rows = scan(shop, "event_counts")
    found = of_ranges(with_range(viewer, "Conversion"))
    before, now = sorted(found)
    for since, until in ((before, now), (now, FOREVER)):
        views, bought = (recount(rows, name, since, until) for name in ("views", "purchases"))
        assert found[since] == pytest.approx(100 * bought / views if views else 0)
    assert sum(found.values()) > 0


def test_the_windows_drawn_and_listed_are_those_of_hbase(
    viewer: View, shop: StackUnderTest
) -> None:
    viewer.open("live-store")
    earned = with_range(viewer, "What is earned now: revenue by 2-second window")
    listed = with_range(viewer, "The newest 60 windows")
    rows = {opened_at(row): row for row in scan(shop, "event_counts")}
    newest = sorted(rows, reverse=True)[:60]
    assert [row["window_started_at"] for row in listed] == newest
    for row in listed:
        kept = rows[row["window_started_at"]]
        assert [row[name] for name in COUNTS] == [float(kept[name]) for name in COUNTS]
        assert row["revenue"] == pytest.approx(float(kept["purchase_value"]))
    drawn = {row["window_started_at"]: row["Revenue"] for row in earned}
    assert drawn.keys() >= {*newest}
    kept_values = {at: float(rows[at]["purchase_value"]) for at in drawn}
    assert drawn == pytest.approx(kept_values)
    assert sum(drawn.values()) > 0


def by_value(rows: list[Row], since: float) -> dict[str, float]:
    """Views of each brand or category in the windows since then (ms)."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["value"], []).append(row)
    return {name: recount(own, "views", since) for name, own in found.items() if name}


@pytest.mark.parametrize(
    ("title", "table", "column", "limit"),
    [
        ("The 50 brands looked at most now", "brand_windows", "brand", 50),
        ("Categories looked at now", "category_windows", "category", 8),
    ],
)
def test_brands_and_categories_are_what_hbase_has(
    viewer: View, shop: StackUnderTest, title: str, table: str, column: str, limit: int
) -> None:
    """The range moves on between two questions: its start was asked for before and after."""
    viewer.open("live-store")
    before = max(row["range_started_at"] for row in with_range(viewer, "Views"))
    answer = with_range(viewer, title)
    after = max(row["range_started_at"] for row in with_range(viewer, "Views"))
    assert after - before < 10_000
    rows = scan(shop, table)
    most, least = by_value(rows, before), by_value(rows, after)
    found = {row[column]: row["Views"] for row in answer}
    assert len(found) == min(limit, len(most)) > 5
    assert {n: v for n, v in found.items() if not least[n] <= v <= most[n]} == {}
    assert all(least[name] <= min(found.values()) for name in least.keys() - found.keys())


@pytest.fixture(scope="module")
def tables(shop: StackUnderTest, at_rest: None) -> duckdb.DuckDBPyConnection:
    """What the models have of all events, every cell equal to a recount of the raw tables."""
    shop.run("dbt.cli.main", "run", "--select", *STREAM_FED, seconds=900)
    return recounted(shop.folder / "warehouse")


@pytest.mark.parametrize(
    "page", [p for p in PAGES if not p.refresh_seconds], ids=lambda page: page.title
)
def test_every_chart_on_spark_shows_what_was_recounted(
    viewer: View, tables: duckdb.DuckDBPyConnection, page: Page
) -> None:
    viewer.open(slug(page.title).replace("_", "-"))
    for chart in page.charts:
        assert_shows(tables, chart, viewer.rows(chart.title))


def test_what_is_usual_is_what_was_recounted(
    viewer: View, tables: duckdb.DuckDBPyConnection
) -> None:
    """The answer may be a minute old: of the hour that is, or of the one that was."""
    viewer.open("live-store")
    sql = """
    select usual_revenue, usual_conversion_rate from rpt_usual_hours
    where weekday_number = ? and hour_of_day = ? and time_span = '5 minutes'
    """
    hours = [datetime.now(UTC) - timedelta(seconds=age) for age in (0, 90)]
    told = [tables.execute(sql, [at.isoweekday(), at.hour]).fetchall()[0] for at in hours]
    for place, of in enumerate(("revenue", "conversion")):
        shown = plain(viewer.number(f"Usual {of} at this hour"))
        assert shown in [plain(row[place]) for row in told]


def test_the_age_of_each_table_is_the_time_since_its_newest_row(viewer: View) -> None:
    viewer.open("data-quality")
    now = datetime.now(UTC).timestamp() * 1000
    for row in viewer.rows("How fresh is each table?"):
        minutes = (now - row["newest_row_at"]) / 60_000
        assert row["age_minutes"] == pytest.approx(minutes, abs=2)
