"""`make bench-deduplication`: what counting each event_id once costs the live query, at a low and a high rate.

The query of the live job over generated events, one second of them a batch; nothing is written, so
what is compared is state and plan. Both forms run in one session, twice, the second time in the other
order: what the session warms up meanwhile favours neither.
"""

import argparse
import itertools
import json
import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from rich.console import Console
from rich.table import Table

from bench.visibility import percentiles
from settings import PROJECT_DIR, Settings, SettingsError, load_settings
from streaming import session, transforms

RATES = (100, 10_000)
BATCHES, WARM_BATCHES = 40, 15  # the watermark is 10 s behind: state is full and is emptied again
FORMS = {"repeats counted": False, "repeats counted once": True}
LIMIT_SECONDS = 300
BRANDS, CATEGORIES = 81, 13  # of 200 events of the real file


class BenchError(Exception):
    """Nothing could be measured; the message says why."""


def events(spark: SparkSession, rate: int) -> DataFrame:
    """`rate` events a batch, a second of event time a batch."""
    source = (
        spark.readStream.format("rate-micro-batch")
        .option("rowsPerBatch", rate)
        .option("numPartitions", 2)
        .option("startTimestamp", 1_700_000_000_000)
        .option("advanceMillisPerBatch", 1000)
        .load()
    )
    number = F.col("value")
    return source.select(
        F.format_string("replay-%016d", number).alias("event_id"),
        F.col("timestamp").alias("event_time"),
        F.when(number % 20 == 0, "cart").otherwise("view").alias("event_type"),
        (number % 1000 / 10).cast("decimal(12,2)").alias("price"),
        F.concat(F.lit("brand"), number % BRANDS).alias("brand"),
        F.concat(F.lit("category"), number % CATEGORIES).alias("category_code"),
    )


def run(
    spark: SparkSession, settings: Settings, rate: int, deduplicate: bool, folder: Path
) -> dict[str, Any]:
    """Milliseconds of each warm batch, and the bytes of state at the end."""
    stream = settings.stream
    counted = transforms.windowed_counts(
        events(spark, rate),
        window_seconds=stream.window_seconds,
        watermark_seconds=stream.watermark_seconds,
        deduplicate=deduplicate,
    )
    took: list[float] = []
    query = (
        counted.writeStream.outputMode("update")
        .option("checkpointLocation", str(folder))
        .format("noop")
        .start()
    )
    deadline, last = time.monotonic() + LIMIT_SECONDS, -1
    try:
        while len(took) < BATCHES + WARM_BATCHES and time.monotonic() < deadline:
            for progress in query.recentProgress:
                if progress.batchId > last:
                    last = progress.batchId
                    took.append(progress.batchDuration)
            time.sleep(0.05)
        newest = query.lastProgress
        state = newest.stateOperators if newest else []
    finally:
        query.stop()
    if len(took) <= WARM_BATCHES:
        raise BenchError(f"{len(took)} batches in {LIMIT_SECONDS} s: measure on a quiet machine")
    return {
        "took_ms": took[WARM_BATCHES:],
        "state_bytes": sum(operator.memoryUsedBytes for operator in state),
    }


def measure(settings: Settings, console: Console) -> dict[str, Any]:
    """Each form at each rate."""
    spark = session.build(settings, "live", settings.stream.live_memory)
    # A query that is stopped in the middle of a batch says so as an error; a real one is raised here.
    spark.sparkContext.setLogLevel("OFF")
    folder = Path(tempfile.mkdtemp(prefix="storepulse-deduplication-"))
    found: dict[str, list[dict[str, Any]]] = {}
    try:
        for rate, turn in itertools.product(RATES, (0, 1)):
            for name in sorted(FORMS, reverse=bool(turn)):
                with console.status(f"{rate:,} events a second, {name}"):
                    place = folder / f"{rate}-{turn}-{name}"
                    one = run(spark, settings, rate, FORMS[name], place)
                found.setdefault(f"{rate:,} events, {name}", []).append(one)
    finally:
        spark.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return {name: pooled(turns) for name, turns in found.items()}


def pooled(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """The batches of all turns together, and the most state."""
    took = [ms for turn in turns for ms in turn["took_ms"]]
    return {
        "batch_ms": percentiles(took),
        "batches": len(took),
        "state_bytes": max(turn["state_bytes"] for turn in turns),
    }


def show(found: dict[str, Any], console: Console) -> None:
    """A row a form."""
    table = Table("a batch of one second", "p50, ms", "p90, ms", "state, MB", "N", box=None)
    for name, one in found.items():
        ms = one["batch_ms"]
        megabytes = one["state_bytes"] / 1024**2
        table.add_row(
            name,
            *(f"{ms[r]:,.0f}" for r in ("p50", "p90")),
            f"{megabytes:.1f}",
            str(one["batches"]),
        )
    console.print(table)


def main() -> int:
    """0 when measured, 1 when nothing could be, 2 when a setting is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.deduplication", description=__doc__)
    out = PROJECT_DIR / "bench/results/deduplication.json"
    parser.add_argument("--out", type=Path, default=out)
    arguments = parser.parse_args()
    try:
        settings = load_settings()
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    try:
        found = measure(settings, Console(stderr=True))
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    result = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "forms": found,
        **{"cores": os.cpu_count(), "load_average": round(os.getloadavg()[0], 1)},
        "versions": settings.versions.model_dump(),
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    show(found, Console(width=None if sys.stdout.isatty() else 120))
    return 0


if __name__ == "__main__":
    sys.exit(main())
