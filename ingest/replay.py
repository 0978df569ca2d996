"""The replay's plan: which row is sent as which event, and when it is due (pure, open loop)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ingest.events import BadRowError, Event, Stamp, read
from ingest.source import NumberedRow, SourceError

Mode = Literal["rate", "original"]
SLEEP_SLICE_SECONDS = 0.1


class ReplayError(Exception):
    """A replay that cannot be: the message says what to change."""


class PlannedEvent(NamedTuple):
    """An event, its number in the replay and when it must leave (epoch seconds)."""

    send_index: int
    due_at: float
    event: Event


@dataclass(frozen=True)
class Schedule:
    """Event i is due i/rate seconds after the start, however long earlier sends took."""

    replay_id: str
    mode: Mode
    rate: float
    started_at: float
    loop: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.rate < float("inf"):
            raise ReplayError(f"the rate must be more than 0 events a second, not {self.rate}")
        if self.loop and self.mode == "original":
            raise ReplayError(
                "original times cannot be looped, a second pass would go back in time: "
                "leave out --loop, or use --mode rate"
            )

    def due_at(self, send_index: int) -> float:
        """When the event is due, in epoch seconds."""
        return self.started_at + send_index / self.rate

    def stamp(self, send_index: int) -> Stamp:
        """What event `send_index` carries besides its row."""
        due_ms = round(self.due_at(send_index) * 1000)
        return Stamp(self.replay_id, send_index, due_ms, self.mode == "original")

    def lag_seconds(self, send_index: int, now: float) -> float:
        """How far behind the schedule the event is; 0 before it is due."""
        return max(0.0, now - self.due_at(send_index))


def pause_seconds(due_at: float, now: float) -> float:
    """How long to sleep next: short, so that Ctrl-C works, and never beyond the due time."""
    return min(SLEEP_SLICE_SECONDS, max(0.0, due_at - now))


def plan(
    read_rows: Callable[[], Iterator[NumberedRow]],
    schedule: Schedule,
    reject: Callable[[int, str], None],
    limit: int | None = None,
) -> Iterator[PlannedEvent]:
    """Yield the events in order; a bad row goes to `reject` and takes no number.

    Looping reads the rows again and counts on, so no event_id is ever used twice.
    """
    send_index = 0
    while True:
        first_of_pass = send_index
        for line_number, row in read_rows():
            if send_index == limit:
                return
            try:
                event = read(row, schedule.stamp(send_index))
            except BadRowError as error:
                reject(line_number, error.reason)
                continue
            yield PlannedEvent(send_index, schedule.due_at(send_index), event)
            send_index += 1
        if send_index == first_of_pass:
            raise SourceError("no row of the file is an event: see the lines above for the reasons")
        if not schedule.loop:
            return
