"""EDGE Delta and Kafka: where the landing queries go on, and the messages that a crash left out before that.

A batch is appended to two tables, one after the other. A crash in between leaves holes below the
highest offset, which only the old checkpoint knew how to fill: they are landed here.
"""

import json

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ingest.topic import TopicReader
from settings import Settings
from streaming import transforms
from streaming.anew import EVENT_TABLES
from streaming.beginning import Beginning
from streaming.landing import ensure_table
from streaming.repair.plan import RUN_OFFSETS, Offsets, Resume, first_hole, landing_start
from streaming.validation import judge


def _bounds(settings: Settings, topic: str) -> tuple[Offsets, Offsets]:
    with TopicReader(settings.kafka, topic) as reader:
        found = reader.bounds()
    begins = {str(number): low for number, (low, _) in found.items()}
    return begins, {str(number): high for number, (_, high) in found.items()}


def _table(spark: SparkSession, settings: Settings, name: str) -> DataFrame:
    path = settings.raw_table(name)
    ensure_table(spark, path, name)
    return spark.read.format("delta").load(path)


def landed_places(spark: SparkSession, settings: Settings) -> DataFrame:
    """Partition and offset of every message of the events topic in raw.*."""
    of_topic = F.col("topic") == settings.kafka.events_topic
    events, refused = (
        _table(spark, settings, name).where(of_topic).select("partition", "offset")
        for name in EVENT_TABLES
    )
    return events.union(refused)


def _highest(places: DataFrame, partition: str, offset: str) -> dict[str, int]:
    rows = places.groupBy(partition).agg(F.max(offset).alias("highest")).collect()
    return {str(row[partition]): row["highest"] for row in rows}


def holes(places: DataFrame, highest: dict[str, int], begins: Offsets) -> Offsets:
    """Partition to the offset from which messages may be missing below the highest one."""
    run = F.floor(F.col("offset") / RUN_OFFSETS).alias("run")
    begin = F.create_map(*(F.lit(each) for pair in begins.items() for each in pair))
    kept = places.where(F.col("offset") >= begin[F.col("partition").cast("string")])
    counted = kept.groupBy("partition", run).agg(F.count_distinct("offset").alias("count"))
    counts: dict[str, dict[int, int]] = {partition: {} for partition in highest}
    for row in counted.collect():
        counts[str(row["partition"])][row["run"]] = row["count"]
    found = {
        partition: first_hole(counts[partition], begins[partition], top)
        for partition, top in highest.items()
    }
    return {partition: offset for partition, offset in found.items() if offset is not None}


def _messages(spark: SparkSession, settings: Settings, low: Offsets, high: Offsets) -> DataFrame:
    kafka = settings.kafka
    return (
        spark.read.format("kafka")
        .option("kafka.bootstrap.servers", kafka.bootstrap_servers)
        .option("subscribe", kafka.events_topic)
        .option("startingOffsets", json.dumps({kafka.events_topic: low}))
        .option("endingOffsets", json.dumps({kafka.events_topic: high}))
        .option("includeHeaders", "true")
        .load()
    )


def _append(rows: DataFrame, path: str) -> None:
    rows.coalesce(1).write.format("delta").mode("append").save(path)


def fill(
    spark: SparkSession, settings: Settings, places: DataFrame, low: Offsets, high: Offsets
) -> int:
    """Land the messages of these ranges that have not landed; how many. Killed and run again it goes on."""
    stream = settings.stream
    keys = ["partition", "offset"]
    missing = _messages(spark, settings, low, high).join(places, keys, how="left_anti")
    judged = judge(
        missing,
        max_event_bytes=stream.max_event_bytes,
        max_future_seconds=stream.max_future_seconds,
    ).persist()
    try:
        count = judged.count()
        if count:
            events, refused = (settings.raw_table(name) for name in EVENT_TABLES)
            rows = transforms.event_rows(transforms.with_extra(transforms.accepted(judged)))
            _append(rows, events)
            _append(transforms.rejected(judged), refused)
        return count
    finally:
        judged.unpersist()


def start_events(spark: SparkSession, settings: Settings) -> tuple[Beginning, list[str]]:
    """Fill the holes of raw.*; then where landing_events goes on, and what to tell."""
    begins, ends = _bounds(settings, settings.kafka.events_topic)
    places = landed_places(spark, settings)
    highest = _highest(places, "partition", "offset")
    resume = landing_start(highest, begins, ends)
    kept = {number: top for number, top in highest.items() if top >= begins[number]}
    low = resume.offsets | holes(places, kept, begins)
    filled = fill(spark, settings, places, low, resume.offsets) if low != resume.offsets else 0
    lines = [f"landing_events: goes on at {_shown(resume)}"]
    if filled:
        lines.append(f"landing_events: {filled} messages that a crash had left out have landed")
    return Beginning(resume.offsets), [*lines, *_losses("landing_events", resume)]


def start_windows(spark: SparkSession, settings: Settings) -> tuple[Beginning, list[str]]:
    """Where landing_windows goes on, and what to tell.

    A batch is merged in one commit, so every update up to the highest offset of its partition has
    been considered; there are no holes.
    """
    begins, ends = _bounds(settings, settings.kafka.analytics_topic)
    rows = _table(spark, settings, "window_metrics")
    resume = landing_start(_highest(rows, "analytics_partition", "analytics_offset"), begins, ends)
    lines = [f"landing_windows: goes on at {_shown(resume)}"]
    return Beginning(resume.offsets), [*lines, *_losses("landing_windows", resume)]


def _shown(resume: Resume) -> str:
    return ", ".join(f"{offset} of partition {number}" for number, offset in resume.offsets.items())


def _losses(query: str, resume: Resume) -> list[str]:
    if not resume.lost:
        return []
    return [f"{query}: {resume.lost} offsets were deleted from the topic before they had landed"]
