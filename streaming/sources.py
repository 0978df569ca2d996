"""EDGE Kafka -> raw DataFrame: key, value, topic, partition, offset, timestamp (append time), headers."""

from pyspark.sql import DataFrame, SparkSession

from settings import Settings


def read_topic(
    spark: SparkSession, settings: Settings, topic: str, *, headers: bool = False
) -> DataFrame:
    """A topic from its oldest message on; lost offsets stop the query instead of being skipped."""
    return (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", settings.kafka.bootstrap_servers)
        .option("subscribe", topic)
        .option("startingOffsets", "earliest")
        .option("failOnDataLoss", "true")
        .option("maxOffsetsPerTrigger", settings.stream.max_events_per_batch)
        .option("includeHeaders", str(headers).lower())
        .option("kafka.fetch.max.wait.ms", "50")
        .load()
    )
