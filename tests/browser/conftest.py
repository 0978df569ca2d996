"""A stack with history, models, dashboards and a running stream, and a browser that is logged in."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable
from playwright.sync_api import Browser, sync_playwright

from tests.browser.history import HISTORY_ROWS, loaded
from tests.browser.login import logged_in
from tests.browser.view import View
from tests.browser.windows import scan_views
from tests.recount import SAMPLE
from tests.stack import PROJECT, StackUnderTest, wait_until

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DASHBOARDS = ("services", "dashboards")
LOAD = ("streaming.load", "--limit", str(HISTORY_ROWS), "--source", str(SAMPLE))
# Something to refuse and something to explain, for the page on the quality of the data.
FAULTS = ["--malformed", "1%", "--duplicates", "0.5%"]


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackUnderTest]:
    """Everything that the demo starts, and 10,000 rows of history in the reports."""
    stack = StackUnderTest(tmp_path_factory.mktemp("shop").resolve())
    # Only the models read what has landed, and each landing takes a core for a moment.
    stack.environment["STREAM_LANDING_TRIGGER_SECONDS"] = "20"
    try:
        stack.run("services", "up")
        stream(stack)
        with ThreadPoolExecutor() as side_by_side:
            steps = [side_by_side.submit(stack.run, *step) for step in (DASHBOARDS, LOAD)]
        for step in steps:
            step.result()
        wait_until("refused messages are in Delta", lambda: has_rows(stack, "rejected_event"), 120)
        # The models have the cores for themselves; test_stop builds beside the stream.
        stack.run("services", "stream-stop")
        stack.run("dbt.cli.main", "build", "--exclude-resource-type", "unit_test", seconds=900)
        stack.run("hbase", "publish")
        before = scan_views(stack)
        stream(stack)
        wait_until("windows are counted", lambda: scan_views(stack) > before, 120)
        yield stack
    finally:
        stack.end()


def stream(stack: StackUnderTest) -> None:
    """Both jobs and a replay of the rows behind the history."""
    replay = ["--loop", "--skip", str(HISTORY_ROWS), "--source", str(SAMPLE), *FAULTS]
    stack.run("services", "stream", "--detach", "--", *replay)


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
