"""The dashboards in a real browser: each chart draws with data, fits its screen, and gives nothing away."""

import json
import os
import re
import signal
from pathlib import Path

import psutil
import pytest
from layout import Layout
from names import slug as words
from pages import PAGES, Page
from playwright.sync_api import Browser
from pyhive import hive

from tests.browser.answers import wait_for
from tests.browser.history import HISTORY_ROWS
from tests.browser.login import logged_in
from tests.browser.view import View
from tests.recount import Figures, report_recount
from tests.stack import StackUnderTest, wait_until

pytestmark = pytest.mark.integration
REPORT_COLUMNS = (
    *("view_count", "cart_count", "purchase_count", "revenue"),
    *("view_to_cart_rate", "view_to_purchase_rate"),
)


def report(stack: StackUnderTest, table: str, key: str) -> dict[str, Figures]:
    connection = hive.connect("127.0.0.1", int(stack.environment["SPARK_THRIFT_PORT"]))
    try:
        cursor = connection.cursor()
        cursor.execute(f"select {key}, {', '.join(REPORT_COLUMNS)} from reports.{table}")
        return {name: tuple(figures) for name, *figures in cursor.fetchall()}  # type: ignore[misc]
    finally:
        connection.close()


def test_brand_report_equals_a_recount_of_the_file(shop: StackUnderTest) -> None:
    expected = report_recount("brand", "brand is not null and brand <> ''", HISTORY_ROWS)
    assert len(expected) > 100
    assert report(shop, "rpt_brand_performance", "brand") == expected


def test_category_report_equals_a_recount_of_the_file(shop: StackUnderTest) -> None:
    expected = report_recount(
        "coalesce(nullif(category_code, ''), 'uncategorized')", "true", HISTORY_ROWS
    )
    assert len(expected) > 10
    assert report(shop, "rpt_category_performance", "category_code") == expected


def test_brand_report_is_published_to_hbase(shop: StackUnderTest) -> None:
    done = shop.run("hbase", "scan", "brand_analytics", "--format", "json")
    found = {row["row"]: (row["views"], row["revenue"]) for row in json.loads(done.stdout)}
    wanted = report_recount("brand", "brand is not null and brand <> ''", HISTORY_ROWS)
    assert found == {name: (str(row[0]), str(row[3])) for name, row in wanted.items()}


def slug_of(title: str) -> str:
    return words(title).replace("_", "-")


def assert_every_chart_has_data(view: View) -> None:
    assert [(chart, body) for chart, status, body in view.answers if status != 200] == []
    titles = {number: title for title, number in view.ids.items()}
    counts = {titles[chart]: body["result"][0]["rowcount"] for chart, _, body in view.answers}
    assert [title for title, count in counts.items() if count == 0] == []
    assert view.page.locator(".dashboard-component-chart-holder .ant-alert-error").count() == 0
    for text in ("No results", "No data", "Unexpected error"):
        assert view.page.get_by_text(text, exact=False).count() == 0, text


def boxes(view: View) -> list[dict[str, float]]:
    """Where the charts are that are not behind a tab."""
    script = """charts => charts.filter(chart => chart.offsetParent).map(chart => {
        const box = chart.getBoundingClientRect();
        return {left: box.left, right: box.right, top: box.top + scrollY, bottom: box.bottom + scrollY};
    })"""
    found: list[dict[str, float]] = view.page.locator(
        ".dashboard-component-chart-holder"
    ).evaluate_all(script)
    return found


def assert_nothing_is_cut_off(view: View, width: int) -> None:
    """All charts are within the screen's width, none lies on another, and no title is shortened."""
    found = boxes(view)
    assert all(box["left"] >= 0 and box["right"] <= width for box in found)
    for place, one in enumerate(found):
        for other in found[place + 1 :]:
            is_beside = one["right"] <= other["left"] + 1 or other["right"] <= one["left"] + 1
            is_below = one["bottom"] <= other["top"] + 1 or other["bottom"] <= one["top"] + 1
            assert is_beside or is_below
    shortened = view.page.locator(".header-title").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText)"
    )
    assert shortened == []


def picture_names(page: Page) -> list[str]:
    """What the pictures of a page are called: one for each tab, or one."""
    slug = slug_of(page.title)
    if not isinstance(page.layout, dict):
        return [slug]
    _, *others = page.layout
    return [slug, *(f"{slug}-{slug_of(tab)}" for tab in others)]


@pytest.mark.parametrize(
    "page", [p for p in PAGES if "phone" not in p.title], ids=lambda p: p.title
)
def test_every_chart_of_a_dashboard_draws_with_data(
    viewer: View, pictures: Path, page: Page
) -> None:
    viewer.open(slug_of(page.title))
    if page.refresh_seconds:
        viewer.wait_until_drawn()  # all of it is on the screen
    for place, name in enumerate(picture_names(page)):
        if place:
            viewer.open_tab(place)
        viewer.picture(pictures / f"{name}.png", whole=page.refresh_seconds == 0)
        assert_nothing_is_cut_off(viewer, 1600)
    assert viewer.ids.keys() == {chart.title for chart in page.charts}
    assert_every_chart_has_data(viewer)


