"""The simulated shop as a source: its arguments, its waiting, and the events it makes."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from data.generator.live import Due
from ingest import command, simulate
from ingest.arguments import UsageError
from ingest.pacing import CatchUp
from ingest.simulate import Sender, event_at, is_asked, parse
from ingest.stop import Stop
from settings import load_settings
from tests.unit.ingest.fakes import FakeClock, FakeProducer, most_in_a_second

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WORDS = ["--source", "simulate"]
ROW = {
    "event_time": "2026-01-02 03:04:05 UTC",
    "event_type": "view",
    "product_id": "1",
    "category_id": "2",
    "category_code": "",
    "brand": "asus",
    "price": "3.50",
    "user_id": "4",
    "user_session": "s",
}


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["--source", "simulate"], True),
        (["--rate", "5", "--source=simulate"], True),
        (["--source", "events.csv"], False),
        (["simulate"], False),
        (["--source"], False),
        ([], False),
    ],
)
def test_simulated_shop_is_known_by_its_source(words: list[str], asked: bool) -> None:
    assert is_asked(words) is asked


def test_defaults_are_settings() -> None:
    found = parse(WORDS, load_settings(), NOW)
    assert found.rate == load_settings().ingest.rate
    assert found.topic == load_settings().kafka.events_topic
    assert found.replay_id.startswith("simulate-20260102T030405-")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--rate", "0"], "--rate must be more than 0"),
        (["--rate", "inf"], "--rate must be more than 0"),
        (["--limit", "0"], "--limit must be 1 or more"),
        (["--seed", "-1"], "--seed must be 0 or more"),
        (["--replay-id", "a b"], "--replay-id takes up to 100 letters"),
        (["--preset", "toys"], "invalid choice"),
        (["--mode", "rate"], "unrecognized arguments: --mode rate"),
        (["--incident", "fire"], "'fire' is no incident"),
        (["--incident", "spike:brand=nosuchbrand x2"], "the shop has no brand 'nosuchbrand'"),
    ],
)
def test_mistake_is_told_before_anything_is_started(words: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        simulate.check([*WORDS, *words], load_settings())


def test_mistake_is_one_line_and_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([*WORDS, "--rate", "0"], Stop()) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: --rate must be")
    assert error.count("\n") == 1


def test_event_time_is_the_instant_at_which_the_row_was_due() -> None:
    event = event_at(Due(NOW.timestamp() + 0.25, ROW), "simulate-1", 8)
    assert event["event_id"] == "simulate-1-8"
    assert event["event_time"] == event["produced_at"] == "2026-01-02T03:04:05.250Z"
    assert event["source_event_time"] == "2026-01-02 03:04:05 UTC"
    assert event["category_code"] is None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(simulate, "time", SimpleNamespace(sleep=clock.sleep))
    return clock


def dues(*instants: float) -> Iterator[Due]:
    return (Due(at, ROW) for at in instants)


def sender(clock: FakeClock, producer: FakeProducer, keep_going: Callable[[], bool]) -> Sender:
    simulation = parse([*WORDS, "--replay-id", "r"], load_settings(), NOW)
    started_at = NOW.timestamp()
    catch_up = CatchUp(2)
    return Sender(simulation, producer, clock, keep_going, 3, "user_id", started_at, catch_up)  # type: ignore[arg-type]


def test_a_shop_that_was_stopped_for_a_minute_does_not_burst(clock: FakeClock) -> None:
    """Ten rows a second: twice as many until it has caught up, and a quarter of a second at once."""
    producer = FakeProducer(clock, pause_at=10)
    sender(clock, producer, lambda: True).send_all(dues(*(1000 + n / 10 for n in range(700))))
    assert most_in_a_second(producer) <= 2 * 10 * 1.25 + 1
    assert producer.sent == 700


def test_rows_are_sent_when_they_are_due_and_late_ones_at_once(clock: FakeClock) -> None:
    producer = FakeProducer(clock)
    sender(clock, producer, lambda: True).send_all(dues(999.0, 1000.5, 1002.0))
    assert [at for at, _ in producer.taken] == pytest.approx([1000.0, 1000.5, 1002.0])
    events = [json.loads(message.value or b"") for _, message in producer.taken]
    names, numbers = zip(*(event["event_id"].rsplit("-", 1) for event in events), strict=True)
    assert numbers == ("0", "1", "2")
    assert len(set(names)) == 1


def test_a_shop_that_is_opened_again_gives_no_event_id_a_second_time(clock: FakeClock) -> None:
    producer = FakeProducer(clock)
    for _ in range(2):  # the supervisor starts it again with the same arguments
        sender(clock, producer, lambda: True).send_all(dues(1000.0, 1000.5))
    ids = [json.loads(message.value or b"")["event_id"] for _, message in producer.taken]
    assert len(set(ids)) == 4
    assert all(event_id.startswith("r-") for event_id in ids)


def test_headers_mark_the_simulated_shop(clock: FakeClock) -> None:
    producer = FakeProducer(clock)
    sender(clock, producer, lambda: True).send_all(dues(1000.0))
    message = producer.taken[0][1]
    # crc32 of "4" is 4088798008, which leaves 1 when divided by 3
    assert (message.key, message.partition) == (b"4", 1)
    assert dict(message.headers) == {
        "replay_id": b"r",
        "send_index": b"0",
        "replay_mode": b"simulate",
        "replay_started_at": b"2026-01-02T03:04:05.000Z",
        "partition_count": b"3",
    }


def test_stop_ends_the_wait_for_a_row(clock: FakeClock) -> None:
    producer = FakeProducer(clock)
    sender(clock, producer, lambda: clock.now < 1001).send_all(dues(1000.5, 1100.0))
    assert producer.sent == 1
    assert clock.now == pytest.approx(1001, abs=0.2)
