"""Ground truth of a replay: what its plan says must have come of it, compared with what is on the topic (pure)."""

import sys
import zlib
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ingest.contract import Limits, reason_against
from ingest.faults.malformed import DAMAGES
from ingest.recipe import Recipe
from ingest.sends import MALFORMED, Send, partition_of

FIRST = 10
NO_FAULT = "none"
NULL_CRC = -1


def crc(value: bytes | None) -> int:
    """Tells values apart; a null message is none of them."""
    return NULL_CRC if value is None else zlib.crc32(value)


@dataclass
class Seen:
    """The messages of one replay on the topic: a compact column for each thing to compare."""

    recipe: Recipe
    send_index: "array[int]" = field(default_factory=lambda: array("q"))
    partition: "array[int]" = field(default_factory=lambda: array("i"))
    offset: "array[int]" = field(default_factory=lambda: array("q"))
    value_crc: "array[int]" = field(default_factory=lambda: array("q"))
    fault: list[str] = field(default_factory=list)

    def add(self, index: int, place: tuple[int, int], fault: str, value: bytes | None) -> None:
        """One message; those of a partition come in the order of their offsets."""
        self.send_index.append(index)
        self.partition.append(place[0])
        self.offset.append(place[1])
        self.value_crc.append(crc(value))
        self.fault.append(sys.intern(fault))


@dataclass
class Truth:
    """What the plan says of the messages that were sent, and where the topic differs.

    `sent` counts the plan up to the highest send_index on the topic. Of these, `rejected` are to be
    refused, `repeated_event_ids` repeat an event_id on purpose, and `events` are left. A
    `repeated_send` is a message that the producer sent again after it was killed: it is no fault,
    and each one of a rejected message is one more rejection.
    """

    sent: int = 0
    events: int = 0
    by_fault: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    repeated_event_ids: int = 0
    late: Counter[str] = field(default_factory=Counter)
    repeated_sends: list[dict[str, Any]] = field(default_factory=list)
    repeated_sends_rejected: Counter[str] = field(default_factory=Counter)
    deleted_by_retention: int = 0
    missing: list[int] = field(default_factory=list)
    not_in_plan: list[int] = field(default_factory=list)
    in_wrong_order: list[int] = field(default_factory=list)
    different: list[dict[str, Any]] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether every planned message is on the topic as planned, and nothing else."""
        wrong = (self.missing, self.not_in_plan, self.in_wrong_order, self.different)
        return not any(wrong)

    def report(self) -> dict[str, Any]:
        """For JSON: what is wrong as a count and its first ten, the repeats in full."""
        said: dict[str, Any] = {**vars(self), "agrees": self.agrees}
        for name in ("missing", "not_in_plan", "in_wrong_order", "different"):
            said[name] = {"count": len(said[name]), "first": said[name][:FIRST]}
        return said


def compare(
    seen: Seen, sends: Iterator[Send], begins: dict[int, int], limits: Limits, watermark: float
) -> Truth:
    """The truth of a replay; `sends` is its whole plan, `begins` the oldest offsets of the topic."""
    return _Comparison(seen, begins, limits, watermark).run(sends)


class _Comparison:
    def __init__(
        self, seen: Seen, begins: dict[int, int], limits: Limits, watermark: float
    ) -> None:
        self._seen = seen
        self._begins = begins
        self._limits = limits
        self._watermark = watermark
        self._count = max(seen.send_index, default=-1) + 1
        self._truth = Truth()
        self._first_row = array("q", [-1]) * self._count
        self._lowest: dict[int, int] = {}
        self._repeats: dict[int, list[int]] = {}

    def run(self, sends: Iterator[Send]) -> Truth:
        self._index_rows()
        truth = self._truth
        for send in islice(sends, self._count):
            truth.sent += 1
            reason = self._account(send)
            self._check(send)
            for row in self._repeats.get(send.send_index, []):
                self._list_repeat(send, row, reason)
        truth.events = truth.sent - truth.rejected.total() - truth.repeated_event_ids
        truth.not_in_plan = [
            index for index in range(truth.sent, self._count) if self._first_row[index] >= 0
        ]
        return truth

    def _index_rows(self) -> None:
        newest: dict[int, int] = {}
        for row, index in enumerate(self._seen.send_index):
            partition = self._seen.partition[row]
            if self._first_row[index] >= 0:
                self._repeats.setdefault(index, []).append(row)
                continue
            self._first_row[index] = row
            self._lowest.setdefault(partition, index)
            if index < newest.get(partition, -1):
                self._truth.in_wrong_order.append(index)
            newest[partition] = max(index, newest.get(partition, -1))

    def _account(self, send: Send) -> str:
        truth, reason = self._truth, expected_reason(send, self._limits)
        truth.by_fault[send.fault or NO_FAULT] += 1
        if reason:
            truth.rejected[reason] += 1
        if send.fault == "duplicate":
            truth.repeated_event_ids += 1
        if send.fault == "late":
            truth.late["injected"] += 1
            truth.late["by_more_than_the_watermark"] += send.amount > self._watermark
        return reason

    def _check(self, send: Send) -> None:
        recipe, row = self._seen.recipe, self._first_row[send.send_index]
        partition = partition_of(send.key(recipe.partition_by), recipe.partition_count)
        if row >= 0:
            self._check_row(send, partition, row)
        elif self._is_deleted(partition, send.send_index):
            self._truth.deleted_by_retention += 1
        else:
            self._truth.missing.append(send.send_index)

    def _is_deleted(self, partition: int, index: int) -> bool:
        has_lost_some = self._begins.get(partition, 0) > 0
        return has_lost_some and index < self._lowest.get(partition, self._count)

    def _check_row(self, send: Send, partition: int, row: int) -> None:
        seen = self._seen
        planned = (partition, send.fault, crc(send.value()))
        found = (seen.partition[row], seen.fault[row], seen.value_crc[row])
        if planned != found:
            names = ("partition", "fault", "value_crc")
            self._truth.different.append(
                {"send_index": send.send_index, "offset": seen.offset[row]}
                | {
                    name: {"planned": want, "found": have}
                    for name, want, have in zip(names, planned, found, strict=True)
                    if want != have
                }
            )

    def _list_repeat(self, send: Send, row: int, reason: str) -> None:
        if reason:
            self._truth.repeated_sends_rejected[reason] += 1
        self._truth.repeated_sends.append(
            {
                "send_index": send.send_index,
                "event_id": send.event["event_id"],
                "fault": send.fault or NO_FAULT,
                "partition": self._seen.partition[row],
                "offset": self._seen.offset[row],
            }
        )


def expected_reason(send: Send, limits: Limits) -> str:
    """Why the contract must refuse the message; '' if it must not."""
    if send.fault.startswith(MALFORMED):
        return DAMAGES[send.fault.removeprefix(MALFORMED)].reason
    if send.fault == "future":
        return "future_event_time"
    return reason_against(send.event, send.due_at, limits)
