"""The topic as the recount sees it: every message judged, and what of it can still be compared."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from bench.recount import details, plain, topic
from bench.recount.details import Details
from bench.recount.verdict import Verdict, judge
from bench.recount.windows import EPOCH, EVENTS
from settings import Settings

REPORT_EVERY = 20_000
Offsets = dict[int, int]
Refusal = tuple[int, int, str]
Position = tuple[int, int]  # partition and offset
NO_DETAILS = Details(*("" for _ in Details._fields))


class Copy(NamedTuple):
    """What the headers of a message say that has the event_id of an earlier one."""

    replay_id: str = ""
    send_index: str = ""
    fault: str = ""


def copy_of(headers: topic.Headers | None) -> Copy:
    """The headers that tell why it is there; anyone may have written them."""
    found = {name: (value or b"").decode(errors="replace") for name, value in headers or ()}
    return Copy(*(found.get(name, "") for name in Copy._fields))


@dataclass(frozen=True)
class Topic:
    """The recounted topic: accepted events, refused messages, and the offsets that were read.

    `refused` are few: partition, offset and reason of each. `verdicts` says of each row of `events`
    whether it was counted (bench.recount.lateness). No event that is still to be judged counts in a
    window that ended by `final_before`. `copies` has what may be a repeat.
    """

    messages: int
    events: pa.Table
    refused: list[Refusal]
    is_quiet: bool
    newest_event_time: datetime
    begins: Offsets = field(default_factory=dict)
    ends: Offsets = field(default_factory=dict)
    verdicts: list[str] = field(default_factory=list)
    final_before: datetime = EPOCH
    copies: dict[Position, Copy] = field(default_factory=dict)

    @property
    def rejected(self) -> Counter[str]:
        """How many messages were refused for which reason."""
        return Counter(reason for _, _, reason in self.refused)

    @property
    def fates(self) -> Counter[str]:
        """How many accepted events have which verdict."""
        return Counter(self.verdicts)

    def with_verdict(self, verdict: str) -> pa.Table:
        """The accepted events that have it."""
        return self.events.filter(
            pa.array([found == verdict for found in self.verdicts], pa.bool_())
        )


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
        verdict, details = self._judge(record, appended_at)
        if verdict.reason:
            self.refused.append((record.partition, record.offset, verdict.reason))
            return
        self._note_copy(verdict.event_id, record)
        self._rows.append(
            (
                *(verdict.event_id, verdict.event_time, verdict.event_type, verdict.brand),
                *(verdict.category, verdict.price, appended_at, record.partition, record.offset),
                *details,
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


def _within(rows: pa.Table, low: Offsets, high: Offsets) -> pa.Table:
    inside = pa.chunked_array([pa.array([False] * rows.num_rows, pa.bool_())])
    for number in high:
        here = pc.and_(
            pc.equal(rows["partition"], number),
            pc.and_(
                pc.greater_equal(rows["offset"], low.get(number, 0)),
                pc.less(rows["offset"], high[number]),
            ),
        )
        inside = pc.or_(inside, here)
    return rows.filter(inside)


def in_topic(source: Topic, rows: pa.Table) -> pa.Table:
    """The rows whose message was read from the topic."""
    return _within(rows, source.begins, source.ends)


def same_messages(rows: pa.Table, wanted: pa.Table) -> pa.Table:
    """The rows whose message (partition and offset) is in `wanted`, in any order."""
    keys = ["partition", "offset"]
    return rows.join(wanted.select(keys), keys, join_type="left semi").select(rows.schema.names)


def outlived(source: Topic, rows: pa.Table) -> pa.Table:
    """The rows whose message the topic's retention has deleted since."""
    return _within(rows, {}, source.begins)


def up_to(source: Topic, rows: pa.Table, until: Offsets) -> pa.Table:
    """The rows whose message was read from the topic and is in front of `until`."""
    ends = {number: min(end, until.get(number, 0)) for number, end in source.ends.items()}
    return _within(rows, source.begins, ends)


def beyond(rows: pa.Table, until: Offsets) -> pa.Table:
    """The rows whose message is not in front of `until`."""
    every = rows["partition"].unique().to_pylist()
    return pa.concat_tables(
        [
            rows.filter(
                pc.and_(
                    pc.equal(rows["partition"], number),
                    pc.greater_equal(rows["offset"], until.get(number, 0)),
                )
            )
            for number in every
        ]
        or [rows]
    )


def next_offsets(rows: pa.Table) -> Offsets:
    """Partition to the offset behind its highest one."""
    ends = rows.group_by("partition").aggregate([("offset", "max")])
    pairs = zip(ends["partition"].to_pylist(), ends["offset_max"].to_pylist(), strict=True)
    return {partition: offset + 1 for partition, offset in pairs}
