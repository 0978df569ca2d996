"""May a query whose checkpoint is gone begin at the oldest message? Only where that doubles and cuts nothing.

What it did before is told by what it wrote: raw.* for landing, the topic of batches for live.
"""

from delta.tables import DeltaTable
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ingest.topic import TopicReader
from settings import KafkaSettings, Settings
from streaming import beginning
from streaming.folder import Folder
from streaming.session import JobError

EVENT_TABLES = ("event_stream", "rejected_event")
REMEDY = "make stream-repair JOB={job}, then make stream"


def begins_anew(folder: Folder) -> bool:
    """Whether the query of this checkpoint has read nothing, and no repair says where it begins."""
    return not folder.exists(beginning.FILE) and not any(
        folder.names(name) for name in ("offsets", "commits")
    )


def check_landing(spark: SparkSession, settings: Settings, folder: Folder) -> None:
    """Raise JobError when landing_events would land messages again that raw.* holds.

    landing_windows needs no such look: a window's newest update wins, however often it is read.
    """
    topic = settings.kafka.events_topic
    if not begins_anew(folder):
        return
    for table in EVENT_TABLES:
        if _holds(spark, settings.raw_table(table), topic):
            raise JobError(
                f"the checkpoint {folder.uri} is gone, but raw.{table} holds messages of {topic}, "
                f"which would land again: {REMEDY.format(job='landing')}"
            )


def _holds(spark: SparkSession, path: str, topic: str) -> bool:
    if not DeltaTable.isDeltaTable(spark, path):
        return False
    rows = spark.read.format("delta").load(path).where(F.col("topic") == topic)
    return not rows.isEmpty()


def check_live(settings: Settings, folder: Folder) -> None:
    """Raise JobError when the live query would count windows again from a part of their events.

    Its values are absolute, so what the topic holds from its first message on may be counted again.
    """
    kafka = settings.kafka
    if begins_anew(folder) and _has_counted(kafka) and _has_forgotten(kafka):
        raise JobError(
            f"the checkpoint {folder.uri} is gone, and {kafka.events_topic} holds only a part of "
            f"what was counted: {REMEDY.format(job='live')}"
        )


def _has_counted(kafka: KafkaSettings) -> bool:
    # an offset that was given out is proof, whether the ledger still holds its message or not
    with TopicReader(kafka, kafka.batches_topic) as reader:
        return any(end > 0 for _, end in reader.bounds().values())


def _has_forgotten(kafka: KafkaSettings) -> bool:
    with TopicReader(kafka, kafka.events_topic) as reader:
        return any(begin > 0 for begin, _ in reader.bounds().values())
