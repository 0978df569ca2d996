"""Drives a replay: waits until each event is due, sends it, and ends in good order."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest.pacing import CatchUp, pause_seconds
from ingest.producer import DeliveryError, EventProducer, Message
from ingest.progress import Progress
from ingest.recipe import Recipe
from ingest.sends import Send, partition_of
from ingest.stop import Stop

INTERRUPTED_FLUSH_SECONDS = 30
SPARE_SECONDS = 5


def steady_clock() -> Callable[[], float]:
    """Epoch seconds that never jump, whatever is done to the system's clock meanwhile."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


@dataclass
class Run:
    """One replay from its first event to its last acknowledgement."""

    recipe: Recipe
    progress: Progress
    stop: Stop
    catch_up: CatchUp
    delivery_seconds: float
    logs_lines: bool

    def __post_init__(self) -> None:
        self._producer: EventProducer = self.progress.producer
        self._clock = self.progress.clock
        self._headers = self.recipe.headers()

    def send_all(self, sends: Iterator[Send]) -> None:
        """Send until the plan ends or a stop is asked for; raises DeliveryError."""
        try:
            for send in sends:
                self.progress.due_at = send.due_at
                ready_at = self.catch_up.ready_at(send.due_at, self._clock())
                if not (self._wait_until(ready_at) and self._send(send)):
                    break
        finally:
            # also when the file turns out to be damaged half way: what was sent must arrive
            self._finish()

    def _wait_until(self, ready_at: float) -> bool:
        while True:
            if not self._keep_going():
                return False
            pause = pause_seconds(ready_at, self._clock())
            if pause == 0:
                return True
            time.sleep(pause)

    def _send(self, send: Send) -> bool:
        return self._producer.send(self.message(send), self._keep_going)

    def message(self, send: Send) -> Message:
        """What Kafka gets of a send."""
        key = send.key(self.recipe.partition_by)
        headers = [*self._headers, ("send_index", str(send.send_index).encode())]
        if send.fault:
            headers.append(("fault", send.fault.encode()))
        partition = partition_of(key, self.recipe.partition_count)
        return Message(partition, key, send.value(), headers)

    def _keep_going(self) -> bool:
        if self.logs_lines:
            self.progress.log_when_due()
        return not self.stop.requested and not self._producer.has_failed

    def _finish(self) -> None:
        """Let what is in flight arrive; a second signal ends the wait, a failed delivery leaves none."""
        self.progress.due_at = None
        self._producer.flush(self._flush_seconds(), self._show_flush)
        if self._producer.undelivered:
            raise DeliveryError(self._undelivered_line())

    def _flush_seconds(self) -> float:
        if self.stop.requested:
            return INTERRUPTED_FLUSH_SECONDS
        return self.delivery_seconds + SPARE_SECONDS

    def _show_flush(self) -> bool:
        if self.logs_lines:
            self.progress.log_when_due()
        return True

    def _undelivered_line(self) -> str:
        cause = self._producer.failure
        why = f" ({type(cause).__name__})" if cause else ""
        return (
            f"{self._producer.undelivered} of {self._producer.sent} events were not acknowledged "
            f'by Kafka{why}: check it with "make status", then go on with '
            f"--replay-id {self.recipe.replay_id} (what arrived is not sent again)"
        )
