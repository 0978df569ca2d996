"""A stack with history, models, dashboards and a running stream, and a browser that is logged in."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable
from playwright.sync_api import Browser, sync_playwright

from tests.browser.history import HISTORY_ROWS, loaded
from tests.browser.view import View, logged_in
from tests.browser.windows import scan_views
from tests.recount import SAMPLE
from tests.stack import PROJECT, StackUnderTest, wait_until

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# Something to refuse and something to explain, for the page on the quality of the data.
FAULTS = ["--malformed", "1%", "--duplicates", "0.5%"]


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "Chromium is needed: apt-get install -y chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def file() -> duckdb.DuckDBPyConnection:
    """The rows of the file that were loaded."""
    return loaded(HISTORY_ROWS)


@pytest.fixture(scope="session")
def viewer(browser: Browser, shop: StackUnderTest) -> View:
    """The Viewer at a desk."""
    return logged_in(browser, shop, 1600, 1000)


@pytest.fixture(autouse=True)
def _no_page_is_left_refreshing(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nobody looks between two tests: a page that asks each second would take the cores from the next one."""
    yield
    if "viewer" in request.fixturenames:
        page = request.getfixturevalue("viewer").page
        if "live-store" in page.url:
            page.goto("about:blank")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: SCREENSHOTS_DIR (make screenshots), else a folder of the test."""
    named = os.environ.get("SCREENSHOTS_DIR")
    return PROJECT / named if named else tmp_path_factory.mktemp("pictures")
