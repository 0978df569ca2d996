"""What is sent later than its place in the file: repeats, and events that others overtake (pure)."""

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from ingest.events import Event


class Held(NamedTuple):
    """Something that waits for its time, and until an event after number `behind` was sent."""

    release_at: float
    order: int
    event: Event
    fault: str
    behind: int


class WaitingRoom:
    """Holds events back for seconds, so it is small: rate times delay times share."""

    def __init__(self) -> None:
        self._held: list[Held] = []
        self._count = 0

    def hold(self, release_at: float, event: Event, fault: str, behind: int = -2) -> None:
        """Keep an event until then, and until the event after number `behind` was sent."""
        heapq.heappush(self._held, Held(release_at, self._count, event, fault, behind))
        self._count += 1

    def until(self, due_at: float, newest: int) -> Iterator[Held]:
        """What leaves before the event that is due then, in order; `newest` is the last one sent."""
        stay: list[Held] = []
        while self._held and self._held[0].release_at <= due_at:
            held = heapq.heappop(self._held)
            if held.behind < newest:
                yield held
            else:
                stay.append(held._replace(release_at=due_at))
        for held in stay:
            heapq.heappush(self._held, held)

    def rest(self) -> Iterator[Held]:
        """Everything that still waits, in order: the file has ended."""
        while self._held:
            yield heapq.heappop(self._held)
