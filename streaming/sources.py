"""EDGE Kafka -> raw DataFrame: key, value, topic, partition, offset, timestamp (append time), headers."""

from pyspark.sql import DataFrame, SparkSession

from ingest.topic import TopicReader
from settings import Settings
from streaming.beginning import EVERYTHING, Beginning


def read_topic(
    spark: SparkSession,
    settings: Settings,
    topic: str,
    beginning: Beginning = EVERYTHING,
    *,
    headers: bool = False,
) -> DataFrame:
    """A topic from `beginning` on; lost offsets stop the query instead of being skipped.

    A query that has begun goes on from its checkpoint, whatever the beginning says.
    """
    first = "earliest"
    if beginning.offsets:
        with TopicReader(settings.kafka, topic) as reader:
            first = beginning.starting_offsets(topic, set(reader.partitions()))
    return (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", settings.kafka.bootstrap_servers)
        .option("subscribe", topic)
        .option("startingOffsets", first)
        .option("failOnDataLoss", "true")
        .option("maxOffsetsPerTrigger", settings.stream.max_events_per_batch)
        .option("includeHeaders", str(headers).lower())
        .option("kafka.fetch.max.wait.ms", "50")
        .load()
    )
