"""How long a page takes from the click until its screen is drawn, with the answers kept by Superset and without."""

import time
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, Route

from bench.dashboards.viewers import CHART_DATA, LOAD_MS, BenchError, Watch, go_to_charts
from services.superset import url
from settings import Settings

TAB = ".dashboard-component-tabs [role=tab]"
ALL_CHARTS = f"**{CHART_DATA}**"
OPENINGS = 5
# Chromium keeps a script compiled once it has come a second time.
WARMING = 3
QUIET_SECONDS = 1.0  # so long nothing is asked and nothing turns: all is drawn
# A chart that nobody has scrolled to waits for that, turning.
TURNING = """all => all.some(one => {
    const box = one.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
})"""


def _ask_anew(route: Route) -> None:
    body = route.request.post_data_json
    route.continue_(post_data={**body, "force": True} if body else None)


def _drawn(page: Page, watch: Watch) -> float:
    # Seconds (monotonic) at which the page had its last answer and nothing on the screen turned any more.
    deadline, count, since = time.monotonic() + LOAD_MS / 1000, -1, time.monotonic()
    while time.monotonic() < deadline:
        page.wait_for_timeout(50)
        is_busy = page.locator(".loading").evaluate_all(TURNING)
        if is_busy or len(watch.milliseconds) != count:
            count, since = len(watch.milliseconds), time.monotonic()
        elif count > 0 and time.monotonic() - since > QUIET_SECONDS:
            return since
    raise BenchError(f"{page.url} was not drawn within {LOAD_MS // 1000} s: make logs S=superset")


def _open(page: Page, watch: Watch, address: str) -> float:
    # Seconds until all of the screen is drawn.
    started = time.monotonic()
    go_to_charts(page, address)
    return _drawn(page, watch) - started


def _visit(page: Page, watch: Watch, address: str) -> tuple[float, list[float]]:
    # The seconds in which the page opens, and then each of its other tabs.
    watch.begin()
    opened = _open(page, watch, address)
    tabs = page.locator(TAB)
    return opened, [_go_to(page, watch, tabs.nth(place)) for place in range(1, tabs.count())]


def _go_to(page: Page, watch: Watch, tab: Locator) -> float:
    started = time.monotonic()
    tab.click()
    return _drawn(page, watch) - started


def measure(
    person: BrowserContext, settings: Settings, slug: str, *, is_kept: bool
) -> dict[str, Any]:
    """Open the page and its other tabs again and again; the first times only warm.

    Answers are kept for a minute: with kept ones, each opening follows one that asks anew.
    """
    page = person.new_page()
    watch, address = Watch(page), f"{url(settings)}/superset/dashboard/{slug}/"
    found: dict[str, Any] = {"seconds": [], "tab_seconds": [], "milliseconds": []}
    for number in range(WARMING + OPENINGS):
        page.route(ALL_CHARTS, _ask_anew)
        opened, tabs = _visit(page, watch, address)
        page.unroute(ALL_CHARTS)
        if is_kept:
            opened, tabs = _visit(page, watch, address)
        if number >= WARMING:
            found["seconds"].append(round(opened, 2))
            found["tab_seconds"] += [round(seconds, 2) for seconds in tabs]
            found["milliseconds"] += watch.milliseconds
    page.close()
    in_order = {name: sorted(found[name]) for name in ("seconds", "tab_seconds")}
    return {**found, **in_order, "refused": watch.refused}
