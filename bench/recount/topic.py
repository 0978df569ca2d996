"""EDGE Kafka: every message of a topic from its oldest one to the offsets that were its end at the start."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

SILENT_SECONDS = 30


class TopicError(Exception):
    """The topic cannot be read; the message says what to do."""


def _consumer(servers: str) -> KafkaConsumer:
    try:
        return KafkaConsumer(
            bootstrap_servers=servers,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=8 * 1024 * 1024,
        )
    except KafkaError as error:
        raise TopicError(f'No Kafka broker answers at {servers}: run "make up"') from error


def _partitions(consumer: KafkaConsumer, topic: str) -> list[TopicPartition]:
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise TopicError(f'there is no topic {topic}: run "make up", which creates it')
    return [TopicPartition(topic, number) for number in sorted(numbers)]


@contextmanager
def _asking(servers: str, topic: str) -> Iterator[KafkaConsumer]:
    """A consumer that is closed behind; what the broker refuses on the way is a TopicError too."""
    consumer = _consumer(servers)
    try:
        yield consumer
    except KafkaError as error:
        told = f"topic {topic} cannot be read at {servers} ({type(error).__name__}): make status"
        raise TopicError(told) from error
    finally:
        consumer.close()


def offsets(servers: str, topic: str) -> tuple[dict[int, int], dict[int, int]]:
    """Partition to the offset of its oldest message, and to the one that the next will get."""
    with _asking(servers, topic) as consumer:
        partitions = _partitions(consumer, topic)
        begins, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
        return (
            {partition.partition: offset for partition, offset in begins.items()},
            {partition.partition: offset for partition, offset in ends.items()},
        )


def read(servers: str, topic: str, ends: dict[int, int] | None = None) -> Iterator[Any]:
    """Kafka's records as they arrive, up to `ends` (default: the end of this moment)."""
    with _asking(servers, topic) as consumer:
        partitions = _partitions(consumer, topic)
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        last = consumer.end_offsets(partitions)
        if ends is not None:
            last = {partition: ends.get(partition.partition, 0) for partition in partitions}
        yield from _until(consumer, last)


def _until(consumer: KafkaConsumer, ends: dict[TopicPartition, int]) -> Iterator[Any]:
    heard_at = time.monotonic()
    # Positions, not counts: a compacted topic has gaps.
    while any(consumer.position(partition) < end for partition, end in ends.items()):
        for partition, records in consumer.poll(timeout_ms=500).items():
            heard_at = time.monotonic()
            yield from (record for record in records if record.offset < ends[partition])
        if time.monotonic() - heard_at > SILENT_SECONDS:
            raise TopicError(f"the broker sent nothing for {SILENT_SECONDS} s: make logs S=kafka")
