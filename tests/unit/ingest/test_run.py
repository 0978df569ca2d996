"""A replay keeps to its schedule, and is gentle when the machine has stood still."""

from types import SimpleNamespace

import pytest

from ingest import run
from ingest.pacing import CatchUp
from ingest.run import Run
from ingest.stop import Stop
from tests.unit.ingest.builders import START, recipe, sends
from tests.unit.ingest.fakes import FakeClock, FakeProducer, most_in_a_second


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock(START)
    monkeypatch.setattr(run, "time", SimpleNamespace(sleep=clock.sleep))
    return clock


def replay(clock: FakeClock, producer: FakeProducer) -> Run:
    progress = SimpleNamespace(producer=producer, clock=clock, due_at=None)
    return Run(recipe(), progress, Stop(), CatchUp(2), 1, logs_lines=False)  # type: ignore[arg-type]


def test_events_leave_when_they_are_due(clock: FakeClock) -> None:
    producer = FakeProducer(clock)
    replay(clock, producer).send_all(iter(sends(20)))
    assert [at for at, _ in producer.taken] == pytest.approx([START + n / 10 for n in range(20)])


def test_a_pause_of_the_machine_for_a_minute_is_no_burst(clock: FakeClock) -> None:
    """Twice the rate until the schedule is caught up with, and a quarter of a second at once."""
    producer = FakeProducer(clock, pause_at=10)
    replay(clock, producer).send_all(iter(sends(1500)))
    assert most_in_a_second(producer) <= 2 * 10 * 1.25 + 1
    # A minute's backlog is caught up with after another minute: what is due then leaves in time.
    left = [at for at, _ in producer.taken]
    assert left[1400:] == pytest.approx([START + n / 10 for n in range(1400, 1500)])