def charts_of(view: View, layout: Layout) -> set[int]:
    return {view.ids[title] for row in layout for title, *_ in row}


def test_a_page_with_tabs_asks_for_the_first_one_only(viewer: View) -> None:
    (page,) = (p for p in PAGES if isinstance(p.layout, dict))
    first, *_ = page.layout.values()
    viewer.open(slug_of(page.title), to_its_end=False)
    assert viewer.answered() == charts_of(viewer, first)
    # All of it is on the screen.
    assert max(box["bottom"] for box in boxes(viewer)) <= 1000


def test_a_person_waits_for_what_is_near_the_screen_and_sees_all_by_scrolling(
    browser: Browser, shop: StackUnderTest
) -> None:
    """Superset draws all at once for a browser that says it is automated: this one does not say so."""
    view = logged_in(browser, shop, 1600, 1000)
    view.page.add_init_script("Object.defineProperty(navigator, 'webdriver', {get: () => false})")
    view.open("data-quality", to_its_end=False)
    first = view.answered()
    assert 0 < len(first) < len(view.ids)
    view.scroll()
    wait_for(view.page, lambda: view.answered() == {*view.ids.values()})
    wait_for(view.page, lambda: view.page.locator(".loading").count() == 0)
    assert_every_chart_has_data(view)
    asked = [chart for chart, *_ in view.answers]
    assert len(asked) == len(set(asked))  # coming back to a chart asks nothing
    view.page.context.close()


def test_the_whole_live_page_is_on_one_screen(viewer: View) -> None:
    viewer.open("live-store")
    assert max(box["bottom"] for box in boxes(viewer)) <= 1000


def test_only_this_server_is_asked(viewer: View) -> None:
    assert viewer.hosts == {viewer.base.split("//")[1]}


@pytest.mark.parametrize("page", [p for p in PAGES if "phone" in p.title], ids=lambda p: p.title)
def test_a_page_fits_a_phone(
    browser: Browser, shop: StackUnderTest, pictures: Path, page: Page
) -> None:
    slug = slug_of(page.title)
    view = logged_in(browser, shop, 390, 844)
    view.open(slug)
    view.picture(pictures / f"{slug}.png", whole=True)
    assert_every_chart_has_data(view)
    assert_nothing_is_cut_off(view, 390)
    wide = "all => all.filter(one => one.parentElement.clientWidth + 1 < one.scrollWidth).length"
    assert view.page.locator(".dashboard-component-chart-holder table").evaluate_all(wide) == 0
    lefts = {round(box["left"]) for box in boxes(view)}
    assert len(lefts) == 1  # one column
    if page.refresh_seconds == 1:
        count = len(view.answers)
        wait_for(view.page, lambda: len(view.answers) > count + len(view.ids))
    view.page.context.close()


def brightness(view: View, selector: str, property_: str) -> float:
    """From 0 (black) to 255, of a computed colour."""
    script = "(one, name) => getComputedStyle(one).getPropertyValue(name)"
    colour = view.page.locator(selector).first.evaluate(script, property_)
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", colour)[:3])
    return 0.3 * red + 0.59 * green + 0.11 * blue


@pytest.mark.parametrize("slug", ["live-store", "store-performance"])
def test_a_page_is_dark_for_who_wants_it_dark(
    browser: Browser, shop: StackUnderTest, pictures: Path, slug: str
) -> None:
    view = logged_in(browser, shop, 1600, 1000, color_scheme="dark")
    view.open(slug)
    view.picture(pictures / f"{slug}-dark.png", whole=False)
    assert_every_chart_has_data(view)
    card = ".dashboard-component-chart-holder"
    assert brightness(view, card, "background-color") < 60
    assert brightness(view, f"{card} .header-title", "color") > 180
    view.page.context.close()


def test_a_killed_thrift_server_comes_back_and_the_page_recovers(
    viewer: View, shop: StackUnderTest
) -> None:
    port = int(shop.environment["SPARK_THRIFT_PORT"])
    holder = next(
        c.pid
        for c in psutil.net_connections("tcp")
        if c.laddr and c.laddr.port == port and c.status == psutil.CONN_LISTEN
    )
    assert holder
    before = report(shop, "rpt_brand_performance", "brand")
    os.kill(holder, signal.SIGKILL)

    def answers() -> bool:
        try:
            return report(shop, "rpt_brand_performance", "brand") == before
        except Exception:
            # Each layer has its own error for a server that starts.
            return False

    wait_until("the catalog is back with its tables", answers, 120)
    viewer.open("store-performance")
    assert_every_chart_has_data(viewer)
    # Not from Superset's own memory.
    anew = viewer.ask_again("Which brands earn most?", force=True)
    assert anew.status == 200, anew.text()
    assert anew.json()["result"][0]["is_cached"] in (None, False)
