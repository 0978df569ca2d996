"""EDGE KafkaConsumer: what is on the topic already, read from its end; nothing is ever committed."""

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from ingest.contract import seconds_of
from ingest.producer import CONNECT_SECONDS, DeliveryError, no_topic, unreachable
from ingest.schedule import ReplayError
from settings import KafkaSettings

TAIL_RECORDS = 1000
LARGEST_STEP = 64_000
FETCH_BYTES = 8 * 1024 * 1024
SILENT_SECONDS = 30
TELL_SECONDS, SEARCH_SECONDS = 5, 300
# how far the clocks of the producer and of the broker may differ
CLOCK_MS = 10_000
Record = Any
log = logging.getLogger("ingest")


@dataclass
class Found:
    """What the topic knows of a replay.

    `highest` is the last send_index of the replay in each partition that has one, `headers` those
    of one of its messages.
    """

    partition_count: int
    highest: dict[int, int] = field(default_factory=dict)
    headers: dict[str, bytes] | None = None


def headers_of(record: Record) -> dict[str, bytes]:
    """The headers by name."""
    return dict(record.headers)


class TopicReader:
    """One consumer of one topic; a context manager."""

    def __init__(self, kafka: KafkaSettings, topic: str) -> None:
        self._topic = topic
        self._silent = f"Kafka sent nothing for {SILENT_SECONDS} s: make logs S=kafka"
        servers = kafka.bootstrap_servers
        try:
            self._consumer = KafkaConsumer(
                bootstrap_servers=servers.split(","),
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                max_partition_fetch_bytes=FETCH_BYTES,
                bootstrap_timeout_ms=CONNECT_SECONDS * 1000,
                allow_auto_create_topics=False,
            )
        except KafkaError:
            raise unreachable(servers) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        self._consumer.close(autocommit=False)
        if isinstance(error, KafkaError):
            raise DeliveryError(f"Kafka's topic {self._topic} cannot be read: {error}") from None

    def partitions(self) -> list[int]:
        """The numbers of the partitions; raises DeliveryError if there is no such topic."""
        numbers = self._consumer.partitions_for_topic(self._topic)
        if not numbers:
            raise no_topic(self._topic)
        return sorted(numbers)

    def bounds(self) -> dict[int, tuple[int, int]]:
        """Partition to the offset of its oldest message and to the one that the next will get."""
        partitions = self._assigned(self.partitions())
        begins = self._consumer.beginning_offsets(partitions)
        ends = self._consumer.end_offsets(partitions)
        return {each.partition: (begins[each], ends[each]) for each in partitions}

    def since(self, epoch_ms: int) -> dict[int, int]:
        """Partition to the offset of the first message appended at that time or later."""
        wanted = dict.fromkeys(self._assigned(self.partitions()), epoch_ms)
        found = self._consumer.offsets_for_times(wanted)
        ends = self._consumer.end_offsets(list(wanted))
        return {each.partition: at.offset if at else ends[each] for each, at in found.items()}

    def read(self, ranges: Mapping[int, tuple[int, int]]) -> Iterator[Record]:
        """The messages of each partition from an offset up to, not including, another one."""
        ranges = {number: (low, high) for number, (low, high) in ranges.items() if low < high}
        wanted = {each: ranges[each.partition] for each in self._assigned(sorted(ranges))}
        self._consumer.assign(list(wanted))
        for each, (low, _) in wanted.items():
            self._consumer.seek(each, low)
        heard_at = time.monotonic()
        while any(self._consumer.position(each) < high for each, (_, high) in wanted.items()):
            for each, records in self._consumer.poll(timeout_ms=500, max_records=5000).items():
                heard_at = time.monotonic()
                yield from (record for record in records if record.offset < wanted[each][1])
            if time.monotonic() - heard_at > SILENT_SECONDS:
                raise DeliveryError(self._silent)

    def _assigned(self, numbers: list[int]) -> list[TopicPartition]:
        return [TopicPartition(self._topic, number) for number in numbers]


def find(reader: TopicReader, replay_id: str, *, is_new: bool, since_ms: int | None) -> Found:
    """Look for a replay from the ends of the partitions backwards.

    Its newest messages are usually the last ones. Where they are not, the search goes back until
    it meets one, or until `since_ms`: when the replay began, if its name says so. One that
    `is_new`, named a moment ago, is not searched for. Raises ReplayError when that takes too long.
    """
    bounds = reader.bounds()
    found = Found(partition_count=len(bounds))
    tails = {
        number: (max(low, high - TAIL_RECORDS), high) for number, (low, high) in bounds.items()
    }
    for record in reader.read(tails):
        _take_own(found, record, replay_id)
    if not is_new:
        search = _Search(reader, found, replay_id, since_ms)
        for number, (low, _) in bounds.items():
            if number not in found.highest and low < tails[number][0]:
                search.back(number, low, tails[number][0])
    return found


class _Search:
    """Goes back in a partition until it meets the replay, or where that cannot be.

    A person's own name says nothing of its age: such a search is told, and given up after a while.
    """

    def __init__(
        self, reader: TopicReader, found: Found, replay_id: str, since_ms: int | None
    ) -> None:
        self._reader, self._found, self._replay_id = reader, found, replay_id
        self._since_ms = since_ms
        self._read = 0
        self._started_at = self._told_at = time.monotonic()

    def back(self, number: int, begin: int, end: int) -> None:
        """Look for the replay's newest message in one partition, from `end` back to `begin`."""
        since = self._began_ms()
        floor = begin if since is None else self._reader.since(since - CLOCK_MS)[number]
        high, step = end, TAIL_RECORDS
        while number not in self._found.highest and high > floor:
            step = min(2 * step, LARGEST_STEP)
            low = max(floor, high - step)
            for record in self._reader.read({number: (low, high)}):
                _take_own(self._found, record, self._replay_id)
            self._read += high - low
            high = low
            self._tell()
            if since is None and high > floor and number not in self._found.highest:
                self._check_patience(number, end + TAIL_RECORDS - high)

    def _began_ms(self) -> int | None:
        headers = self._found.headers
        if headers and "replay_started_at" in headers:
            return round(seconds_of(headers["replay_started_at"].decode()) * 1000)
        return self._since_ms

    def _tell(self) -> None:
        if time.monotonic() - self._told_at >= TELL_SECONDS:
            self._told_at = time.monotonic()
            # a warning, because it also has to be seen where nobody set logging up
            log.warning(
                "looking for replay %s: %d older messages read", self._replay_id, self._read
            )

    def _check_patience(self, number: int, count: int) -> None:
        if time.monotonic() - self._started_at >= SEARCH_SECONDS:
            raise ReplayError(
                f"replay {self._replay_id} is not among the newest {count} messages of partition "
                f"{number}, and the search took over {SEARCH_SECONDS} s: leave --replay-id out for "
                "a new replay"
            )


def _take_own(found: Found, record: Record, replay_id: str) -> None:
    headers = headers_of(record)
    if headers.get("replay_id") != replay_id.encode():
        return
    found.headers = headers
    index = int(headers.get("send_index", b"-1"))
    found.highest[record.partition] = max(index, found.highest.get(record.partition, index))
