"""EDGE to kafka-python: sends events, bounds how many are unacknowledged, and counts."""

import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from kafka import KafkaProducer
from kafka.codec import has_lz4
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.metrics.stats import Total

from ingest.client import PatientClient
from settings import IngestSettings, KafkaSettings

CONNECT_SECONDS = 8
TOPIC_SECONDS = 5
SLICE_SECONDS = 0.2
# at 100 events a second a shorter wait sends each event alone, which costs half as much again
LINGER_MS = 20
# a batch that is full while another one waits wakes the client's thread for each record: at high
# rates that costs more than the records
BATCH_BYTES = 262_144
FULL_PAUSE_SECONDS = 0.002
CLOSE_SECONDS = 5


class DeliveryError(Exception):
    """Kafka cannot be reached, or took not all events; one line that says what to do."""


class Message(NamedTuple):
    """What Kafka gets."""

    partition: int
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]


class EventProducer:
    """Sends messages to one topic; `failure` holds the first error of a delivery."""

    def __init__(self, kafka: KafkaSettings, ingest: IngestSettings, topic: str) -> None:
        self.topic = topic
        self.sent = self.acknowledged = self.failed = 0
        self.failure: Exception | None = None
        self._buffer_events = ingest.buffer_events
        self._answered_at = time.monotonic()
        self._delivery_seconds = ingest.delivery_timeout_seconds
        self._retries = Total()
        self._producer = _connect(kafka, ingest)
        self._count_retries()
        self._await_topic()

    @property
    def in_flight(self) -> int:
        """Events sent and neither acknowledged nor failed."""
        return self.sent - self.acknowledged - self.failed

    @property
    def undelivered(self) -> int:
        """Events that Kafka has not acknowledged."""
        return self.sent - self.acknowledged

    @property
    def retried(self) -> int:
        """Sends of records that were repeated."""
        return int(self._retries.measure(None, 0))

    @property
    def silent_seconds(self) -> float:
        """How long Kafka has owed an answer; 0 when nothing is in flight."""
        return time.monotonic() - self._answered_at if self.in_flight else 0.0

    @property
    def has_failed(self) -> bool:
        """A record failed, or Kafka owes an answer for longer than a record may take.

        The client itself expires nothing while it still waits for its producer id.
        """
        return self.failure is not None or self.silent_seconds > self._delivery_seconds

    def send(self, message: Message, keep_going: Callable[[], bool]) -> bool:
        """Hand a message to the client; False if one failed, or keep_going said no while the buffer was full."""
        while self.in_flight >= self._buffer_events:
            if not keep_going():
                return False
            time.sleep(FULL_PAUSE_SECONDS)
        if self.in_flight == 0:
            self._answered_at = time.monotonic()
        future = self._hand_over(message, keep_going)
        if future is None:
            return False
        self.sent += 1
        future.add_callback(self._on_acknowledged)
        future.add_errback(self._on_failed)
        return True

    def flush(self, limit_seconds: float, keep_going: Callable[[], bool]) -> None:
        """Wait until nothing is in flight, at most for the limit or until keep_going says no.

        Once a send has failed there is nothing to wait for: what is left must not arrive.
        """
        until = time.monotonic() + limit_seconds
        while self.in_flight and not self.has_failed and time.monotonic() < until and keep_going():
            try:
                self._producer.flush(timeout=SLICE_SECONDS)
            except KafkaTimeoutError:
                continue

    def close(self) -> None:
        """Close the client; what is still in flight is given up."""
        if self.in_flight:
            # close() alone would wait for these, and raise
            self._producer._sender.force_close()
        try:
            self._producer.close(timeout=CLOSE_SECONDS)
        except KafkaTimeoutError:
            logging.getLogger(__name__).debug("the client did not close in time")

    def _hand_over(self, message: Message, keep_going: Callable[[], bool]) -> Any:
        until = time.monotonic() + self._delivery_seconds
        partition, key, value, headers = message
        while True:
            try:
                return self._producer.send(
                    self.topic, key=key, value=value, headers=headers, partition=partition
                )
            except KafkaTimeoutError as error:
                # no metadata: the broker is away, and may come back like for any other send
                if time.monotonic() > until:
                    raise DeliveryError(f"Kafka's topic {self.topic} is gone: {error}") from None
                if not keep_going():
                    return None
            # a partition that is gone is a ValueError
            except (KafkaError, ValueError) as error:
                if self.failure:
                    # closed meanwhile, because of that failure
                    return None
                raise DeliveryError(f"Kafka's client refuses an event: {error}") from None

    def _on_acknowledged(self, _metadata: object) -> None:
        self.acknowledged += 1
        self._answered_at = time.monotonic()

    def _on_failed(self, error: Exception) -> None:
        self.failure = self.failure or error
        self.failed += 1
        # At once, in the client's own thread: left alone it takes a new producer id and sends the younger
        # batches, and a resumed replay believes that all in front of the last one has arrived.
        self._producer._sender.force_close()

    def _count_retries(self) -> None:
        # the client has a rate of retries only; its sensor takes a total beside it
        metrics = self._producer._metrics
        name = metrics.metric_name("record-retry-total", "producer-metrics", "retried sends", None)
        metrics.sensor("record-retries").add(name, self._retries)

    def _await_topic(self) -> None:
        until = time.monotonic() + TOPIC_SECONDS
        while time.monotonic() < until:
            try:
                if self._producer.partitions_for(self.topic):
                    return
            except KafkaTimeoutError:
                continue
            except KafkaError as error:
                self.close()
                raise DeliveryError(f"topic {self.topic} cannot be used: {error}") from None
        self.close()
        raise no_topic(self.topic)


