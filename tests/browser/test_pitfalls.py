"""What drivers and dialects get wrong in silence, asked of the real services through the charts' own questions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from chart import sql_metric
from playwright.sync_api import Browser

from tests.browser.answers import CHART_DATA, altered
from tests.browser.login import logged_in
from tests.browser.view import View
from tests.browser.windows import drawn_windows, kept_windows
from tests.stack import StackUnderTest

pytestmark = pytest.mark.integration
EARNED, BOUGHT = "What is earned each day?", "Purchases in the history"
FRESH, WINDOWS = "How fresh is each table?", "What happens now: events by 2-second window"
TIME = "%Y-%m-%d %H:%M:%S"


def axis(column: str, grain: str) -> dict[str, str]:
    expression = {"expressionType": "SQL", "sqlExpression": column, "label": column}
    return {"columnType": "BASE_AXIS", "timeGrain": grain, **expression}


def ask(view: View, title: str, **changes: Any) -> list[dict[str, Any]]:
    """The rows of the chart's question with other columns, metrics or conditions."""
    plain = {"post_processing": [], "orderby": [], "series_columns": [], "row_limit": 1000}
    changed = altered(view.asked[view.ids[title]], **plain, **changes)
    answer = view.post(CHART_DATA, changed)
    assert answer.status == 200, answer.text()
    return list(answer.json()["result"][0]["data"])


@pytest.fixture(scope="module")
def store(viewer: View) -> View:
    viewer.open("store-performance")
    return viewer


def test_an_expression_with_two_dots_is_whole(store: View, file: duckdb.DuckDBPyConnection) -> None:
    """PyHive's compiler cuts it at the first dot: 5 + SUM(n)*0.5."""
    twice = sql_metric("SUM(purchase_count)*1.5 + SUM(purchase_count)*0.5", "x")
    ((bought,),) = file.execute(
        "select count(*) from events where event_type = 'purchase'"
    ).fetchall()
    assert [float(row["x"]) for row in ask(store, BOUGHT, metrics=[twice])] == [2 * bought]


def test_a_ratio_of_whole_numbers_keeps_its_fraction_on_spark(
    store: View, file: duckdb.DuckDBPyConnection
) -> None:
    ratio = sql_metric("SUM(purchase_count) / SUM(view_count)", "x")
    ((share,),) = file.execute(
        "select count(*) filter (event_type = 'purchase') / count(*) filter (event_type = 'view') from events"
    ).fetchall()
    (row,) = ask(store, BOUGHT, metrics=[ratio])
    assert float(row["x"]) == pytest.approx(share)


def test_a_week_begins_on_monday(store: View, file: duckdb.DuckDBPyConnection) -> None:
    rows = ask(store, EARNED, columns=[axis("event_date", "P1W")])
    found = {
        datetime.fromtimestamp(row["event_date"] / 1000, UTC).date(): float(row["Revenue"])
        for row in rows
    }
    expected = file.execute(
        "select date_trunc('week', happened_at)::date, sum(price) from events "
        "where event_type = 'purchase' group by 1"
    ).fetchall()
    assert found == pytest.approx({week: float(earned) for week, earned in expected}, abs=0.005)


def test_two_seconds_on_spark_begin_at_even_ones(viewer: View) -> None:
    viewer.open("data-quality")
    times = [row["newest_row_at"] for row in viewer.rows(FRESH) if row["newest_row_at"]]
    rows = ask(
        viewer,
        FRESH,
        columns=[axis("newest_row_at", "PT2S")],
        metrics=[sql_metric("COUNT(*)", "x")],
    )
    found = {row["newest_row_at"]: row["x"] for row in rows if row["newest_row_at"]}
    expected: dict[float, int] = {}
    for time in times:
        begun = time // 2000 * 2000
        expected[begun] = expected.get(begun, 0) + 1
    assert len(times) > 4
    assert found == expected


def test_a_ratio_of_whole_numbers_keeps_its_fraction_on_hbase(viewer: View) -> None:
    viewer.open("live-store")
    metrics = [
        sql_metric("SUM(purchases) / SUM(views)", "ratio"),
        *(sql_metric("SUM(purchases)", "bought"), sql_metric("SUM(views)", "looked")),
    ]
    (row,) = ask(viewer, WINDOWS, columns=[], metrics=metrics)
    assert 0 < row["ratio"] < 1
    assert row["ratio"] == pytest.approx(row["bought"] / row["looked"])


def test_a_list_of_windows_within_a_range_is_found_on_hbase(
    viewer: View, shop: StackUnderTest
) -> None:
    viewer.open("live-store")
    newest = max(drawn_windows(viewer.rows(WINDOWS)))
    # Older than the watermark: these change no more.
    wanted = [newest - timedelta(seconds=seconds) for seconds in (40, 60)]
    first, second = (at.strftime(TIME) for at in wanted)
    where = f"window_started_at in ('{first}', '{second}') and window_started_at >= '{second}'"
    found = drawn_windows(ask(viewer, WINDOWS, extras={"where": where}))
    kept = kept_windows(shop)
    assert found == {at: kept[at] for at in wanted}


def test_the_tables_of_a_schema_are_listed_by_their_names(
    browser: Browser, shop: StackUnderTest
) -> None:
    """The first column of Spark's SHOW TABLES is the schema."""
    analyst = logged_in(browser, shop, 1600, 1000, "analyst")
    (database,) = analyst.get("/api/v1/database/")
    path = f"/api/v1/database/{database['id']}/tables/?q=(schema_name:reports,force:!t)"
    names = {table["value"] for table in analyst.get(path)}
    assert {"rpt_brand_performance", "rpt_funnel", "rpt_insights"} <= names
    assert "reports" not in names
    analyst.page.context.close()
