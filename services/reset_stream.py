"""`make reset-stream`: deletes what was streamed and what was made of it live, and keeps the history."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from services import hbase, kafka
from services.service import ServiceError
from services.stack import Stack
from settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLES = ("event_stream", "rejected_event", "window_metrics")
Report = Callable[[str], None]


def agreed(command: str, question: str) -> bool:
    """Ask a person; where nobody can answer, raise with the way to say it beforehand."""
    if not sys.stdin.isatty():
        raise ServiceError(f"{command} deletes data: run it with FORCE=1 where nobody can answer")
    return input(f"{question} Type yes: ").strip().lower() == "yes"


def run(settings: Settings, stack: Stack, force: bool, report: Report) -> int:
    """Both topics, the checkpoints, the streamed rows of raw.* and the live windows; asks first."""
    stack.require_up()
    topics = " and ".join(kafka.stream_topics(settings))
    question = f"Delete topics {topics}, their rows in raw.* and the windows in HBase?"
    if not force and not agreed("reset-stream", question):
        report("Nothing was deleted.")
        return 0
    stack.stop_jobs(report)
    # the checkpoints first: without them no job can go on from a topic that is gone
    _delete_checkpoints(settings)
    kafka.recreate_topics(settings)
    report(f"topics {topics} are empty")
    for table in TABLES:
        report(f"raw.{table}: {empty_table(settings.raw_table(table))} rows deleted")
    hbase.recreate_windows(settings)
    report("HBase has no windows any more")
    report("models that hold streamed rows: make models FULL=1")
    return 0


def empty_table(path: str) -> int:
    """Delete every row of a Delta table in one commit, which no reader stumbles over; how many."""
    try:
        return int(DeltaTable(path).delete()["num_deleted_rows"] or 0)
    except TableNotFoundError:
        return 0


def _delete(folder: Path) -> None:
    """One that stayed would make its job go on from offsets of a topic that is another one now."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise ServiceError(
            f"{error.filename} cannot be deleted ({error.strerror}): mend that, then "
            "make reset-stream again; topics and tables are as they were"
        ) from error


def _delete_checkpoints(settings: Settings) -> None:
    uri = settings.checkpoint_uri
    if urlsplit(uri).scheme in ("", "file"):
        return _delete(Path(uri.removeprefix("file:")))
    # Elsewhere the file system is the one through which the jobs write them. Spark is slow to import.
    from streaming import session

    spark = session.build(settings, "reset-stream", settings.stream.landing_memory)
    try:
        delete_by_hadoop(spark, uri)
    finally:
        spark.stop()


def delete_by_hadoop(spark: "SparkSession", uri: str) -> None:
    """Delete a folder by the file system of its URI; raises ServiceError with what to do by hand."""
    from py4j.protocol import Py4JJavaError

    from streaming.folder import Folder, java_line

    try:
        Folder(spark, uri).delete()
    except Py4JJavaError as error:
        raise ServiceError(
            f"{uri} cannot be deleted ({java_line(error)}): mend that, then make reset-stream "
            "again; topics and tables are as they were"
        ) from None
