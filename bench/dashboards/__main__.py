"""`make bench-dashboards`: the charts in real browsers while events stream, and the stream while people look."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError
from rich.console import Console
from rich.table import Table

from bench.dashboards import conditions, opening, questions
from bench.dashboards.viewers import (
    BenchError,
    chromium,
    log_in,
    new_viewer,
    open_page,
    own_profile,
    work,
)
from bench.visibility import percentiles
from hbase.store import HBaseError
from services.superset import url
from settings import PROJECT_DIR, Settings, SettingsError, load_settings

WARM_SECONDS = 15
# viewers of Live store, seconds between refreshes
VISITS = ((1, 1), (4, 2))
PAGES = ("store-performance", "data-quality")


def summary(milliseconds: list[float]) -> dict[str, float]:
    """Ranks of answers, p95 among them."""
    if not milliseconds:
        raise BenchError("no chart was answered: make dashboards, make stream DETACH=1, then again")
    ordered = sorted(milliseconds)
    p95 = ordered[min(len(ordered) - 1, -(-95 * len(ordered) // 100) - 1)]
    return percentiles(milliseconds) | {"p95": round(p95, 1), "answers": len(ordered)}


@contextmanager
def latency(seconds: int) -> Iterator[dict[str, Any]]:
    """Measure the stream beside what is done inside; the figures are there at the end."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "latency.json"
        how = ("--seconds", str(seconds), "--out", str(out))
        beside = subprocess.Popen(
            [sys.executable, "-m", "bench.latency", *how],
            cwd=PROJECT_DIR,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield found
            _, told = beside.communicate(timeout=seconds + 120)
        finally:
            beside.kill()
        if beside.returncode:
            raise BenchError(told.strip().removeprefix("error: ") or "make latency failed")
        visible = json.loads(out.read_text(encoding="utf-8"))["from_due_ms"]["visible"]
        found.update({rank: visible[rank] for rank in ("p50", "p99")})


def visited(
    where: str, count: int, refresh_seconds: int, answers: list[float], refused: int
) -> dict[str, Any]:
    """A row of the result, without the stream."""
    if refused:
        raise BenchError(f"{refused} questions of Live store were refused: make logs S=superset")
    return {
        **{"where": where, "viewers": count, "refresh_seconds": refresh_seconds},
        "milliseconds": summary(answers),
    }


def elsewhere(
    browser: Browser, settings: Settings, count: int, refresh_seconds: int, seconds: int
) -> dict[str, Any]:
    """Viewers whose browsers are not on this machine: only what they ask is."""
    pages = [new_viewer(browser, url(settings)) for _ in range(count)]
    asked = questions.record(pages[0], settings)
    viewers = [questions.viewer_of(page, settings) for page in pages]
    for page in pages:
        page.context.close()
    questions.look(viewers, asked, refresh_seconds, WARM_SECONDS)
    for viewer in viewers:
        viewer.milliseconds.clear()
        viewer.refused = 0
    with latency(seconds) as stream:
        questions.look(viewers, asked, refresh_seconds, seconds)
    answers = [value for viewer in viewers for value in viewer.milliseconds]
    refused = sum(viewer.refused for viewer in viewers)
    return visited("elsewhere", count, refresh_seconds, answers, refused) | {"stream_ms": stream}


def here(
    browser: Browser, settings: Settings, refresh_seconds: int, seconds: int
) -> dict[str, Any]:
    """One viewer whose browser draws on the same cores."""
    page, watch = open_page(browser, settings, "live-store", refresh_seconds)
    work([page], WARM_SECONDS)
    watch.begin()
    with latency(seconds) as stream:
        work([page], seconds)
    page.context.close()
    row = visited("here", 1, refresh_seconds, watch.milliseconds, watch.refused)
    return row | {"stream_ms": stream}


def measure(settings: Settings, seconds: int, console: Console) -> dict[str, Any]:
    """All of it, one after the other."""
    with console.status("the stream alone"), latency(seconds) as alone:
        pass
    result: dict[str, Any] = {"conditions": conditions.measure(settings)}
    result |= {"stream_alone_ms": alone, "live_store": [], "opening": {}}
    with chromium() as browser:
        for count, refresh_seconds in VISITS:
            with console.status(f"Live store, {count} looking from elsewhere"):
                found = elsewhere(browser, settings, count, refresh_seconds, seconds)
            result["live_store"].append(found)
        with console.status("Live store, a browser on this machine"):
            result["live_store"].append(here(browser, settings, 1, seconds))
    with own_profile() as person:
        log_in(person.new_page(), url(settings))
        for slug in PAGES:
            for name, is_kept in (("kept", True), ("asked anew", False)):
                with console.status(f"{slug}, answers {name}"):
                    found = opening.measure(person, settings, slug, is_kept=is_kept)
                found["milliseconds"] = summary(found["milliseconds"])
                result["opening"][f"{slug}, answers {name}"] = found
    return result


def show(result: dict[str, Any], console: Console) -> None:
    """What it was measured on, and two tables."""
    found = result["conditions"]
    console.print(
        f"{found['events_a_second']:,} events a second; HBase holds {found['windows']:,} windows "
        f"with {found['brands_a_window']:,} brands each",
        highlight=False,
    )
    live = Table("Live store", "answers", "p50, ms", "p95, ms", "max, ms", "stream p99", box=None)
    live.add_row("nobody", "", "", "", "", f"{result['stream_alone_ms']['p99']:,.0f} ms")
    for one in result["live_store"]:
        ms = one["milliseconds"]
        name = f"{one['viewers']} at {one['refresh_seconds']} s, {one['where']}"
        ranks = (f"{ms[rank]:,.0f}" for rank in ("p50", "p95", "max"))
        ratio = one["stream_ms"]["p99"] / result["stream_alone_ms"]["p99"]
        shown = f"{one['stream_ms']['p99']:,.0f} ms, {ratio:.2f} times"
        live.add_row(name, str(ms["answers"]), *ranks, shown)
    console.print(live)
    heads = ("page", "opens in, s: median", "max", "a tab, s: median", "an answer, ms: p50", "p95")
    pages = Table(*heads, box=None)
    for name, one in result["opening"].items():
        seconds, tabs, ms = one["seconds"], one["tab_seconds"], one["milliseconds"]
        middle = [f"{each[len(each) // 2]:.1f}" if each else "" for each in (seconds, tabs)]
        ranks = (f"{ms[rank]:,.0f}" for rank in ("p50", "p95"))
        pages.add_row(name, middle[0], f"{seconds[-1]:.1f}", middle[1], *ranks)
    console.print(pages)


def main() -> int:
    """0 when measured, 1 when nothing could be, 2 when a setting is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.dashboards", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="of each visit")
    parser.add_argument("--out", type=Path, default=PROJECT_DIR / "bench/results/dashboards.json")
    arguments = parser.parse_args()
    try:
        settings = load_settings()
        result = measure(settings, arguments.seconds, Console(stderr=True))
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (BenchError, HBaseError, PlaywrightError, httpx.HTTPError) as error:
        print(f"error: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    result |= {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds_each": arguments.seconds,
        **{"cores": os.cpu_count(), "load_average": round(os.getloadavg()[0], 1)},
        "versions": settings.versions.model_dump(),
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    show(result, Console(width=None if sys.stdout.isatty() else 120))
    return 0


if __name__ == "__main__":
    sys.exit(main())
