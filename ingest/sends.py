"""The send plan: the events of a replay with the faults among them, numbered as they are sent (pure)."""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from ingest.contract import Limits, reason_against
from ingest.events import Event, encode
from ingest.faults import times
from ingest.faults.draw import Draw, Fault
from ingest.faults.malformed import DAMAGES
from ingest.faults.spec import Faults
from ingest.faults.waiting import Held, WaitingRoom
from ingest.replay import PlannedEvent

MALFORMED = "malformed:"


class Send(NamedTuple):
    """One message: its place in the send plan, when it is due, and the name of its fault ('' = none)."""

    send_index: int
    due_at: float
    event: Event
    fault: str
    amount: float = 0.0

    def value(self) -> bytes | None:
        """The bytes of the message; None is a null message."""
        if self.fault.startswith(MALFORMED):
            kind = self.fault.removeprefix(MALFORMED)
            return DAMAGES[kind].make(self.event, self.amount)
        return encode(self.event)

    def key(self, partition_by: str) -> bytes:
        """The message key: the named field, or the user where the event has no such value."""
        value = self.event.get(partition_by) or self.event["user_id"]
        return str(value).encode()


def partition_of(key: bytes, partition_count: int) -> int:
    """Where a key lives, for as long as the replay lasts; added partitions change nothing."""
    return zlib.crc32(key) % partition_count


def in_send_order(
    planned: Iterator[PlannedEvent], faults: Faults, seed: int, limits: Limits
) -> Iterator[Send]:
    """All sends of a replay, due times never going back; every prefix is a plan of its own."""
    if not any(faults.shares):
        for event in planned:
            yield Send(event.number, event.due_at, event.event, "burst" if event.in_burst else "")
        return
    maker = _SendMaker(faults, seed, limits)
    for event in planned:
        yield from maker.with_event(event)
    yield from maker.rest()


class _SendMaker:
    def __init__(self, faults: Faults, seed: int, limits: Limits) -> None:
        self._draw = Draw(faults, seed)
        self._limits = limits
        self._waiting = WaitingRoom()
        self._next_index = 0
        self._newest = -1

    def with_event(self, planned: PlannedEvent) -> Iterator[Send]:
        for held in self._waiting.until(planned.due_at, self._newest):
            yield self._held(held)
        fault = self._draw.next()
        # what is refused for its own sake stays as it is: one reason, and a known one
        if fault and reason_against(planned.event, planned.due_at, self._limits):
            fault = None
        if fault and fault.name == "out_of_order":
            until = planned.due_at + fault.amount
            self._waiting.hold(until, planned.event, fault.name, behind=planned.number)
            return
        if fault and fault.name == "duplicate":
            self._waiting.hold(planned.due_at + fault.amount, planned.event, fault.name)
            fault = None
        yield self._event(planned, fault)
        self._newest = planned.number

    def rest(self) -> Iterator[Send]:
        for held in self._waiting.rest():
            yield self._held(held)

    def _event(self, planned: PlannedEvent, fault: Fault | None) -> Send:
        event, due_at = planned.event, planned.due_at
        if fault is None:
            return self._numbered(due_at, event, "burst" if planned.in_burst else "")
        if fault.name == "late":
            event = times.late(event, fault.amount)
        elif fault.name == "future":
            event = times.future(event, due_at)
        return self._numbered(due_at, event, fault.name, fault.amount)

    def _held(self, held: Held) -> Send:
        is_repeat = held.fault == "duplicate"
        event = held.event if is_repeat else times.delayed(held.event, held.release_at)
        return self._numbered(held.release_at, event, held.fault)

    def _numbered(self, due_at: float, event: Event, fault: str, amount: float = 0.0) -> Send:
        send = Send(self._next_index, due_at, event, fault, amount)
        self._next_index += 1
        return send