def no_topic(topic: str) -> DeliveryError:
    """The topic does not exist."""
    return DeliveryError(
        f'Kafka has no topic {topic}: run "make topics", or correct KAFKA_EVENTS_TOPIC in .env'
    )


def unreachable(servers: str) -> DeliveryError:
    """No broker answers."""
    return DeliveryError(
        f'No Kafka broker answers at {servers}: run "make up", '
        "or correct KAFKA_BOOTSTRAP_SERVERS in .env"
    )


def _connect(kafka: KafkaSettings, ingest: IngestSettings) -> KafkaProducer:
    servers = kafka.bootstrap_servers
    try:
        return KafkaProducer(bootstrap_servers=servers.split(","), **_options(kafka, ingest))
    except KafkaTimeoutError:
        raise unreachable(servers) from None
    except KafkaError as error:
        raise DeliveryError(f"Kafka at {servers} cannot be used: {error}") from None


def _options(kafka: KafkaSettings, ingest: IngestSettings) -> dict[str, Any]:
    delivery_timeout_ms = ingest.delivery_timeout_seconds * 1000
    return {
        "kafka_client": PatientClient,
        "acks": "all",
        "enable_idempotence": True,
        "compression_type": "lz4" if has_lz4() else None,
        "linger_ms": LINGER_MS,
        "batch_size": BATCH_BYTES,
        "max_request_size": kafka.max_message_bytes,
        "delivery_timeout_ms": delivery_timeout_ms,
        # the client demands that a request fits into the delivery timeout
        "request_timeout_ms": min(30_000, delivery_timeout_ms - LINGER_MS),
        "bootstrap_timeout_ms": CONNECT_SECONDS * 1000,
        # one slice of waiting for metadata; the callers wait in slices
        "max_block_ms": 1000,
        "allow_auto_create_topics": False,
        # this client knows no longer waits for later repeats; a broken connection backs off
        # exponentially, with jitter, and at most so long that a broker that is back is found at once
        "retry_backoff_ms": 200,
        "reconnect_backoff_ms": 100,
        "reconnect_backoff_max_ms": 2000,
    }
