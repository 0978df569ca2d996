"""EDGE Kafka -> raw DataFrame: key, value, topic, partition, offset, timestamp (append time), headers."""

from kafka import KafkaConsumer
from pyspark.sql import DataFrame, SparkSession

from settings import Settings
from streaming.beginning import EVERYTHING, Beginning


def partitions(settings: Settings, topic: str) -> set[int]:
    """The numbers of a topic's partitions."""
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka.bootstrap_servers)
    try:
        return set(consumer.partitions_for_topic(topic) or ())
    finally:
        consumer.close()


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
        first = beginning.starting_offsets(topic, partitions(settings, topic))
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
