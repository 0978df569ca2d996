"""`make demo`: everything at once, in the order in which the live page moves soonest, and what to try next."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from rich.console import Console

from hbase.store import HBaseStore
from ingest.arguments import new_replay_id
from services import superset
from services.service import ServiceError
from services.stack import Stack
from settings import PROJECT_DIR, Settings

HISTORY_ROWS = 10_000  # of the sample's 20,000: the rest is streamed
# What the dashboards and HBase show, and all that is before it.
SHOWN = ("store_performance", "data_quality", "live_store", "brand_analytics")
SHOWN_MODELS = " ".join(f"+exposure:{name}" for name in SHOWN)
STEP_SECONDS = 1800
# What a step is made of: while that does not change, a second demo leaves the step out.
HISTORY_PARTS = ("models", "macros", "dbt_project.yml", "data/sample/events.csv.gz")
MOVING_SECONDS = 180
MEASURED_SECONDS = 20
EVENT_COLUMNS = ("views", "carts", "purchases", "removals")


def _step(title: str, *command: str) -> None:
    """Run a command with its own output; a failure ends the demo with its name."""
    try:
        done = subprocess.run(command, cwd=PROJECT_DIR, check=False, timeout=STEP_SECONDS)
    except subprocess.TimeoutExpired:
        raise ServiceError(f"{title} took over {STEP_SECONDS} s: make status") from None
    if done.returncode:
        raise ServiceError(f"{title} failed: mend what the lines above say, then make demo again")


def _store(settings: Settings) -> HBaseStore:
    hbase = settings.hbase
    return HBaseStore(hbase.thrift_host, hbase.thrift_port, salt_buckets=hbase.salt_buckets)


def stream_now(settings: Settings) -> tuple[float, float] | None:
    """Events a second over the last 20 s of complete windows, and seconds since HBase took one.

    Read from HBase, as the live page does; None while the last minute has no complete window.
    """
    store, now = _store(settings), datetime.now(UTC)
    try:
        rows = store.scan_windows("event_counts", now - timedelta(seconds=60), now)
    finally:
        store.close()
    # The newest windows still fill.
    complete_by = now - timedelta(seconds=settings.stream.window_seconds + 2)
    counts = {
        datetime.fromisoformat(row["window_started_at"]).replace(tzinfo=UTC): sum(
            int(row[name]) for name in EVENT_COLUMNS
        )
        for row in rows
    }
    complete = {at: count for at, count in counts.items() if at <= complete_by}
    if not complete:
        return None
    since = max(complete) - timedelta(seconds=MEASURED_SECONDS)
    counted = sum(count for at, count in complete.items() if at > since)
    taken_at = max(datetime.fromisoformat(row["updated_at"]) for row in rows)
    age = (datetime.now(UTC) - taken_at).total_seconds()
    return counted / MEASURED_SECONDS, max(0.0, age)


def await_moving(settings: Settings, started: float) -> None:
    """Return when HBase took a window after `started` (monotonic): those of an earlier run prove nothing."""
    deadline = time.monotonic() + MOVING_SECONDS
    while True:
        found = stream_now(settings)
        if found and found[1] < time.monotonic() - started:
            return
        if time.monotonic() > deadline:
            raise ServiceError(f"no window after {MOVING_SECONDS} s: make logs S=live")
        time.sleep(1)


def start_stream(stack: Stack, console: Console) -> None:
    """The jobs, and a producer without end unless one runs already."""
    stack.start_jobs(console.print)
    if not stack.supervisor.is_running("producer"):
        stack.start_producer(console.print)


def _fingerprint(parts: tuple[str, ...]) -> str:
    found = hashlib.sha256()
    for path in (PROJECT_DIR / name for name in parts):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found.update(str(file.relative_to(PROJECT_DIR)).encode() + file.read_bytes())
    return found.hexdigest()


def once(settings: Settings, name: str, parts: tuple[str, ...], work: Callable[[], None]) -> bool:
    """Do the work unless it was done with the same parts; whether it was done now.

    `make reset` forgets it, with the rest of the data.
    """
    stamp = settings.paths.data / f"demo-{name}.sha256"
    # Another warehouse holds none of it.
    fingerprint = f"{_fingerprint(parts)} {settings.warehouse_uri}"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint:
        return False
    work()
    stamp.write_text(fingerprint, encoding="utf-8")
    return True


def _make_history() -> None:
    history = ["--limit", str(HISTORY_ROWS), "--shift", "now"]
    _step("make load", sys.executable, "-m", "streaming.load", *history)
    _step("make models", "make", "--no-print-directory", "models", f"SELECT={SHOWN_MODELS}")


def closing_page(settings: Settings, seconds: float) -> str:
    """What runs, where to look, what to try, how to stop."""
    found = stream_now(settings)
    stream = "no event in the last minute: make logs S=producer"
    if found:
        stream = f"{found[0]:.0f} events a second, the newest counted {found[1]:.1f} s ago"
    return f"""
Ready after {seconds:.0f} s. {stream}.

  Live store          {superset.url(settings)}/superset/dashboard/live-store/
  Store performance   {superset.url(settings)}/superset/dashboard/store-performance/
  Data quality        {superset.url(settings)}/superset/dashboard/data-quality/
  Login               user viewer; password: SUPERSET_VIEWER_PASSWORD in .secrets.env

Try next
  make verify                                recount every window by another path
  make latency SECONDS=60                    from due to visible, measured
  make models                                all models anew, with the tests of the data
  make load SOURCE=events.csv.gz             your own history, then: make models
  make stream SOURCE=events.csv.gz RATE=500  your own events, after make stream-stop

Stop: make down (keeps the data), make reset (deletes it)."""


def run(settings: Settings, console: Console) -> int:
    """Services, stream, dashboards, history, models; then the closing page."""
    started = time.monotonic()
    replay_id = new_replay_id(settings.ingest.mode, datetime.now(UTC))
    stack = Stack(settings, ["--loop", "--skip", str(HISTORY_ROWS), "--replay-id", replay_id])
    stack.up(console.print, console.status)
    streaming_since = time.monotonic()
    start_stream(stack, console)
    with console.status("importing the dashboards"):
        superset.dashboards(settings)
    console.print("dashboards imported")
    with console.status("waiting for the first windows"):
        await_moving(settings, streaming_since)
    console.print(f"events are counted: {superset.url(settings)}", highlight=False)
    if not once(settings, "history", HISTORY_PARTS, _make_history):
        console.print("history and models are there; new numbers: make models")
    console.print(closing_page(settings, time.monotonic() - started), highlight=False, markup=False)
    return 0
