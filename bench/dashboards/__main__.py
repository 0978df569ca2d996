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

from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError
from rich.console import Console
from rich.table import Table

from bench.dashboards import opening
from bench.dashboards.viewers import BenchError, chromium, open_viewers, work
from bench.visibility import percentiles
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


def visit(
    browser: Browser, settings: Settings, viewers: int, refresh_seconds: int, seconds: int
) -> dict[str, Any]:
    """What `viewers` of Live store were answered, and the stream meanwhile."""
    pages, watches = open_viewers(browser, settings, "live-store", viewers, refresh_seconds)
    try:
        work(pages, WARM_SECONDS)
        for watch in watches:
            watch.begin()
        with latency(seconds) as stream:
            work(pages, seconds)
            answers = [value for watch in watches for value in watch.milliseconds]
    finally:
        for page in pages:
            page.context.close()
    return {
        "viewers": viewers,
        "refresh_seconds": refresh_seconds,
        "refused": sum(watch.refused for watch in watches),
        "answers_per_second": round(len(answers) / seconds, 1),
        "milliseconds": summary(answers),
        "stream_ms": stream,
    }


def measure(settings: Settings, seconds: int, console: Console) -> dict[str, Any]:
    """All of it, one after the other."""
    with console.status("the stream alone"), latency(seconds) as alone:
        pass
    result: dict[str, Any] = {"stream_alone_ms": alone, "live_store": [], "opening": {}}
    with chromium() as browser:
        for viewers, refresh_seconds in VISITS:
            with console.status(f"Live store, {viewers} looking"):
                found = visit(browser, settings, viewers, refresh_seconds, seconds)
            result["live_store"].append(found)
        for slug in PAGES:
            for name, is_kept in (("kept", True), ("asked anew", False)):
                with console.status(f"{slug}, answers {name}"):
                    found = opening.measure(browser, settings, slug, is_kept=is_kept)
                found["milliseconds"] = summary(found["milliseconds"])
                result["opening"][f"{slug}, answers {name}"] = found
    return result


def show(result: dict[str, Any], console: Console) -> None:
    """Two tables."""
    live = Table("Live store", "answers", "p50, ms", "p95, ms", "max, ms", "stream p99", box=None)
    live.add_row("nobody", "", "", "", "", f"{result['stream_alone_ms']['p99']:,.0f} ms")
    for one in result["live_store"]:
        ms = one["milliseconds"]
        name = f"{one['viewers']} at {one['refresh_seconds']} s"
        ranks = (f"{ms[rank]:,.0f}" for rank in ("p50", "p95", "max"))
        ratio = one["stream_ms"]["p99"] / result["stream_alone_ms"]["p99"]
        shown = f"{one['stream_ms']['p99']:,.0f} ms, {ratio:.2f} times"
        live.add_row(name, str(ms["answers"]), *ranks, shown)
    console.print(live)
    pages = Table("page", "opens in, s: median", "max", "an answer, ms: p50", "p95", box=None)
    for name, one in result["opening"].items():
        seconds, ms = one["seconds"], one["milliseconds"]
        median = seconds[len(seconds) // 2]
        ranks = (f"{ms[rank]:,.0f}" for rank in ("p50", "p95"))
        pages.add_row(name, f"{median:.1f}", f"{seconds[-1]:.1f}", *ranks)
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
    except (BenchError, PlaywrightError) as error:
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
