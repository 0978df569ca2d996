"""`make load`: a shop's CSV into raw.event_history in one batch, without Kafka."""

import argparse
import csv
import hashlib
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from rich.console import Console

from ingest import source
from settings import PROJECT_DIR, Settings, SettingsError, load_settings
from streaming import history, session, transforms
from streaming.landing import ensure_table

TABLES = ("event_history", "rejected_history")
WRITERS = 2
CHUNK = 1 << 20


def load_id(path: Path, arguments: argparse.Namespace) -> str:
    """The name of a load: the same file, part and shift always give the same one."""
    digest = hashlib.sha256(f"{arguments.limit} {arguments.shift}".encode())
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
    return f"load-{digest.hexdigest()[:12]}"


def loaded_rows(path: str, name: str) -> int | None:
    """How many rows a load left in a table; None when it never finished."""
    try:
        table = DeltaTable(path)
    except TableNotFoundError:
        return None
    version = table.transaction_version(f"event_history-{name}")
    if version is None:
        return None
    rows = table.to_pyarrow_dataset().scanner(columns=["replay_id"]).to_table()
    return rows["replay_id"].to_pylist().count(name)


def read_lines(spark: SparkSession, path: Path, limit: int | None) -> tuple[DataFrame, list[str]]:
    """The lines below the header (value, line_number from 2) and the header's columns."""
    with source.open_text(path) as text:
        header = next(csv.reader(text))
    # One partition, so that the running number is the line's.
    spark.conf.set("spark.sql.files.maxPartitionBytes", str(path.stat().st_size * 100 + CHUNK))
    lines = spark.read.text(str(path)).withColumn(
        "line_number", F.monotonically_increasing_id() + 1
    )
    below = lines.where((F.col("line_number") > 1) & (F.trim("value") != ""))
    if limit is not None:
        below = below.where(F.col("line_number") <= limit + 1)
    return below, header


@contextmanager
def _progress(spark: SparkSession, console: Console) -> Iterator[None]:
    tracker, done = spark.sparkContext.statusTracker(), threading.Event()
    started = time.monotonic()

    def show() -> None:
        with console.status("loading") as status:
            while not done.wait(0.5):
                stages = (tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds())
                parts = [f"{s.numCompletedTasks} of {s.numTasks} parts" for s in stages if s]
                seconds = time.monotonic() - started
                status.update(f"loading: {', '.join(parts) or 'preparing'}, {seconds:.0f} s")

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _append(rows: DataFrame, path: str, application: str) -> None:
    (
        rows.write.format("delta")
        .mode("append")
        .option("txnAppId", application)
        .option("txnVersion", 1)
        .save(path)
    )


def write(
    spark: SparkSession, settings: Settings, path: Path, name: str, arguments: argparse.Namespace
) -> tuple[int, int]:
    """Judge and append; rejected lines first, so that a finished history means a finished load.

    Returns the number of accepted and of rejected lines.
    """
    targets = {table: settings.raw_table(table) for table in TABLES}
    for table, target in targets.items():
        ensure_table(spark, target, table)
    lines, header = read_lines(spark, path, arguments.limit)
    messages = history.as_messages(
        lines.repartition(WRITERS),
        header,
        load_id=name,
        file_name=path.name,
        loaded_at=F.lit(datetime.now(UTC)),
    )
    judged = history.judged(messages, settings.stream.max_future_seconds).persist()
    accepted = transforms.accepted(judged)
    now = datetime.now(UTC)
    shift_days = history.days_until(accepted, now) if arguments.shift == "now" else 0
    refused = transforms.rejected(judged)
    count, refused_count = accepted.count(), refused.count()
    _append(refused.coalesce(1), targets["rejected_history"], f"rejected_history-{name}")
    rows = history.history_rows(accepted, load_id=name, shift_days=shift_days)
    _append(rows, targets["event_history"], f"event_history-{name}")
    judged.unpersist()
    return count, refused_count


def run(arguments: argparse.Namespace) -> int:
    """Load one file, once; say how many rows and how long."""
    settings, console = load_settings(), Console()
    path = arguments.source or PROJECT_DIR / settings.ingest.source
    source.check(path)
    started = time.monotonic()
    with session.lock(settings, "load"):
        name = arguments.load_id or load_id(path, arguments)
        before = loaded_rows(settings.raw_table("event_history"), name)
        if before is not None:
            console.print(f"{path.name} is loaded already: {before:,} events ({name})")
            return 0
        spark = session.build(settings, "load", settings.spark.load_memory)
        try:
            with _progress(spark, console):
                accepted, refused = write(spark, settings, path, name, arguments)
        finally:
            spark.stop()
    seconds = time.monotonic() - started
    console.print(f"{accepted:,} events loaded, {refused:,} rejected, {seconds:.0f} s ({name})")
    if refused:
        console.print("why: select reason, count(*) from raw.rejected_history group by 1")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m streaming.load", description=__doc__)
    parser.add_argument("--source", type=Path, help="CSV, plain or gzipped")
    parser.add_argument("--limit", type=int, help="only the first rows of the file")
    parser.add_argument("--shift", choices=("none", "now"), default="none", help="end now")
    parser.add_argument("--load-id", help="name of the load (default: from the file's content)")
    return parser


def main() -> int:
    """0 when the file is in the table, 1 when Spark failed, 2 for a mistake in the request."""
    logging.basicConfig(level=logging.WARNING)
    try:
        return run(_parser().parse_args())
    except (SettingsError, source.SourceError, session.JobError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except PySparkException as error:
        line = str(error).splitlines()[0][:300]
        print(f"error: the load failed; make load again doubles nothing: {line}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; make load begins again and doubles nothing", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
