"""`make bench-models`: how long dbt's models and their tests take on what is loaded, warm, and where the time goes."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError
from rich.console import Console
from rich.table import Table

from bench.model_times import NEW_EVENTS, REBUILT, TESTED, figures, limits, missed
from settings import PROJECT_DIR, Settings, SettingsError, load_settings

RESULTS = PROJECT_DIR / "bench" / "results" / "models.json"
SAMPLE = PROJECT_DIR / "data" / "sample" / "events.csv.gz"
DBT_SECONDS, LOAD_SECONDS = 3600, 600
NEW_ROWS = 10_000
REBUILD = "make models FULL=1 leaves out what the bench had loaded"
# name of the measurement: what dbt is asked for; the first one only warms the server up
STEPS: dict[str, tuple[str, ...]] = {
    "warm-up": ("run", "--full-refresh"),
    REBUILT: ("run", "--full-refresh"),
    "models, nothing new": ("run",),
    NEW_EVENTS: ("run",),
    TESTED: ("build", "--full-refresh", "--exclude-resource-type", "unit_test"),
}


class BenchError(Exception):
    """Nothing could be measured; the message says why."""


def _run(
    command: list[str], what: str, seconds: float, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=PROJECT_DIR,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BenchError(f"{what} took over {seconds} s") from None


def _dbt(target: str, arguments: tuple[str, ...], folder: Path) -> dict[str, Any]:
    """One invocation; its own account of it (elapsed_time is without dbt's own start)."""
    command = [sys.executable, "-m", "services.dbt", *arguments, "--target", target]
    if target == "session":
        command = [sys.executable, "-m", "services.spark_session", *command]
    environment = {**os.environ, "DBT_TARGET_PATH": str(folder), "DBT_LOG_PATH": str(folder)}
    what = f"dbt {' '.join(arguments)}"
    done = _run(command, what, DBT_SECONDS, environment)
    if done.returncode:
        raise BenchError(f"{what} failed; why: {folder / 'dbt.log'}")
    found: dict[str, Any] = json.loads((folder / "run_results.json").read_text(encoding="utf-8"))
    return found


def rows_loaded(settings: Settings) -> int:
    """Rows of raw.event_history and raw.event_stream."""
    return sum(
        DeltaTable(settings.raw_table(name)).to_pyarrow_dataset().count_rows()
        for name in ("event_history", "event_stream")
    )


@contextmanager
def new_events(settings: Settings) -> Iterator[None]:
    """The first rows of the sample, as if they had happened now; they are deleted again.

    What the models took of them goes with the next full rebuild, which the bench ends with.
    """
    name = f"bench-{datetime.now(UTC):%Y%m%d%H%M%S}"
    options = ["--source", str(SAMPLE), "--limit", str(NEW_ROWS), "--shift", "now"]
    load = [sys.executable, "-m", "streaming.load", *options, "--load-id", name]
    try:
        done = _run(load, "make load", LOAD_SECONDS)
        if done.returncode:
            raise BenchError(f"new events could not be loaded: {done.stderr.strip()[-300:]}")
        yield
    finally:
        DeltaTable(settings.raw_table("event_history")).delete(f"replay_id = '{name}'")


def measure(settings: Settings, target: str, tell: Callable[[str], None]) -> dict[str, Any]:
    """Every step once, after one that only warms up; `tell` hears which one is under way."""
    folder = settings.paths.data / "bench-models"
    folder.mkdir(parents=True, exist_ok=True)
    steps: dict[str, dict[str, Any]] = {}
    for name, asked in STEPS.items():
        tell(f"{name}: dbt {' '.join(asked)}")
        with new_events(settings) if name == NEW_EVENTS else nullcontext():
            steps[name] = figures(_dbt(target, asked, folder))
    del steps["warm-up"]
    rows = rows_loaded(settings)
    allowed = limits(rows, steps[REBUILT]["seconds"])
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rows": rows,
        "target": target,
        "cores": os.cpu_count(),
        "load_average": [round(value, 1) for value in os.getloadavg()],
        "steps": steps,
        "limits": allowed,
        "missed": missed(steps, allowed),
    }


def write(path: Path, label: str, measured: dict[str, Any]) -> None:
    """Beside the other labels; a label is measured anew."""
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    text = json.dumps({**found, label: measured}, indent=1, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8")


def _show(measured: dict[str, Any], console: Console) -> None:
    table = Table("step", "nodes", "seconds", "limit", "slowest")
    for name, step in measured["steps"].items():
        slowest = ", ".join(f"{node} {seconds}" for node, seconds in [*step["slowest"].items()][:3])
        allowed = str(measured["limits"].get(name, ""))
        table.add_row(name, str(step["nodes"]), str(step["seconds"]), allowed, slowest)
    console.print(f"{measured['rows']:,} rows, target {measured['target']}")
    console.print(table)
    for name, figure in measured["missed"].items():
        console.print(
            f"missed: {name}: {figure}; where the time goes: node_seconds in {RESULTS.name}"
        )


def main() -> int:
    """0 when measured and written, 1 when dbt failed, 2 for wrong settings."""
    parser = argparse.ArgumentParser(prog="python -m bench.models", description=__doc__)
    parser.add_argument("--label", default="loaded", help="the name of the measurement")
    parser.add_argument("--target", choices=("thrift", "session"), default="thrift")
    arguments = parser.parse_args()
    started = time.monotonic()
    try:
        with Console(stderr=True).status("looking at what is loaded") as status:
            measured = measure(load_settings(), arguments.target, status.update)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except TableNotFoundError as error:
        print(f'error: {error}: run "make load" or "make stream" first', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"stopped; {REBUILD}", file=sys.stderr)
        return 130
    except BenchError as error:
        print(f"error: {error}; {REBUILD}", file=sys.stderr)
        return 1
    write(RESULTS, arguments.label, measured)
    _show(measured, Console())
    print(f"{time.monotonic() - started:.0f} s in all; written to bench/results/{RESULTS.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
