"""The topic as the recount sees it: every message judged, and what of it can still be compared. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from bench.recount.windows import EPOCH

Offsets = dict[int, int]
Refusal = tuple[int, int, str]
Position = tuple[int, int]  # partition and offset


class Copy(NamedTuple):
    """What the headers of a message say that has the event_id of an earlier one."""

    replay_id: str = ""
    send_index: str = ""
    fault: str = ""


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
