"""EDGE Kafka: every message of a topic from its oldest one to the offsets that were its end at the start.

librdkafka reads it, not the client that sends: another path, and several times as fast.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

ANSWER_SECONDS = 10
SILENT_SECONDS = 30
MESSAGES_PER_CALL = 5000


Headers = list[tuple[str, bytes | None]]


class TopicError(Exception):
    """The topic cannot be read; the message says what to do."""


class Record(NamedTuple):
    """A message and its place; `timestamp` in ms since 1970. Few headers are read, so they are asked for."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    value: bytes | None
    headers: Callable[[], Headers | None] = lambda: None
    key: bytes | None = None


def _consumer(servers: str) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": "storepulse-recount",  # asked for, never used: nothing is committed
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "log_level": 0,  # what goes wrong is raised below
        }
    )


def _partitions(consumer: Consumer, servers: str, topic: str) -> list[TopicPartition]:
    try:
        found = consumer.list_topics(topic, timeout=ANSWER_SECONDS).topics[topic]
    except KafkaException as error:
        raise TopicError(f'No Kafka broker answers at {servers}: run "make up"') from error
    if not found.partitions:
        raise TopicError(f'there is no topic {topic}: run "make up", which creates it')
    return [TopicPartition(topic, number) for number in sorted(found.partitions)]


@contextmanager
def _asking(servers: str, topic: str) -> Iterator[tuple[Consumer, list[TopicPartition]]]:
    """A consumer that is closed behind; what the broker refuses on the way is a TopicError too."""
    consumer = _consumer(servers)
    try:
        yield consumer, _partitions(consumer, servers, topic)
    except KafkaException as error:
        reason = error.args[0].name()
        told = f"topic {topic} cannot be read at {servers} ({reason}): make status"
        raise TopicError(told) from error
    finally:
        consumer.close()


def _bounds(
    consumer: Consumer, partitions: list[TopicPartition]
) -> tuple[dict[int, int], dict[int, int]]:
    begins, ends = {}, {}
    for partition in partitions:
        number = partition.partition
        begins[number], ends[number] = consumer.get_watermark_offsets(
            partition, timeout=ANSWER_SECONDS
        )
    return begins, ends


def offsets(servers: str, topic: str) -> tuple[dict[int, int], dict[int, int]]:
    """Partition to the offset of its oldest message, and to the one that the next will get."""
    with _asking(servers, topic) as (consumer, partitions):
        return _bounds(consumer, partitions)


def read(servers: str, topic: str, ends: dict[int, int] | None = None) -> Iterator[Record]:
    """Kafka's records as they arrive, up to `ends` (default: the end of this moment)."""
    with _asking(servers, topic) as (consumer, partitions):
        begins, last = _bounds(consumer, partitions)
        if ends is not None:
            last = {number: ends.get(number, 0) for number in begins}
        for partition in partitions:
            partition.offset = begins[partition.partition]
        consumer.assign(partitions)
        yield from _until(consumer, begins, last)


def _until(consumer: Consumer, begins: dict[int, int], ends: dict[int, int]) -> Iterator[Record]:
    heard_at, reached = time.monotonic(), dict(begins)
    while any(reached[number] < end for number, end in ends.items()):
        for message in consumer.consume(MESSAGES_PER_CALL, timeout=0.5):
            heard_at = time.monotonic()
            number, offset = _place(message)
            # Places, not counts: a compacted topic has gaps, and its end may be one.
            if _is_end(message):
                reached[number] = max(reached[number], offset)
                continue
            reached[number] = offset + 1
            if offset < ends[number]:
                yield _record(message)
        if time.monotonic() - heard_at > SILENT_SECONDS:
            raise TopicError(f"the broker sent nothing for {SILENT_SECONDS} s: make logs S=kafka")


def _is_end(message: Message) -> bool:
    """Whether it only tells that the partition has no more for now; any other error is raised."""
    error = message.error()
    if error is not None and error.code() != KafkaError._PARTITION_EOF:
        raise KafkaException(error)
    return error is not None


def _place(message: Message) -> tuple[int, int]:
    # Both are there in all that a consumer gets; the types allow for a message that is yet to be sent.
    return cast(int, message.partition()), cast(int, message.offset())


def _record(message: Message) -> Record:
    number, offset = _place(message)
    place = (message.topic() or "", number, offset)
    # The types allow for headers that are yet to be sent.
    headers = cast(Callable[[], Headers | None], message.headers)
    return Record(*place, message.timestamp()[1], message.value(), headers, message.key())
