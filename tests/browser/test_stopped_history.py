"""Every number of the pages on Spark once the stream has stopped: against tables whose every cell was recounted."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from names import slug
from pages import PAGES, Page

from tests.browser.history import STREAM_FED
from tests.browser.questions import assert_shows, plain
from tests.browser.tables import recounted
from tests.browser.view import View
from tests.stack import StackUnderTest

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def tables(shop: StackUnderTest) -> duckdb.DuckDBPyConnection:
    """What the models have of all events, every cell equal to a recount of the raw tables."""
    shop.run("services", "stream-stop")
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


@pytest.mark.usefixtures("tables")
def test_the_age_of_each_table_is_the_time_since_its_newest_row(viewer: View) -> None:
    viewer.open("data-quality")
    now = datetime.now(UTC).timestamp() * 1000
    rows = viewer.rows("How fresh is each table?")
    for row in rows:
        if row["newest_row_at"] is None:
            assert row["age_minutes"] is None
            continue
        minutes = (now - row["newest_row_at"]) / 60_000
        assert row["age_minutes"] == pytest.approx(minutes, abs=2)
    assert any(row["newest_row_at"] for row in rows)
