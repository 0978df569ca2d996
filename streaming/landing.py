"""The landing queries: every event, every rejected message and the last value of each window, in Delta."""

import logging
import time
from collections.abc import Callable

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQuery

from settings import Settings
from streaming import anew, beginning, sources, transforms
from streaming.folder import Folder
from streaming.schemas import RAW_TABLES, TABLE_PROPERTIES
from streaming.session import checkpoint
from streaming.validation import judge

COMPACT_EVERY_BATCHES = 100
BatchFunction = Callable[[DataFrame, int], None]
logger = logging.getLogger(__name__)


def ensure_table(spark: SparkSession, path: str, table: str) -> None:
    """Create an empty raw table when the path holds none yet."""
    builder = DeltaTable.createIfNotExists(spark).location(path).addColumns(RAW_TABLES[table])
    for name, value in TABLE_PROPERTIES[table].items():
        builder = builder.property(name, value)
    builder.execute()


def query_id(batch: DataFrame) -> str:
    """The id that the query's checkpoint keeps for its whole life."""
    found = batch.sparkSession.sparkContext.getLocalProperty("sql.streaming.queryId")
    assert found, "called outside of a streaming query"
    return str(found)


def append_once(rows: DataFrame, path: str, table: str, identity: str, batch_id: int) -> None:
    """Append a batch; Delta skips it when this (application, version) was committed before."""
    (
        rows.coalesce(1)
        .write.format("delta")
        .mode("append")
        .option("txnAppId", f"{table}-{identity}")
        .option("txnVersion", batch_id)
        .save(path)
    )


def compact(spark: SparkSession, path: str, batch_id: int) -> None:
    """Now and then gather small files and drop those that no reader within a week needs."""
    if batch_id % COMPACT_EVERY_BATCHES == COMPACT_EVERY_BATCHES - 1:
        table = DeltaTable.forPath(spark, path)
        table.optimize().executeCompaction()
        table.vacuum()


def events_sink(spark: SparkSession, settings: Settings) -> BatchFunction:
    """Accepted events to raw.event_stream, the others to raw.rejected_event."""
    stream = settings.stream
    events, refused = (settings.raw_table(t) for t in ("event_stream", "rejected_event"))

    def write(batch: DataFrame, batch_id: int) -> None:
        judged = judge(
            batch,
            max_event_bytes=stream.max_event_bytes,
            max_future_seconds=stream.max_future_seconds,
        ).persist()
        try:
            identity = query_id(batch)
            rows = transforms.event_rows(transforms.with_extra(transforms.accepted(judged)))
            append_once(rows, events, "event_stream", identity, batch_id)
            rejected = transforms.rejected(judged)
            if not rejected.isEmpty():
                append_once(rejected, refused, "rejected_event", identity, batch_id)
            compact(spark, events, batch_id)
        finally:
            judged.unpersist()

    return write


def windows_sink(spark: SparkSession, settings: Settings) -> BatchFunction:
    """Merge the newest update of each window; an older message never replaces a newer one."""
    path = settings.raw_table("window_metrics")

    def write(batch: DataFrame, batch_id: int) -> None:
        latest = transforms.latest_windows(transforms.parse_windows(batch)).persist()
        try:
            merge_windows(spark, path, latest)
            compact(spark, path, batch_id)
        finally:
            latest.unpersist()

    return write


def merge_windows(spark: SparkSession, path: str, updates: DataFrame) -> None:
    """One row for a window, dimension and value: the one with the highest offset in its partition.

    A key always lands on the same partition, so offsets order its updates; batch numbers would not
    survive a new checkpoint, which starts again at zero.

    What is newer than the oldest updated window is written anew, to a file of its own: a merge would
    carry all rows of a touched file along, batch after batch, so that each took longer than the last.
    """
    oldest = F.min("window_started_at")
    first = updates.agg(F.date_format(oldest, "yyyy-MM-dd HH:mm:ss")).first()
    if first is None or first[0] is None:
        return
    since = f"window_started_at >= timestamp'{first[0]}'"
    kept = spark.read.format("delta").load(path).where(since)
    rows = transforms.latest_windows(kept.unionByName(updates))
    (
        rows.coalesce(1)
        .write.format("delta")
        .mode("overwrite")
        .option("replaceWhere", since)
        .save(path)
    )


def start(spark: SparkSession, settings: Settings, *, once: bool = False) -> list[StreamingQuery]:
    """Start both landing queries; with `once` they end when they have landed what there is.

    Raises JobError where messages would land again (streaming.anew).
    """
    for table in ("event_stream", "rejected_event", "window_metrics"):
        ensure_table(spark, settings.raw_table(table), table)
    kafka = settings.kafka
    folder = Folder(spark, checkpoint(settings, "landing_events"))
    anew.check_landing(spark, settings, folder)
    events = sources.read_topic(
        spark, settings, kafka.events_topic, beginning.read(folder), headers=True
    )
    updates = sources.read_topic(
        spark,
        settings,
        kafka.analytics_topic,
        beginning.read(Folder(spark, checkpoint(settings, "landing_windows"))),
    )
    sinks = {
        "landing_events": (events, events_sink(spark, settings)),
        "landing_windows": (updates, windows_sink(spark, settings)),
    }
    return [_start(rows, settings, name, write, once) for name, (rows, write) in sinks.items()]


def _start(
    rows: DataFrame, settings: Settings, name: str, write: BatchFunction, once: bool
) -> StreamingQuery:
    every = f"{settings.stream.landing_trigger_seconds} seconds"
    writer = rows.writeStream.queryName(name)
    return (
        (writer.trigger(availableNow=True) if once else writer.trigger(processingTime=every))
        .option("checkpointLocation", checkpoint(settings, name))
        .foreachBatch(write)
        .start()
    )


def drain(
    spark: SparkSession, settings: Settings, queries: list[StreamingQuery], seconds: float
) -> None:
    """Land the rest of both topics without waiting for the next trigger; at most `seconds`."""
    deadline = time.monotonic() + seconds
    while any(query.status["isTriggerActive"] for query in queries):
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    for query in queries:
        query.stop()
    for query in start(spark, settings, once=True):
        # 0 would wait for ever.
        if not query.awaitTermination(max(1, int(deadline - time.monotonic()))):
            logger.warning("%s: the rest is landed after the next start", query.name)
            query.stop()
