"""Once a send has failed nothing younger may go out: a resumed replay trusts the highest send_index of a partition."""

import time
from collections.abc import Callable
from typing import Any, cast

import pytest
from kafka import TopicPartition
from kafka.future import Future
from kafka.metrics import Metrics
from kafka.producer.record_accumulator import RecordAccumulator
from kafka.producer.sender import Sender

from ingest import producer as edge
from ingest.producer import EventProducer, Message
from settings import load_settings

PLACE = TopicPartition("events", 0)
DELIVERY_MS = 500
GAP_SECONDS = 0.25  # between two sends; less than the delivery timeout


class Broker:
    """One node with one partition: what the client's sender asks of its connections and of the cluster."""

    def __init__(self) -> None:
        self.cluster = self
        self.is_away = True
        self.requests: list[object] = []

    def is_ready(self, _node: int) -> bool:
        return not self.is_away

    def connection_delay(self, _node: int) -> float:
        return 0

    def leader_for_partition(self, _place: TopicPartition) -> int:
        return 0

    def partitions_for_broker(self, _node: int) -> set[TopicPartition]:
        return {PLACE}

    def send(self, _node: int, request: object, **_: object) -> Future:
        self.requests.append(request)
        return Future()

    def nothing(self, *_: object, **__: object) -> None:
        """Connect, poll, wake up, close."""

    maybe_connect = poll = wakeup = close = request_update = nothing


class Client:
    """KafkaProducer with the real accumulator and the real sender, which the test turns by hand."""

    def __init__(self, broker: Broker) -> None:
        # a batch for each message, as over minutes
        self.accumulator = RecordAccumulator(
            batch_size=1, delivery_timeout_ms=DELIVERY_MS, request_timeout_ms=DELIVERY_MS
        )
        self._sender = Sender(broker, broker, self.accumulator, acks=-1)
        self._metrics = Metrics()
        self.flushes = 0

    def send(self, _topic: str, **fields: Any) -> Any:
        fields["timestamp_ms"] = None
        names = ("timestamp_ms", "key", "value", "headers")
        return self.accumulator.append(PLACE, *(fields[name] for name in names))[0]

    def flush(self, timeout: float) -> None:
        self.flushes += 1

    def turn(self, is_over: Callable[[], bool], limit_seconds: float = 5) -> None:
        """What the sender's thread does, until it is over or the sender was closed."""
        until = time.monotonic() + limit_seconds
        while self._sender._running and not is_over() and time.monotonic() < until:
            self._sender.run_once()


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def client(broker: Broker) -> Client:
    return Client(broker)


@pytest.fixture
def sending(client: Client, monkeypatch: pytest.MonkeyPatch) -> EventProducer:
    """The producer under test, around that client."""
    monkeypatch.setattr(edge, "_connect", lambda *_: client)
    monkeypatch.setattr(EventProducer, "_await_topic", lambda _: None)
    monkeypatch.setattr(EventProducer, "_count_retries", lambda _: None)
    settings = load_settings()
    return EventProducer(settings.kafka, settings.ingest, PLACE.topic)


def message(text: bytes) -> Message:
    return Message(PLACE.partition, text, text, [])


def let_the_first_expire(sending: EventProducer, client: Client) -> None:
    """Two sends to a broker that is away, the second one so much later that it would still be in time."""
    sending.send(message(b"older"), lambda: True)
    until = time.monotonic() + GAP_SECONDS
    client.turn(lambda: time.monotonic() > until)
    sending.send(message(b"younger"), lambda: True)
    client.turn(lambda: sending.failed > 0)


def test_a_broker_that_comes_back_after_a_failed_send_gets_nothing_younger(
    sending: EventProducer, client: Client, broker: Broker
) -> None:
    let_the_first_expire(sending, client)
    assert sending.has_failed
    broker.is_away = False
    client.turn(lambda: bool(broker.requests), limit_seconds=1)
    assert broker.requests == []
    assert sending.undelivered == sending.sent > 0


def test_nothing_is_waited_for_after_a_failed_send(sending: EventProducer, client: Client) -> None:
    let_the_first_expire(sending, client)
    sending.flush(30, lambda: True)
    assert client.flushes == 0


def test_a_message_that_comes_too_late_for_the_closed_client_is_not_sent(
    sending: EventProducer, client: Client
) -> None:
    let_the_first_expire(sending, client)
    assert sending.send(message(b"youngest"), lambda: True) is False
    assert cast(Exception, sending.failure).args[0].startswith("Expiring 1 record")
