"""`make bench-dashboards`: how fast the charts of Live store answer while browsers keep it open and events stream."""

import argparse
import json
import os
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Response, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from rich.console import Console
from rich.table import Table

from bench.visibility import percentiles
from services.superset import secrets, url
from settings import PROJECT_DIR, Settings, SettingsError, load_settings

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CHART_DATA = "/api/v1/chart/data"
WARM_SECONDS = 15
LOAD_MS = 60_000


class BenchError(Exception):
    """Nothing could be measured; the message says why."""


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


def watch_dashboard(settings: Settings, slug: str, viewers: int, seconds: int) -> dict[str, Any]:
    """Keep the page open in `viewers` browsers contexts and collect what the charts were answered."""
    executable = shutil.which("chromium")
    if executable is None:
        raise BenchError("Chromium is needed: apt-get install -y chromium")
    base = url(settings)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM)
        try:
            pages = [log_in(browser, base) for _ in range(viewers)]
            watches = [Watch(page) for page in pages]
            for page in pages:
                page.goto(f"{base}/superset/dashboard/{slug}/", timeout=LOAD_MS)
                page.wait_for_selector(".dashboard-component-chart-holder", timeout=LOAD_MS)
            _let_work(pages, WARM_SECONDS)
            for watch in watches:
                watch.begin()
            _let_work(pages, seconds)
        finally:
            browser.close()
    return _summary(watches, seconds)


def _let_work(pages: list[Page], seconds: int) -> None:
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        for page in pages:
            page.wait_for_timeout(100)


def _summary(watches: list[Watch], seconds: int) -> dict[str, Any]:
    answers = [value for watch in watches for value in watch.milliseconds]
    if not answers:
        raise BenchError(
            "no chart was refreshed: make dashboards, make stream DETACH=1, then again"
        )
    ordered = sorted(answers)
    return {
        "viewers": len(watches),
        "seconds": seconds,
        "answers": len(answers),
        "answers_per_second": round(len(answers) / seconds, 1),
        "refused": sum(watch.refused for watch in watches),
        "milliseconds": percentiles(answers)
        | {"p95": round(ordered[min(len(ordered) - 1, -(-95 * len(ordered) // 100) - 1)], 1)},
    }


def show(result: dict[str, Any], console: Console) -> None:
    """One row."""
    columns = ("viewers", "answers", "answers_per_second", "refused")
    ranks = ("p50", "p90", "p95", "p99", "max")
    table = Table(*columns, *(f"{rank}, ms" for rank in ranks), box=None)
    table.add_row(
        *(str(result[name]) for name in columns),
        *(f"{result['milliseconds'][rank]:,.0f}" for rank in ranks),
    )
    console.print(table)


def main() -> int:
    """0 when measured, 1 when nothing could be, 2 when a setting is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.dashboards", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--viewers", type=int, default=1)
    parser.add_argument("--slug", default="live-store")
    parser.add_argument("--out", type=Path, default=PROJECT_DIR / "bench/results/dashboards.json")
    arguments = parser.parse_args()
    try:
        settings = load_settings()
        with Console(stderr=True).status(f"looking at {arguments.slug}"):
            result = watch_dashboard(settings, arguments.slug, arguments.viewers, arguments.seconds)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (BenchError, PlaywrightError) as error:
        print(f"error: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    result = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "dashboard": arguments.slug,
        **result,
        **{"cores": os.cpu_count(), "load_average": round(os.getloadavg()[0], 1)},
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    show(result, Console(width=None if sys.stdout.isatty() else 120))
    return 0


if __name__ == "__main__":
    sys.exit(main())
