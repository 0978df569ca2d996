"""A topic is read to the end that it had: past gaps, not beyond, and never silently short."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from bench.recount import topic


class Message:
    """Partition and offset; with an error it is no message, but news of the partition."""

    def __init__(self, partition: int, offset: int, code: int | None = None) -> None:
        self._partition, self._offset = partition, offset
        self._error = None if code is None else KafkaError(code)

    def topic(self) -> str:
        return "events"

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset

    def error(self) -> KafkaError | None:
        return self._error

    def timestamp(self) -> tuple[int, int]:
        return 2, 1000 + self._offset

    def headers(self) -> list[tuple[str, bytes | None]]:
        return [("fault", b"late")]

    def key(self) -> bytes:
        return b"k"

    def value(self) -> bytes:
        return f"{self._partition}-{self._offset}".encode()


class Broker:
    """Answers each call with the next of its answers, and with nothing once they are used up."""

    def __init__(self, *answers: Iterable[Message]) -> None:
        self._answers = iter(answers)

    def consume(self, _count: int, **_: object) -> list[Message]:
        return list(next(self._answers, []))


def offsets(broker: Broker, begins: dict[int, int], ends: dict[int, int]) -> list[tuple[int, int]]:
    found: Any = topic._until(broker, begins, ends)  # type: ignore[arg-type]
    return [(record.partition, record.offset) for record in found]


END = KafkaError._PARTITION_EOF


def test_gaps_are_passed_also_one_at_the_very_end() -> None:
    broker = Broker([Message(0, 0), Message(0, 3)], [Message(0, 6, END)])
    assert offsets(broker, {0: 0}, {0: 6}) == [(0, 0), (0, 3)]


def test_what_came_after_the_start_is_not_given() -> None:
    broker = Broker([Message(0, 0), Message(0, 1), Message(0, 2)])
    assert offsets(broker, {0: 0}, {0: 2}) == [(0, 0), (0, 1)]


def test_every_partition_is_read_to_its_end() -> None:
    broker = Broker([Message(0, 5)], [], [Message(1, 0)])
    assert offsets(broker, {0: 5, 1: 0, 2: 9}, {0: 6, 1: 1, 2: 9}) == [(0, 5), (1, 0)]


def test_the_end_of_one_partition_is_not_the_end_of_another() -> None:
    broker = Broker([Message(0, 1, END)], [Message(1, 0)])
    assert offsets(broker, {0: 0, 1: 0}, {0: 1, 1: 1}) == [(1, 0)]


def test_an_error_on_the_way_is_raised() -> None:
    broker = Broker([Message(0, 0), Message(0, 0, KafkaError.TOPIC_AUTHORIZATION_FAILED)])
    with pytest.raises(KafkaException, match="TOPIC_AUTHORIZATION_FAILED"):
        offsets(broker, {0: 0}, {0: 2})


def test_a_broker_that_sends_nothing_more_is_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic, "SILENT_SECONDS", 0)
    with pytest.raises(topic.TopicError, match="sent nothing for 0 s"):
        offsets(Broker([Message(0, 0)]), {0: 0}, {0: 2})


def test_a_record_has_its_place_its_time_its_bytes_and_headers_for_who_asks() -> None:
    (record,) = topic._until(Broker([Message(1, 7)]), {1: 7}, {1: 8})  # type: ignore[arg-type]
    assert record[:5] == ("events", 1, 7, 1007, b"1-7")
    assert record.headers() == [("fault", b"late")]


def test_a_broker_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic, "ANSWER_SECONDS", 0.2)
    # A real client; nothing listens on port 1.
    with pytest.raises(topic.TopicError, match=r"^No Kafka broker answers at 127\.0\.0\.1:1: run"):
        topic.offsets("127.0.0.1:1", "events")


def test_a_topic_that_is_not_there_is_one_line() -> None:
    with pytest.raises(topic.TopicError, match="there is no topic events"):
        topic._partitions(Missing(), "127.0.0.1:9", "events")  # type: ignore[arg-type]


class Missing:
    """A broker without topics."""

    def list_topics(self, name: str, **_: object) -> Any:
        return SimpleNamespace(topics={name: SimpleNamespace(partitions={})})


def test_places_are_asked_for_by_partition() -> None:
    class Ends:
        def get_watermark_offsets(self, partition: TopicPartition, **_: object) -> tuple[int, int]:
            return partition.partition, partition.partition + 10

    partitions = [TopicPartition("events", 0), TopicPartition("events", 2)]
    assert topic._bounds(Ends(), partitions) == ({0: 0, 2: 2}, {0: 10, 2: 12})  # type: ignore[arg-type]
