"""A clock and a producer without time and without Kafka."""

from collections.abc import Callable

from ingest.producer import Message

PAUSE_SECONDS = 60


class FakeClock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


class FakeProducer:
    """Takes events and notes when; behind one of them the machine stands still."""

    acknowledged = failed = retried = undelivered = 0
    has_failed = False
    failure = None

    def __init__(self, clock: FakeClock, pause_at: int = -1) -> None:
        self._clock = clock
        self._pause_at = pause_at
        self.taken: list[tuple[float, Message]] = []

    @property
    def sent(self) -> int:
        return len(self.taken)

    def send(self, message: Message, _keep_going: Callable[[], bool]) -> bool:
        self.taken.append((self._clock.now, message))
        if self.sent == self._pause_at:
            self._clock.now += PAUSE_SECONDS
        return True

    def flush(self, _seconds: float, _keep_going: Callable[[], bool]) -> None:
        """Nothing is in flight."""


def most_in_a_second(producer: FakeProducer) -> int:
    """The most events that left within any second."""
    left = [at for at, _ in producer.taken]
    return max(sum(at <= other < at + 1 for other in left) for at in left)
