"""A stack with history, models, dashboards and a running stream, and a browser that is logged in."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deltalake import DeltaTable
from playwright.sync_api import APIResponse, Browser, Page, Request, Response, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from services.superset import secrets
from tests.browser.history import loaded
from tests.recount import SAMPLE
from tests.stack import PROJECT, StackUnderTest, wait_until

# The specification of the pages: titles are written once, there.
sys.path.insert(0, str(PROJECT / "superset" / "spec"))
HISTORY_ROWS = 10_000
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# Something to refuse and something to explain, for the page on the quality of the data.
FAULTS = ["--malformed", "1%", "--duplicates", "0.5%"]
ALL = ("--last", "1d")
CHART_DATA = "/api/v1/chart/data"


@dataclass
class View:
    """An open page, what its charts asked and what they were answered."""

    page: Page
    base: str
    ids: dict[str, int] = field(default_factory=dict)  # title of a chart to its number
    answers: list[tuple[int, int, Any]] = field(default_factory=list)  # chart, status, body
    asked: dict[int, dict[str, Any]] = field(default_factory=dict)  # by chart, the newest
    hosts: set[str] = field(default_factory=set)

    def watch(self) -> None:
        """Keep every question and answer of a chart."""
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    def _on_request(self, request: Request) -> None:
        chart = chart_of(request.url)
        if chart:
            self.asked[chart] = request.post_data_json

    def _on_response(self, response: Response) -> None:
        self.hosts.add(response.url.split("/")[2])
        chart = chart_of(response.url)
        if not chart:
            return
        try:
            body = response.json() if response.ok else response.text()
        except PlaywrightError:
            return  # the page went elsewhere while the answer came: nobody sees it
        # Asked once the body is here: a page that was left may still be answered, and left meanwhile.
        if chart in self.ids.values():
            self.answers.append((chart, response.status, body))

    def get(self, path: str) -> Any:
        """What the API answers this user."""
        answer = self.page.request.get(f"{self.base}{path}")
        assert answer.status == 200, answer.text()
        return answer.json()["result"]

    def open(self, slug: str) -> None:
        """Show a dashboard and wait until each of its charts was answered and drawn."""
        charts = self.get(f"/api/v1/dashboard/{slug}/charts")
        self.ids = {chart["slice_name"]: chart["id"] for chart in charts}
        self.answers.clear()
        self.asked.clear()
        self.page.goto(f"{self.base}/superset/dashboard/{slug}/")
        self.page.wait_for_selector(".dashboard-component-chart-holder", timeout=60_000)
        self.scroll()
        wait_for(self.page, lambda: self.answered() >= {*self.ids.values()}, 120)
        wait_for(self.page, lambda: self.page.locator(".loading").count() == 0)

    def answered(self) -> set[int]:
        """The numbers of the charts that were answered since the answers were forgotten."""
        return {chart for chart, *_ in self.answers}

    def shown(self, title: str) -> dict[str, Any]:
        """The newest good answer to a chart."""
        for chart, status, body in reversed(self.answers):
            if chart == self.ids[title] and status == 200:
                return dict(body["result"][0])
        pytest.fail(f"{title} was not answered")

    def rows(self, title: str) -> list[dict[str, Any]]:
        """The rows that a chart shows."""
        return list(self.shown(title)["data"])

    def number(self, title: str) -> Any:
        """What a card shows: the only value of its only row."""
        (row,) = self.rows(title)
        (value,) = row.values()
        return value

    def headers(self) -> dict[str, str]:
        """What a question needs beside the cookie."""
        token = self.page.locator("#csrf_token").first.get_attribute("value")
        return {"X-CSRFToken": token or "", "Referer": self.base}

    def post(self, path: str, data: dict[str, Any]) -> APIResponse:
        """What this user is answered to a question that may not come from another page."""
        url = f"{self.base}{path}"
        return self.page.request.post(url, data=data, headers=self.headers(), timeout=120_000)

    def ask_again(self, title: str, **changes: Any) -> APIResponse:
        """Send the chart's newest question once more, changed."""
        return self.post(CHART_DATA, {**self.asked[self.ids[title]], **changes})

    def picture(self, path: Path, *, whole: bool) -> None:
        """A screenshot, of the screen or of the whole page: then the screen is made as high as that."""
        screen = self.page.viewport_size
        assert screen
        if whole:
            bottom = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({"width": screen["width"], "height": bottom})
        drawn = self.page.locator(
            ".dashboard-component-chart-holder:has(canvas, table, .header-line):visible"
        )
        wait_for(self.page, lambda: drawn.count() == len(self.ids) or not whole)
        self.page.wait_for_function(
            "() => new Promise(done => setTimeout(() => requestAnimationFrame(done), 1000))"
        )
        self.page.screenshot(path=path)
        self.page.set_viewport_size(screen)

    def scroll(self) -> None:
        """Charts below the fold are asked for when they are near: show the page's end once."""
        # Over the margin: above a table the wheel would move the table.
        self.page.mouse.move(2, 400)
        for _ in range(12):
            self.page.mouse.wheel(0, 500)
            self.page.wait_for_timeout(200)
        self.page.mouse.wheel(0, -9000)
        self.page.wait_for_function("() => scrollY === 0")


