"""From a number to what it is made of: drill by for who looks, the rows behind it for who analyses."""

import duckdb
import pytest
from playwright.sync_api import Browser

from tests.browser.answers import wait_for
from tests.browser.history import BAND
from tests.browser.login import logged_in
from tests.browser.view import View
from tests.stack import StackUnderTest

pytestmark = pytest.mark.integration
BRANDS, CATEGORIES = "How well do brands sell?", "How well do categories sell?"


def open_menu(view: View, title: str) -> str:
    """Right-click on the first cell of a table; its text."""
    view.go_to(title)
    first = str(next(iter(view.rows(title)[0].values())))
    cell = view.page.locator(f'td:text-is("{first}")').first
    cell.scroll_into_view_if_needed()
    cell.click(button="right")
    return first


def drill_by(view: View, title: str, column: str) -> tuple[str, list[dict[str, object]]]:
    """The clicked value and the rows of the drilled chart."""
    value = open_menu(view, title)
    view.page.get_by_text("Drill by", exact=True).hover()
    # The list of columns is the newest thing on the page once it can be searched.
    view.page.get_by_placeholder("Search columns").wait_for()
    with view.page.expect_response(lambda one: "slice_id%22%3A0" in one.url) as found:
        view.page.get_by_text(column, exact=True).last.click()
    answer = found.value
    assert answer.status == 200
    view.page.locator(".ant-modal table").first.wait_for()
    rows = answer.json()["result"][0]["data"]
    view.page.keyboard.press("Escape")
    return value, rows


def revenue_by_band(file: duckdb.DuckDBPyConnection, brand: str) -> dict[str, float]:
    sql = f"""
    select {BAND}, coalesce(sum(price) filter (event_type = 'purchase'), 0)::double
    from events where brand = ? group by 1
    """
    return dict(file.execute(sql, [brand]).fetchall())


@pytest.fixture
def store(viewer: View) -> View:
    """Store performance, opened anew: what a drill has opened stays on the page."""
    viewer.open("store-performance")
    return viewer


def test_a_viewer_sees_what_a_brand_is_made_of(
    store: View, file: duckdb.DuckDBPyConnection
) -> None:
    brand, rows = drill_by(store, BRANDS, "price band")
    found = {str(row["price_band"]): float(str(row["Revenue"])) for row in rows}
    assert found == pytest.approx(revenue_by_band(file, brand))
    assert sum(found.values()) > 0


def test_a_viewer_goes_down_the_levels_of_categories(store: View) -> None:
    category, rows = drill_by(store, CATEGORIES, "level 1")
    assert [row["level_1"] for row in rows] == [category.split(".")[0]]


def test_what_drilling_would_save_is_refused_to_the_viewer(viewer: View) -> None:
    data = {"datasource_id": 1, "datasource_type": "table", "form_data": "{}"}
    answer = viewer.post("/api/v1/explore/form_data", data)
    assert answer.status == 403, answer.text()


def test_an_analyst_sees_the_rows_behind_a_number(browser: Browser, shop: StackUnderTest) -> None:
    view = logged_in(browser, shop, 1600, 1000, user="analyst")
    view.open("store-performance")
    brand = open_menu(view, BRANDS)
    view.page.get_by_text("Drill to detail by", exact=True).hover()
    view.page.get_by_text(f"Drill to detail by {brand}").click()
    rows = view.page.locator(".ant-modal .ant-table-row, .ant-modal .virtual-table-cell")
    wait_for(view.page, lambda: rows.count() > 0)
    assert view.page.locator(".ant-modal").get_by_text(brand, exact=True).count() > 0
    view.page.context.close()
