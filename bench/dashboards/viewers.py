"""EDGE Chromium: browsers that keep a page open, and how long its charts waited for their answers."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, Response, Route, sync_playwright

from services.superset import secrets, url
from settings import Settings

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CHART_DATA = "/api/v1/chart/data"
HOLDER = ".dashboard-component-chart-holder"
LOAD_MS = 60_000


class BenchError(Exception):
    """Nothing could be measured; the message says why."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's own."""
    executable = shutil.which("chromium")
    if executable is None:
        raise BenchError("Chromium is needed: apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM)
        try:
            yield browser
        finally:
            browser.close()


def log_in(browser: Browser, base: str) -> Page:
    """A page of the Viewer, logged in."""
    page = browser.new_context(viewport={"width": 1600, "height": 1000}).new_page()
    # The login page reports its own start; a person types longer than that takes.
    with page.expect_response("**/superset/log/**", timeout=LOAD_MS):
        page.goto(f"{base}/login/", timeout=LOAD_MS)
    page.fill("#username", "viewer")
    page.fill("#password", secrets()["SUPERSET_VIEWER_PASSWORD"])
    page.press("#password", "Enter")
    page.wait_for_url(lambda found: "/login" not in found, timeout=LOAD_MS)
    return page


class Watch:
    """The answers to the charts of one page: milliseconds from the request to the last byte, and refusals."""

    def __init__(self, page: Page) -> None:
        self.milliseconds: list[float] = []
        self.refused = 0
        page.on("requestfinished", lambda request: self._note(request.response()))

    def _note(self, response: Response | None) -> None:
        if response is None or CHART_DATA not in response.url:
            return
        timing = response.request.timing
        if response.ok:
            self.milliseconds.append(timing["responseEnd"] - timing["requestStart"])
        else:
            self.refused += 1

    def begin(self) -> None:
        """Forget the first drawing: what is measured is the refresh."""
        self.milliseconds.clear()
        self.refused = 0


def refresh_every(page: Page, seconds: int) -> None:
    """Let the page believe that its dashboard is to be refreshed so often."""

    def change(route: Route) -> None:
        answer = route.fetch()
        content = answer.json()
        metadata = json.loads(content["result"]["json_metadata"])
        content["result"]["json_metadata"] = json.dumps(metadata | {"refresh_frequency": seconds})
        route.fulfill(response=answer, json=content)

    page.route("**/api/v1/dashboard/live-store", change)


def work(pages: list[Page], seconds: float) -> None:
    """Let the pages do what they do."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        for page in pages:
            page.wait_for_timeout(100)


def open_viewers(
    browser: Browser, settings: Settings, slug: str, viewers: int, refresh_seconds: int
) -> tuple[list[Page], list[Watch]]:
    """So many people at the same page, each with a login of their own."""
    base = url(settings)
    pages = [log_in(browser, base) for _ in range(viewers)]
    watches = [Watch(page) for page in pages]
    for page in pages:
        refresh_every(page, refresh_seconds)
        page.goto(f"{base}/superset/dashboard/{slug}/", timeout=LOAD_MS)
        page.wait_for_selector(HOLDER, timeout=LOAD_MS)
    return pages, watches
