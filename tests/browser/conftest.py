"""A stack with history, models, dashboards and a running stream, and a browser that is logged in."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Response, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from services.superset import secrets
from tests.recount import SAMPLE
from tests.stack import PROJECT, StackUnderTest, wait_until

HISTORY_ROWS = 10_000
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ALL = ("--last", "1d")
CHART_DATA = "/api/v1/chart/data"


@dataclass
class View:
    """An open page, what its charts asked and what they were answered."""

    page: Page
    base: str
    answers: list[tuple[str, int, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def watch(self) -> None:
        """Keep every question and answer of a chart."""
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    def _on_request(self, request: Request) -> None:
        if CHART_DATA in request.url:
            self.asked.append(request.post_data_json)

    def _on_response(self, response: Response) -> None:
        self.hosts.add(response.url.split("/")[2])
        if CHART_DATA in response.url:
            try:
                body = response.json() if response.ok else response.text()
            except PlaywrightError:
                return  # the page went elsewhere while the answer came: nobody sees it
            self.answers.append((response.url, response.status, body))

    def open(self, slug: str) -> None:
        """Show a dashboard and wait until each of its charts was answered and drawn."""
        self.answers.clear()
        self.page.goto(f"{self.base}/superset/dashboard/{slug}/")
        self.page.wait_for_selector(".dashboard-component-chart-holder", timeout=60_000)
        holders = self.page.locator(".dashboard-component-chart-holder:has(.chart-slice)")
        self.scroll()
        wait_for(self.page, lambda: len(self.charts()) >= holders.count() > 0)
        wait_for(self.page, lambda: self.page.locator(".loading").count() == 0)

    def charts(self) -> set[str]:
        """The numbers of the charts that were answered."""
        found = (re.search(r"slice_id%22%3A(\d+)", url) for url, *_ in self.answers)
        return {match[1] for match in found if match}

    def last(self, column: str, *, alone: bool = False) -> dict[str, Any] | None:
        """The newest good answer whose columns name this one; `alone`: and no other, as a big number's."""
        for _, status, body in reversed(self.answers):
            names = body["result"][0]["colnames"] if status == 200 else []
            if names == [column] if alone else column in names:
                return dict(body["result"][0])
        return None

    def scroll(self) -> None:
        """Charts below the fold are asked for when they are near: show the page's end once."""
        for _ in range(6):
            self.page.mouse.wheel(0, 700)
            self.page.wait_for_timeout(200)
        self.page.mouse.wheel(0, -9000)


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
        replay = ["--loop", "--skip", str(HISTORY_ROWS), "--source", str(SAMPLE)]
        stack.run("services", "stream", "--detach", "--", *replay)
        stack.run("services", "dashboards")
        stack.run("streaming.load", "--limit", str(HISTORY_ROWS), "--source", str(SAMPLE))
        stack.run("dbt.cli.main", "build", "--exclude-resource-type", "unit_test", seconds=900)
        stack.run("hbase", "publish")
        wait_until("windows are counted", lambda: bool(scan_views(stack)), 120)
        yield stack
    finally:
        stack.run("services", "down", check=False)


def scan_views(stack: StackUnderTest, *span: str) -> int:
    """Views in HBase, of all windows or of those in `--from ... --to ...`."""
    done = stack.run("hbase", "scan", "event_counts", *(span or ALL), "--format", "json")
    return sum(int(row["views"]) for row in json.loads(done.stdout))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "Chromium is needed: apt-get install -y chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        yield browser
        browser.close()


def logged_in(
    browser: Browser, stack: StackUnderTest, width: int, height: int, user: str = "viewer"
) -> View:
    """A page of a user."""
    base = f"http://127.0.0.1:{stack.environment['SUPERSET_PORT']}"
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
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
def viewer(browser: Browser, shop: StackUnderTest) -> View:
    """The Viewer at a desk."""
    return logged_in(browser, shop, 1600, 1000)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: SCREENSHOTS_DIR (make screenshots), else a folder of the test."""
    named = os.environ.get("SCREENSHOTS_DIR")
    return PROJECT / named if named else tmp_path_factory.mktemp("pictures")
