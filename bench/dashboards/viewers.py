"""EDGE Chromium: browsers that keep a page open, and how long its charts waited for their answers."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    Response,
    Route,
    ViewportSize,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from services.superset import secrets, url
from settings import Settings

CHROMIUM = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    # For a browser that says it is automated Superset draws a page to its end at once; for a person's
    # what is on the screen and one screen around it.
    "--disable-blink-features=AutomationControlled",
]
CHART_DATA = "/api/v1/chart/data"
HOLDER = ".dashboard-component-chart-holder"
LOAD_MS = 60_000
SCREEN: ViewportSize = {"width": 1600, "height": 1000}


class BenchError(Exception):
    """Nothing could be measured; the message says why."""


def _executable() -> str:
    found = shutil.which("chromium")
    if found is None:
        raise BenchError("Chromium is needed: apt-get install -y chromium")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's own; each context is a browser that was never used before."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_executable(), args=CHROMIUM)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def own_profile() -> Iterator[BrowserContext]:
    """Debian's own with a profile on disk, as a person has it: files and compiled scripts are kept."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=_executable(), args=CHROMIUM, viewport=SCREEN
        )
        try:
            yield context
        finally:
            context.close()


def log_in(page: Page, base: str, user: str = "viewer") -> Page:
    """The page, after name and password were typed as a person does."""
    # The login page reports its own start; a person types longer than that takes.
    with page.expect_response("**/superset/log/**", timeout=LOAD_MS):
        page.goto(f"{base}/login/", timeout=LOAD_MS)
    page.fill("#username", user)
    page.fill("#password", secrets()[f"SUPERSET_{user.upper()}_PASSWORD"])
    page.press("#password", "Enter")
    page.wait_for_url(lambda found: "/login" not in found, timeout=LOAD_MS)
    return page


def new_viewer(browser: Browser, base: str) -> Page:
    """A page of the Viewer in a browser of its own."""
    return log_in(browser.new_context(viewport=SCREEN).new_page(), base)


def go_to_charts(page: Page, address: str) -> None:
    """Open a dashboard and wait for its first chart; raises BenchError when none comes."""
    page.goto(address, timeout=LOAD_MS)
    try:
        page.wait_for_selector(HOLDER, timeout=LOAD_MS)
    except PlaywrightTimeout:
        raise BenchError(
            f"no chart within {LOAD_MS // 1000} s: make dashboards ({address})"
        ) from None


class Watch:
    """The answers to the charts of one page: milliseconds from the request to the last byte, and refusals."""

    def __init__(self, page: Page) -> None:
        self.milliseconds: list[float] = []
        self.refused = 0
        self._is_good: dict[Request, bool] = {}
        page.on("response", self._answered)
        page.on("requestfinished", self._ended)

    def _answered(self, response: Response) -> None:
        if CHART_DATA in response.url:
            self._is_good[response.request] = response.ok

    def _ended(self, request: Request) -> None:
        # Nothing is asked of the browser here: the page may be closed already.
        is_good = self._is_good.pop(request, None)
        if is_good:
            self.milliseconds.append(request.timing["responseEnd"] - request.timing["requestStart"])
        elif is_good is not None:
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


def open_page(
    browser: Browser, settings: Settings, slug: str, refresh_seconds: int
) -> tuple[Page, Watch]:
    """A page of the Viewer that refreshes itself."""
    base = url(settings)
    page = new_viewer(browser, base)
    watch = Watch(page)
    refresh_every(page, refresh_seconds)
    go_to_charts(page, f"{base}/superset/dashboard/{slug}/")
    return page, watch
