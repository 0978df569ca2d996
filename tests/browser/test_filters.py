"""What a filter changes and what it leaves alone; a click that filters."""

from typing import Any

import duckdb
import pytest
from filters import Filter
from pages import LIVE_FILTERS, PAGES, STORE_FILTERS

from tests.browser.answers import wait_for
from tests.browser.history import HISTORY_ROWS
from tests.browser.view import View, choose
from tests.browser.windows import card
from tests.recount import SAMPLE

pytestmark = pytest.mark.integration
CHARTS = {chart.title: chart for page in PAGES for chart in page.charts}
VALUES = {
    **{"Brand": "asus", "Top category": "computers", "Price band": "50-100"},
    **{"Event type": "cart", "Category": "electronics.telephone"},
}
BY = {
    "Brand": "brand = 'asus'",
    "Top category": "split_part(category_code, '.', 1) = 'computers'",
    "Category": "category_code = 'electronics.telephone'",
    "Price band": "price::decimal(12, 2) >= 50 and price::decimal(12, 2) < 100",
}


def filtered(view: View, column: str) -> set[str]:
    """The charts whose newest question has a condition on a column."""
    titles = {number: title for title, number in view.ids.items()}
    return {
        titles[number]
        for number, asked in view.asked.items()
        if any(one["col"] == column for one in asked["queries"][0]["filters"])
    }


def acts_on(one: Filter, titles: Any) -> set[str]:
    return {title for title in titles if one.acts_on(CHARTS[title])}


@pytest.mark.parametrize(
    "one", [one for one in STORE_FILTERS if one.table], ids=lambda one: one.name
)
def test_a_filter_reaches_the_charts_that_have_its_column(viewer: View, one: Filter) -> None:
    viewer.open("store-performance")
    before = {title: viewer.rows(title) for title in viewer.ids}
    wanted = acts_on(one, viewer.ids)
    viewer.go_to(sorted(wanted)[0])  # a filter shows where it acts
    viewer.answers.clear()
    choose(viewer, one.name, VALUES[one.name])
    viewer.await_answers({viewer.ids[title] for title in wanted})
    assert filtered(viewer, one.column) == wanted
    for title in viewer.ids.keys() - wanted:
        if viewer.ids[title] in viewer.answered():
            assert viewer.rows(title) == before[title], title
    if one.name in BY:
        assert_cards_equal_the_file(viewer, BY[one.name])


def assert_cards_equal_the_file(view: View, where: str) -> None:
    sql = f"""
    select count(*) filter (event_type = 'view'), count(*) filter (event_type = 'purchase'),
        coalesce(sum(price::decimal(12, 2)) filter (event_type = 'purchase'), 0)
    from (select * from read_csv(?, all_varchar = true) limit ?) where {where}
    """
    ((views, bought, earned),) = duckdb.execute(sql, [str(SAMPLE), HISTORY_ROWS]).fetchall()
    assert view.number("Views in the history") == views > 0
    assert view.number("Purchases in the history") == bought
    assert float(view.number("Revenue in the history")) == pytest.approx(float(earned), abs=0.005)


def choose_dates(view: View, since: str, until: str) -> None:
    """Open the filter of dates, type both ends, apply."""
    page = view.page
    page.evaluate("scrollTo(0, 0)")
    page.locator('[data-test="time-range-trigger"]').first.click()
    page.get_by_label("Range type").first.click()
    page.locator('.ant-select-dropdown [title="Advanced"]').click()
    ends = page.locator(".ant-popover:visible input.ant-input")
    ends.nth(0).fill(since)
    ends.nth(1).fill(until)
    page.locator('[data-test="date-filter-control__apply-button"]').click()
    page.locator('[data-test="filter-bar__apply-button"]').click()


def ranges(view: View) -> dict[str, str]:
    """The range of time that each chart's newest question has, for those that have one."""
    asked = {title: view.asked[number]["queries"][0] for title, number in view.ids.items()}
    return {title: one["time_range"] for title, one in asked.items() if one.get("time_range")}