def altered(payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A chart's question with something else in its only query."""
    copy: dict[str, Any] = json.loads(json.dumps(payload))
    copy["queries"][0].update(changes)
    return copy


def chart_of(url: str) -> int:
    """The number of the chart that an address asks for; 0 for others."""
    found = re.search(r"slice_id%22%3A(\d+)", url) if CHART_DATA in url else None
    return int(found[1]) if found else 0


def wait_for(page: Page, is_true: Callable[[], bool], seconds: float = 60) -> None:
    """Let the page work until it is true."""
    for _ in range(int(seconds * 5)):
        if is_true():
            return
        page.wait_for_timeout(200)
    pytest.fail(f"not within {seconds} s on {page.url}")


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackUnderTest]:
    """Everything that the demo starts, and 10,000 rows of history in the reports."""
    stack = StackUnderTest(tmp_path_factory.mktemp("shop").resolve())
    try:
        stack.run("services", "up")
        replay = ["--loop", "--skip", str(HISTORY_ROWS), "--source", str(SAMPLE), *FAULTS]
        stack.run("services", "stream", "--detach", "--", *replay)
        stack.run("services", "dashboards")
        stack.run("streaming.load", "--limit", str(HISTORY_ROWS), "--source", str(SAMPLE))
        wait_until("refused messages are in Delta", lambda: has_rows(stack, "rejected_event"), 120)
        stack.run("dbt.cli.main", "build", "--exclude-resource-type", "unit_test", seconds=900)
        stack.run("hbase", "publish")
        wait_until("windows are counted", lambda: bool(scan_views(stack)), 120)
        yield stack
    finally:
        stack.run("services", "down", check=False)


def has_rows(stack: StackUnderTest, table: str) -> bool:
    """Whether anything has come into a table of raw."""
    return len(DeltaTable(str(stack.folder / "warehouse" / "raw" / table)).to_pyarrow_table()) > 0


def scan(stack: StackUnderTest, table: str, *span: str) -> list[dict[str, Any]]:
    """The windows of a table of HBase, all or those in `--from ... --to ...`."""
    done = stack.run("hbase", "scan", table, *(span or ALL), "--format", "json")
    return list(json.loads(done.stdout))


def scan_views(stack: StackUnderTest) -> int:
    """All views in HBase."""
    return sum(int(row["views"]) for row in scan(stack, "event_counts"))


def card(view: View, title: str) -> dict[int, float]:
    """What a card with a change was given: the start of a range (ms) to its number."""
    return of_ranges(view.rows(title))


def of_ranges(rows: list[dict[str, Any]]) -> dict[int, float]:
    """The start of a range (ms) to the only number that stands beside it."""
    return {row.pop("range_started_at"): next(iter(row.values())) for row in map(dict, rows)}


def drawn_windows(rows: list[dict[str, Any]]) -> dict[datetime, list[float]]:
    """Start of a window to views, carts, purchases and removals, from the answer to the chart of windows."""
    return {
        datetime.fromtimestamp(row["window_started_at"] / 1000, UTC): [
            float(row[name] or 0) for name in ("Views", "Carts", "Purchases", "Removals")
        ]
        for row in rows
    }


def kept_windows(stack: StackUnderTest) -> dict[datetime, list[float]]:
    """The same from HBase itself."""
    return {
        datetime.fromisoformat(row["window_started_at"]).replace(tzinfo=UTC): [
            float(row[name]) for name in ("views", "carts", "purchases", "removals")
        ]
        for row in scan(stack, "event_counts")
    }


def choose(view: View, name: str, value: str) -> None:
    """Open a filter of the bar, take a value, apply."""
    from names import slug

    page = view.page
    select = page.locator(f'[data-test^="NATIVE_FILTER-"][data-test$="-{slug(name)}"]')
    page.evaluate("scrollTo(0, 0)")
    if not select.first.is_visible():
        page.get_by_text("More filters").click()
    select.first.click()
    select.first.locator("input").fill(value)
    page.locator(f'.ant-select-dropdown [title="{value}"]').first.wait_for(state="attached")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.locator('[data-test="filter-bar__apply-button"]').click()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "Chromium is needed: apt-get install -y chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        yield browser
        browser.close()


def logged_in(
    browser: Browser,
    stack: StackUnderTest,
    width: int,
    height: int,
    user: str = "viewer",
    **context: Any,
) -> View:
    """A page of a user; `context` is what else the browser is told, as Playwright names it."""
    base = f"http://127.0.0.1:{stack.environment['SUPERSET_PORT']}"
    page = browser.new_context(viewport={"width": width, "height": height}, **context).new_page()
    # The login page reports its own start; a person types longer than that takes.
    with page.expect_response("**/superset/log/**", timeout=60_000):
        page.goto(f"{base}/login/")
    page.fill("#username", user)
    page.fill("#password", secrets()[f"SUPERSET_{user.upper()}_PASSWORD"])
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "/login" not in url, timeout=60_000)
    view = View(page, base)
    view.watch()
    return view


@pytest.fixture(scope="session")
def file() -> duckdb.DuckDBPyConnection:
    """The rows of the file that were loaded."""
    return loaded(HISTORY_ROWS)


@pytest.fixture(scope="session")
def viewer(browser: Browser, shop: StackUnderTest) -> View:
    """The Viewer at a desk."""
    return logged_in(browser, shop, 1600, 1000)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: SCREENSHOTS_DIR (make screenshots), else a folder of the test."""
    named = os.environ.get("SCREENSHOTS_DIR")
    return PROJECT / named if named else tmp_path_factory.mktemp("pictures")
