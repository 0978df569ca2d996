"""What needs no broker: arguments, and mistakes that end with one line."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest import producer
from ingest.arguments import UsageError, parse
from ingest.command import main
from ingest.producer import DeliveryError, EventProducer
from ingest.stop import Stop
from settings import load_settings

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_unreachable_broker_is_one_line_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = load_settings()
    address = f"127.0.0.1:{free_port()}"
    monkeypatch.setattr(producer, "CONNECT_SECONDS", 1)
    kafka = settings.kafka.model_copy(update={"bootstrap_servers": address})
    with pytest.raises(DeliveryError) as caught:
        EventProducer(kafka, settings.ingest, "ecommerce-events")
    assert str(caught.value) == (
        f'No Kafka broker answers at {address}: run "make up", '
        "or correct KAFKA_BOOTSTRAP_SERVERS in .env"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--limit", "0"], "--limit must be 1 or more"),
        (["--rate", "fast"], "invalid float value"),
        (["--mode", "loop"], "invalid choice"),
        (["--mode", "rate", "--speedup", "60"], "--speedup does not fit --mode rate"),
        (["--mode", "speedup", "--rate", "60"], "--rate does not fit --mode speedup"),
        (["--duration", "soon"], "--duration: 'soon' is no duration"),
        (["--start-at", "noon"], "--start-at takes a time like"),
        (["--seed", "-1"], "--seed must be 0 or more"),
        (["--late", "1"], "--late takes a percentage like 1%"),
        (["--late-by", "60s..3s"], "--late-by takes a range"),
        (["--bursts", "1x/10s"], "--bursts takes a factor above 1x"),
        (["--late", "60%", "--malformed", "60%"], "more than 100%"),
        (["--faults", "nothing.toml"], "cannot be read"),
        (["--replay-id", "a b"], "--replay-id takes up to 100 letters"),
        (["--topic", ""], "--topic takes up to 100 letters"),
    ],
)
def test_wrong_argument_is_refused(words: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse(words, load_settings(), NOW)


def test_replay_is_named_after_mode_and_time() -> None:
    found = parse(["--mode", "original"], load_settings(), NOW)
    assert found.replay_id.startswith("original-20260102T030405-")
    assert len(found.replay_id) == len("original-20260102T030405-") + 4


@pytest.mark.parametrize(
    "words", [["--source", "nothing.csv"], ["--mode", "original", "--loop"], ["--rate", "0"]]
)
def test_mistake_ends_with_one_line_and_code_two(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words, Stop()) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "epoch_ms"),
    [
        ("2026-01-02T03:04:05Z", 1_767_323_045_000),
        ("2026-01-02 03:04:05.250", 1_767_323_045_250),
        ("2026-01-02T05:04:05+02:00", 1_767_323_045_000),
        ("1767323045", 1_767_323_045_000),
        ("1767323045250", 1_767_323_045_250),
    ],
)
def test_start_at_takes_iso_times_and_epochs(text: str, epoch_ms: int) -> None:
    assert parse(["--start-at", text], load_settings(), NOW).start_at_ms == epoch_ms


def test_speedup_alone_chooses_the_mode() -> None:
    found = parse(["--speedup", "30", "--duration", "10m"], load_settings(), NOW)
    assert (found.mode, found.speedup, found.duration) == ("speedup", 30.0, 600.0)


def test_options_win_over_the_file_of_faults(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text('late = "2%"\nlate_by = "1s..5s"\nmalformed = "0.5%"\n')
    found = parse(["--faults", str(file), "--late", "3%"], load_settings(), NOW).faults
    assert (found.late, found.late_by, found.malformed) == (0.03, (1.0, 5.0), 0.005)


@pytest.mark.parametrize("content", ['speed = "1%"', "late = 0.01", "late ="])
def test_a_file_of_faults_with_a_mistake_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "faults.toml"
    file.write_text(content)
    with pytest.raises(UsageError):
        parse(["--faults", str(file)], load_settings(), NOW)


def test_a_name_of_our_own_tells_when_the_replay_began() -> None:
    assert parse([], load_settings(), NOW).named_at_ms == 1_767_323_045_000
    assert parse(["--replay-id", "demo"], load_settings(), NOW).named_at_ms is None