def test_dates_reach_the_charts_that_have_days(viewer: View) -> None:
    viewer.open("store-performance")
    before = {title: viewer.rows(title) for title in viewer.ids}
    (dates,) = (one for one in STORE_FILTERS if not one.table)
    wanted = acts_on(dates, viewer.ids)
    assert len(wanted) > 8
    viewer.answers.clear()
    choose_dates(viewer, "2020-09-25", "2020-09-26")
    viewer.await_answers({viewer.ids[title] for title in wanted})
    assert ranges(viewer) == dict.fromkeys(wanted, "2020-09-25 : 2020-09-26")
    for title in viewer.ids.keys() - wanted:
        if viewer.ids[title] in viewer.answered():
            assert viewer.rows(title) == before[title], title
    assert_cards_equal_the_file(viewer, "event_time like '2020-09-25%'")


@pytest.mark.parametrize("span", ["15 minutes", "30 minutes"])
def test_the_range_of_the_live_page_reaches_all_that_have_one(viewer: View, span: str) -> None:
    viewer.open("live-store")
    wanted = acts_on(LIVE_FILTERS[0], viewer.ids)
    assert {title for title in viewer.ids if title.startswith("Usual")} <= wanted
    choose(viewer, "Range", span)

    def has_span(title: str) -> bool:
        filters = viewer.asked[viewer.ids[title]]["queries"][0]["filters"]
        return any(one["col"] == "time_span" and one["val"] == [span] for one in filters)

    wait_for(viewer.page, lambda: all(map(has_span, wanted)))
    assert filtered(viewer, "time_span") == wanted


@pytest.mark.parametrize(
    ("one", "title"),
    [
        (LIVE_FILTERS[1], "The 50 brands looked at most now"),
        (LIVE_FILTERS[2], "Categories looked at now"),
    ],
    ids=("brand", "category"),
)
def test_a_filter_of_the_live_page_reaches_the_charts_that_have_its_column(
    viewer: View, one: Filter, title: str
) -> None:
    viewer.open("live-store")
    wanted = acts_on(one, viewer.ids)
    assert {"Views", "Carts", "Purchases", "Revenue", "Conversion", title} < wanted
    *_, most = ordered = sorted(viewer.rows(title), key=lambda row: row["Views"])
    choose(viewer, one.name, most[one.column])
    wait_for(viewer.page, lambda: filtered(viewer, one.column) == wanted)
    viewer.answers.clear()
    wait_for(viewer.page, lambda: viewer.answered() >= {viewer.ids[t] for t in wanted})
    assert [row[one.column] for row in viewer.rows(title)] == [most[one.column]]
    # Of the whole shop it would be the sum of all of them; the range moves on meanwhile.
    views = card(viewer, "Views")
    assert views[max(views)] == pytest.approx(most["Views"], rel=0.5)
    assert most["Views"] > ordered[0]["Views"]


def test_a_brand_and_a_category_at_once_are_answered_with_what_to_do(viewer: View) -> None:
    viewer.open("live-store")
    (query,) = viewer.asked[viewer.ids["Views"]]["queries"]
    both = [{"col": name, "op": "IN", "val": ["x"]} for name in ("brand", "category")]
    answer = viewer.ask_again("Views", queries=[{**query, "filters": [*query["filters"], *both]}])
    assert answer.status >= 400
    assert "choose a brand or a category, not both" in answer.text()


def test_a_click_on_a_brand_filters_the_charts_that_know_brands(viewer: View) -> None:
    viewer.open("store-performance")
    title = "How well do brands sell?"
    clicked = viewer.rows(title)[0]
    brand = clicked["brand"]
    wanted = {t for t in viewer.ids if "brand" in columns_of(t)} - {title}
    viewer.go_to(title)
    viewer.answers.clear()
    cell = viewer.page.locator(f'td:text-is("{brand}")').first
    cell.scroll_into_view_if_needed()
    cell.click()
    viewer.await_answers({viewer.ids[t] for t in wanted})
    assert filtered(viewer, "brand") == wanted
    earned = float(viewer.number("Revenue in the history"))
    assert earned == pytest.approx(float(clicked["Revenue"]))


def columns_of(title: str) -> set[str]:
    from datasets import columns_with_computed

    return set(columns_with_computed(CHARTS[title].table))
