"""Drives a replay: waits until each event is due, sends it, and ends in good order."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType

from ingest.producer import DeliveryError, EventProducer, message_headers
from ingest.progress import Progress
from ingest.replay import PlannedEvent, Schedule, pause_seconds

INTERRUPTED_FLUSH_SECONDS = 30
SPARE_SECONDS = 5


class Stop:
    """Set by the first SIGINT or SIGTERM; the second one ends the process at once."""

    def __init__(self) -> None:
        self.requested = False

    def install(self) -> None:
        """Take over both signals."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.requested:
            # sys.exit would wait for the client's flush, which is what the user cancels
            os._exit(128 + number)
        self.requested = True


def steady_clock() -> Callable[[], float]:
    """Epoch seconds that never jump, whatever is done to the system's clock meanwhile."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


class Run:
    """One replay from its first event to its last acknowledgement."""

    def __init__(
        self, progress: Progress, stop: Stop, delivery_seconds: float, logs_lines: bool
    ) -> None:
        self._progress = progress
        self._producer: EventProducer = progress.producer
        self._schedule: Schedule = progress.schedule
        self._clock = progress.clock
        self._stop = stop
        self._delivery_seconds = delivery_seconds
        self._logs_lines = logs_lines

    def send_all(self, planned: Iterator[PlannedEvent]) -> None:
        """Send until the plan ends or a stop is asked for; raises DeliveryError."""
        try:
            for event in planned:
                if not (self._wait_until(event.due_at) and self._send(event)):
                    break
        finally:
            # also when the file turns out to be damaged half way: what was sent must arrive
            self._finish()

    def _wait_until(self, due_at: float) -> bool:
        while True:
            if not self._keep_going():
                return False
            pause = pause_seconds(due_at, self._clock())
            if pause == 0:
                return True
            time.sleep(pause)

    def _send(self, planned: PlannedEvent) -> bool:
        schedule = self._schedule
        headers = message_headers(schedule.replay_id, planned.send_index, schedule.mode)
        return self._producer.send(planned.event, headers, self._keep_going)

    def _keep_going(self) -> bool:
        if self._logs_lines:
            self._progress.log_when_due()
        return not self._stop.requested and not self._producer.has_failed

    def _finish(self) -> None:
        """Let what is in flight arrive; a second signal or a failed delivery ends the wait."""
        self._progress.sending = False
        self._producer.flush(self._flush_seconds(), self._show_flush)
        if self._producer.undelivered:
            raise DeliveryError(self._undelivered_line())

    def _flush_seconds(self) -> float:
        if self._producer.has_failed:
            return SPARE_SECONDS
        if self._stop.requested:
            return INTERRUPTED_FLUSH_SECONDS
        return self._delivery_seconds + SPARE_SECONDS

    def _show_flush(self) -> bool:
        if self._logs_lines:
            self._progress.log_when_due()
        return True

    def _undelivered_line(self) -> str:
        cause = self._producer.failure
        why = f" ({type(cause).__name__})" if cause else ""
        return (
            f"{self._producer.undelivered} of {self._producer.sent} events were not acknowledged "
            f'by Kafka{why}: check it with "make status", then replay them with '
            f"--replay-id {self._schedule.replay_id} (repeats keep their event_id)"
        )
