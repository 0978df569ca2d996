"""The events of a replay in the order of the file, each with its due time (pure)."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from ingest.events import BadRowError, Event, event_of, parse
from ingest.schedule import FileClock, Schedule
from ingest.source import NumberedRow, SourceError

ReadRows = Callable[[], Iterator[NumberedRow]]
Reject = Callable[[int, str], None]


class PlannedEvent(NamedTuple):
    """An event, its number in the replay, when it is due (epoch seconds) and whether in a burst."""

    number: int
    due_at: float
    event: Event
    in_burst: bool


def plan(read_rows: ReadRows, schedule: Schedule, reject: Reject) -> Iterator[PlannedEvent]:
    """Yield the events in order; a bad row goes to `reject` and takes no number.

    Looping reads the rows again and counts on, so no event_id is ever used twice.
    """
    number, clock = 0, FileClock()
    file_seconds = clock.at if schedule.mode == "speedup" else _no_matter
    while True:
        first_of_pass = number
        for line_number, fields in read_rows():
            try:
                row = parse(fields)
            except BadRowError as error:
                reject(line_number, error.reason)
                continue
            steady = schedule.steady_seconds(number, file_seconds(row.occurred_at))
            seconds = schedule.seconds(steady)
            event = event_of(row, schedule.stamp(number, seconds))
            due_at = schedule.started_at + seconds
            yield PlannedEvent(number, due_at, event, schedule.in_burst(steady))
            number += 1
        if number == first_of_pass:
            raise SourceError("no row of the file is an event: see the lines above for the reasons")
        if not schedule.loop:
            return
        clock.start_pass()


def _no_matter(_occurred_at: datetime) -> float:
    return 0.0
