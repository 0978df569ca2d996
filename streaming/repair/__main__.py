"""`make stream-repair`: new checkpoints for the queries of a job, in place of torn ones; the data stays."""

import argparse
import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from ingest.producer import DeliveryError
from settings import Settings, SettingsError, load_settings
from streaming import session
from streaming.beginning import FILE, Beginning
from streaming.folder import Folder, UnreadableError, java_line
from streaming.repair import landing, live
from streaming.repair.plan import ForeignTopicError
from streaming.session import QUERIES

Report = Callable[[str], None]


def _plan(spark: SparkSession, settings: Settings, name: str) -> tuple[Beginning, list[str]]:
    """Where a query begins again, and what to tell of it."""
    match name:
        case "landing_events":
            return landing.start_events(spark, settings)
        case "landing_windows":
            return landing.start_windows(spark, settings)
    planned = live.start(settings, Folder(spark, session.checkpoint(settings, name)))
    return live.as_beginning(planned), live.describe(planned)


def replace(spark: SparkSession, uri: str, begun: Beginning) -> str | None:
    """Put a new checkpoint where the old one was; the place where the old one is kept, if there was one.

    Killed in between it leaves a folder that no job starts beside, and a second run begins again.
    """
    new, old = Folder(spark, session.unfinished(uri)), Folder(spark, uri)
    new.delete()
    new.write(FILE, begun.to_json())
    aside = None
    if old.exists():
        aside = f"{uri}.broken-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        old.move_to(aside)
    new.move_to(uri)
    return aside


def repair(spark: SparkSession, settings: Settings, jobs: list[str], report: Report) -> None:
    """New checkpoints for all queries of the jobs, whose locks the caller holds."""
    for job in jobs:
        session.ensure_own_topic(spark, settings, job)
    kept = []
    for name in (name for job in jobs for name in QUERIES[job]):
        begun, lines = _plan(spark, settings, name)
        for line in lines:
            report(line)
        kept.append(replace(spark, session.checkpoint(settings, name), begun))
    report("new checkpoints are in place: make stream goes on, make verify recounts")
    for folder in filter(None, kept):
        report(f"the old one is kept, delete it when all is well: {folder}")


def run(jobs: list[str], report: Report) -> int:
    """Refuse while a job runs; else repair its queries."""
    settings = load_settings()
    with ExitStack() as locks:
        for job in jobs:
            locks.enter_context(session.lock(settings, job))
            session.await_orphan(settings, job)
        spark = session.build(settings, "repair", settings.stream.landing_memory)
        try:
            repair(spark, settings, jobs, report)
        finally:
            spark.stop()
    return 0


def main() -> int:
    """0 when every query has a new checkpoint, 1 when something failed on the way, 2 when refused."""
    parser = argparse.ArgumentParser(prog="python -m streaming.repair", description=__doc__)
    parser.add_argument("--job", choices=sorted(QUERIES), help="only this job (default: both)")
    job = parser.parse_args().job
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        return run([job] if job else sorted(QUERIES), print)
    except (SettingsError, session.JobError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ForeignTopicError as error:
        print(f"error: {error}: it is another topic now; make reset-stream", file=sys.stderr)
        return 2
    except (DeliveryError, UnreadableError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (OSError, PySparkException, Py4JJavaError) as error:
        is_java = isinstance(error, Py4JJavaError)
        line = java_line(error) if is_java else str(error).splitlines()[0][:300]
        print(
            f"error: the repair failed; run it again, nothing is doubled: {line}", file=sys.stderr
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
