"""Reads the topic message by message: judged, in columns, and with the headers of what may be a repeat."""

from collections.abc import Callable
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from bench.recount import details, plain, topic
from bench.recount.details import Details
from bench.recount.source import Copy, Position, Refusal, Topic
from bench.recount.verdict import Verdict, judge
from bench.recount.windows import EVENTS
from settings import Settings

REPORT_EVERY = 20_000
NO_DETAILS = Details(*("" for _ in Details._fields))


def read_topic(settings: Settings, tell: Callable[[int], None]) -> Topic:
    """Judge every message of the topic; `tell` hears how many now and then."""
    kafka = settings.kafka
    servers, name = kafka.bootstrap_servers, kafka.events_topic
    begins, ends = topic.offsets(servers, name)
    reader = _Reader(settings.stream.max_event_bytes, settings.stream.max_future_seconds)
    for record in topic.read(servers, name, ends):
        reader.add(record)
        if reader.count % REPORT_EVERY == 0:
            tell(reader.count)
    is_quiet = ends == topic.offsets(servers, name)[1]
    events = reader.events()
    newest = pc.max(events["event_time"]).as_py() or datetime.now(UTC)
    read = (reader.count, events, reader.refused, is_quiet, newest, begins, ends)
    return Topic(*read, copies=reader.copies)


class _Reader:
    """Judges message by message; Python's objects become columns now and then, which are smaller."""

    def __init__(self, max_bytes: int, max_future: int) -> None:
        self.count = 0
        self.refused: list[Refusal] = []
        self.copies: dict[Position, Copy] = {}
        self._limits = {"max_bytes": max_bytes, "max_future": max_future}
        self._rows: list[tuple[object, ...]] = []
        self._parts: list[pa.RecordBatch] = []
        self._ids: set[int] = set()

    def add(self, record: topic.Record) -> None:
        """One more message of the topic."""
        self.count += 1
        appended_at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        verdict, more = self._judge(record, appended_at)
        if verdict.reason:
            self.refused.append((record.partition, record.offset, verdict.reason))
            return
        self._note_copy(verdict.event_id, record)
        self._rows.append(
            (
                *(verdict.event_id, verdict.event_time, verdict.event_type, verdict.brand),
                *(verdict.category, verdict.price, appended_at, record.partition, record.offset),
                *more,
            )
        )
        if len(self._rows) >= REPORT_EVERY:
            self._pack()

    def _judge(self, record: topic.Record, appended_at: datetime) -> tuple[Verdict, Details]:
        found = plain.read(record.value, appended_at, **self._limits)
        if found:
            return found
        place = f"{record.topic}-{record.partition}-{record.offset}"
        verdict = judge(record.value, appended_at, place, **self._limits)
        is_accepted = record.value and not verdict.reason
        return verdict, details.read(record.value or b"") if is_accepted else NO_DETAILS

    def _note_copy(self, event_id: str, record: topic.Record) -> None:
        # Headers are slow to read: only those of what may be a repeat. An equal hash of another
        # event_id costs a look and nothing else.
        known = hash(event_id)
        if known in self._ids:
            self.copies[record.partition, record.offset] = copy_of(record.headers())
        else:
            self._ids.add(known)

    def _pack(self) -> None:
        columns = zip(*self._rows, strict=True)
        arrays = [pa.array(each, field.type) for each, field in zip(columns, EVENTS, strict=True)]
        self._parts.append(pa.RecordBatch.from_arrays(arrays, schema=EVENTS))
        self._rows = []

    def events(self) -> pa.Table:
        """All accepted messages."""
        if self._rows:
            self._pack()
        return pa.Table.from_batches(self._parts, EVENTS)


def copy_of(headers: topic.Headers | None) -> Copy:
    """The headers that tell why it is there; anyone may have written them."""
    found = {name: (value or b"").decode(errors="replace") for name, value in headers or ()}
    return Copy(*(found.get(name, "") for name in Copy._fields))
