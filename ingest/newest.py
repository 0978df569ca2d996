"""EDGE KafkaConsumer: the newest accepted event_time of a topic, by which a replay that would be late is known."""

import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from ingest.contract import Limits, accepted_at
from ingest.producer import DeliveryError
from ingest.topic import LARGEST_STEP, TAIL_RECORDS, TELL_SECONDS, TopicReader, headers_of
from settings import KafkaSettings

LEDGER_RECORDS = 100
log = logging.getLogger("ingest")


class Reader(Protocol):
    """The part of a TopicReader that is needed here."""

    def bounds(self) -> dict[int, tuple[int, int]]:
        """Partition to its oldest offset and its next one."""

    def read(self, ranges: Mapping[int, tuple[int, int]]) -> Iterator[Any]:
        """The messages of each range."""


class Counted(NamedTuple):
    """What the live query knows: the newest event_time of all messages in front of these offsets."""

    newest_at: float
    floors: dict[int, int]


def of_ledger(kafka: KafkaSettings, watermark_seconds: float) -> Counted | None:
    """By the newest entry of ecommerce-batches; None when there is none, or it knows no time yet."""
    try:
        with TopicReader(kafka, kafka.batches_topic) as reader:
            tails = {
                n: (max(low, end - LEDGER_RECORDS), end)
                for n, (low, end) in reader.bounds().items()
            }
            values = [record.value for record in reader.read(tails) if record.value]
    except DeliveryError:
        # a topic that no live query reads
        return None
    return of_values(values, watermark_seconds)


def of_values(values: Sequence[bytes], watermark_seconds: float) -> Counted | None:
    """By the last entry; what is none tells nothing here, `make verify` names it."""
    for value in reversed(values):
        try:
            return of_entry(json.loads(value), watermark_seconds)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return None


def of_entry(entry: dict[str, Any], watermark_seconds: float) -> Counted | None:
    """W(n) is the newest time in the batches before n, less the watermark's delay.

    What an older query read before a repair is no newer than the repair's `windows_after`.
    """
    newest_at = datetime.fromisoformat(entry["watermark"]).timestamp() + watermark_seconds
    if newest_at <= watermark_seconds:
        return None
    after = entry.get("windows_after")
    if after:
        newest_at = max(newest_at, datetime.fromisoformat(after).timestamp())
    return Counted(newest_at, {int(number): offset for number, offset in entry["from"].items()})


def newest_event_at(
    reader: Reader, limits: Limits, enough: float, own: str, known: Counted
) -> float | None:
    """The newest accepted event_time (epoch seconds) of all messages but those of the replay `own`.

    Guaranteed: if the result is `enough` or less, or None, no message behind `known.floors` is newer
    than `enough`, for a partition is read back until none can be. Messages are in the order of their
    append times, and an accepted event is at most `max_future_seconds` ahead of its own. What is in
    front of the floors is vouched for by `known.newest_at`. A result above `enough` may not be the
    newest of all: it is proof already.
    """
    search = _Search(reader, limits, enough, own, known.newest_at)
    for number, (low, end) in reader.bounds().items():
        search.back(number, max(low, known.floors.get(number, low)), end)
    return search.newest_at if search.newest_at > float("-inf") else None


class _Search:
    def __init__(
        self, reader: Reader, limits: Limits, enough: float, own: str, newest_at: float
    ) -> None:
        self._reader, self._limits, self._enough = reader, limits, enough
        self._own = own.encode()
        self.newest_at = newest_at
        self._read = 0
        self._told_at = time.monotonic()

    def back(self, number: int, floor: int, end: int) -> None:
        """Read one partition backwards until nothing older can matter."""
        high, step, oldest_at = end, TAIL_RECORDS, float("inf")
        while high > floor and not self._is_settled(oldest_at):
            low = max(floor, high - step)
            for record in self._reader.read({number: (low, high)}):
                oldest_at = min(oldest_at, record.timestamp / 1000)
                self._take(record)
            self._tell(high - low)
            high, step = low, min(2 * step, LARGEST_STEP)

    def _is_settled(self, oldest_at: float) -> bool:
        if self.newest_at > self._enough:
            return True
        return oldest_at + self._limits.max_future_seconds <= self._enough

    def _take(self, record: Any) -> None:
        headers = headers_of(record)
        # an injected fault cannot move the watermark, whatever its bytes look like
        is_fault = headers.get("fault", b"").startswith((b"malformed", b"future"))
        if is_fault or headers.get("replay_id") == self._own:
            return
        event_at = accepted_at(record.value, record.timestamp / 1000, self._limits)
        if event_at is not None:
            self.newest_at = max(event_at, self.newest_at)

    def _tell(self, count: int) -> None:
        self._read += count
        if time.monotonic() - self._told_at >= TELL_SECONDS:
            self._told_at = time.monotonic()
            log.warning("looking for the newest event: %d messages read", self._read)
