"""When each event of a replay is due, and which time it carries (pure, open loop)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from ingest.events import Row, Stamp
from ingest.faults.bursts import Bursts

Mode = Literal["rate", "speedup", "original"]
MODES: tuple[Mode, ...] = ("rate", "speedup", "original")
# between the passes of a loop: the resolution of the files' times
SEAM_SECONDS = 1.0


class ReplayError(Exception):
    """A replay that cannot be: the message says what to change."""


class FileClock:
    """Seconds of the file that have passed, over all its passes; it never goes back."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._newest: datetime | None = None

    def at(self, occurred_at: datetime) -> float:
        """The clock when a row comes that has this time."""
        if self._newest is None:
            self._newest = occurred_at
        elif occurred_at > self._newest:
            self._seconds += (occurred_at - self._newest).total_seconds()
            self._newest = occurred_at
        return self._seconds

    def start_pass(self) -> None:
        """The file begins again, a moment after its last row."""
        self._newest = None
        self._seconds += SEAM_SECONDS


@dataclass(frozen=True)
class Schedule:
    """Event i is due at a time that is known beforehand, however long earlier sends took.

    rate: i / rate seconds after the start, with that time; speedup: after the file's own seconds,
    divided, with that time; original: i / rate after the start, with the file's time. `start_at`
    is the time that the first event carries where that is not the file's (default: when it is due).
    """

    replay_id: str
    mode: Mode
    rate: float
    started_at: float
    loop: bool = False
    speedup: float = 1.0
    start_at: float | None = None
    bursts: Bursts | None = None

    def __post_init__(self) -> None:
        for name, value in (("rate", self.rate), ("speedup", self.speedup)):
            if not 0 < value < float("inf"):
                raise ReplayError(f"the {name} must be more than 0, not {value}")
        if self.mode == "original" and self.loop:
            raise ReplayError(
                "original times cannot be looped, a second pass would go back in time: "
                "leave out --loop, or use --mode rate"
            )
        if self.mode == "original" and self.start_at is not None:
            raise ReplayError(
                "original times start where the file does: leave out --start-at, "
                "or use --mode speedup"
            )

    @property
    def pace(self) -> str:
        """How fast it is, for people."""
        if self.mode == "speedup":
            return f"the file's time x {self.speedup:g}"
        return f"{self.rate:,.0f}/s"

    def steady_seconds(self, number: int, file_seconds: float = 0.0) -> float:
        """Seconds from the start to event `number`, if there were no bursts."""
        return file_seconds / self.speedup if self.mode == "speedup" else number / self.rate

    def seconds(self, steady_seconds: float) -> float:
        """Seconds from the start until it is due."""
        return self.bursts.warp(steady_seconds) if self.bursts else steady_seconds

    def in_burst(self, steady_seconds: float) -> bool:
        """Whether it is due in a burst."""
        return self.bursts is not None and self.bursts.covers(steady_seconds)

    def stamp(self, number: int, seconds: float) -> Stamp:
        """What event `number` carries besides its row."""
        due_ms = round((self.started_at + seconds) * 1000)
        event_id = f"{self.replay_id}-{number}"
        if self.mode == "original":
            return Stamp(event_id, None, due_ms)
        if self.start_at is None:
            return Stamp(event_id, due_ms, due_ms)
        return Stamp(event_id, round((self.start_at + seconds) * 1000), due_ms)

    def first_event_at(self, row: Row) -> float:
        """The time (epoch seconds) of the first event, which is made of this row."""
        if self.mode == "original":
            return row.occurred_at.timestamp()
        return self.started_at if self.start_at is None else self.start_at


def utc(epoch_seconds: float) -> str:
    """A time for people: 2020-09-24 11:57:06 UTC."""
    return f"{datetime.fromtimestamp(epoch_seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
