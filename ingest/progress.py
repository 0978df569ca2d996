"""What the terminal shows of a replay: a live line, or a log line every few seconds."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.text import Text

from ingest.producer import EventProducer
from ingest.schedule import Schedule
from ingest.sends import Send

LOG_SECONDS = 5.0
SILENCE_SECONDS = 3.0
BAD_ROWS_IN_FULL = 10
log = logging.getLogger("ingest")


@dataclass
class Tally:
    """What was read and is not sent: bad rows, and messages that are on the topic already."""

    bad_rows: int = 0
    already_sent: int = 0

    def reject(self, line_number: int, reason: str) -> None:
        """Count a bad row, and log the first ones in full."""
        self.bad_rows += 1
        if self.bad_rows <= BAD_ROWS_IN_FULL:
            log.warning("line %d: %s", line_number, reason)
        if self.bad_rows == BAD_ROWS_IN_FULL:
            log.warning("further bad rows are only counted")

    def without(self, sends: Iterator[Send], is_on_topic: Callable[[Send], bool]) -> Iterator[Send]:
        """The sends that are left to do."""
        for send in sends:
            if is_on_topic(send):
                self.already_sent += 1
            else:
                yield send


@dataclass
class Progress:
    """The state of a replay as text; rich asks for it twice a second."""

    schedule: Schedule
    producer: EventProducer
    clock: Callable[[], float]
    tally: Tally
    due_at: float | None = None
    _logged_at: float = 0.0
    _started_at: float = 0.0

    def __post_init__(self) -> None:
        self._started_at = self.clock()

    def log_when_due(self) -> None:
        """Log the line if the last one is old enough."""
        now = self.clock()
        if now - self._logged_at >= LOG_SECONDS:
            self._logged_at = now
            log.info("%s", self.line())

    def __rich__(self) -> Text:
        return Text(self.line())

    def line(self) -> str:
        """Rates, counts, lag and whether Kafka answers."""
        producer, now = self.producer, self.clock()
        # nothing is due any more once the last event is sent
        lag = 0.0 if self.due_at is None else max(0.0, now - self.due_at)
        return (
            f"rate {self._rate(now):,.0f}/s of {self.schedule.pace}  "
            f"sent {producer.sent:,}  acknowledged {producer.acknowledged:,}  "
            f"failed {producer.failed:,}  retried {producer.retried:,}  "
            f"bad rows {self.tally.bad_rows:,}  lag {lag:.1f} s  {self._state()}"
        )

    def summary(self) -> str:
        """The last line of a run, for people and scripts."""
        producer, seconds = self.producer, self.clock() - self._started_at
        rate = producer.acknowledged / seconds if seconds > 0 else 0.0
        return (
            f"sent={producer.sent} acknowledged={producer.acknowledged} failed={producer.failed} "
            f"retried={producer.retried} bad_rows={self.tally.bad_rows} seconds={seconds:.1f} "
            f"rate={rate:.1f} already_sent={self.tally.already_sent} "
            f"replay_id={self.schedule.replay_id}"
        )

    def _rate(self, now: float) -> float:
        # a resumed replay has a rate of its own from here on
        seconds = now - self._started_at
        return self.producer.sent / seconds if seconds > 0 else 0.0

    def _state(self) -> str:
        silent = self.producer.silent_seconds
        if silent < SILENCE_SECONDS:
            return "ok"
        return f"Kafka has not answered for {silent:.0f} s, {self.producer.in_flight:,} events wait"
