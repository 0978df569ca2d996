"""The parts of the producer that need no broker: keys, headers, arguments, one-line errors."""

import socket
from datetime import UTC, datetime

import pytest

from ingest import producer
from ingest.__main__ import main
from ingest.arguments import UsageError, parse
from ingest.events import Event
from ingest.producer import DeliveryError, EventProducer, message_headers, partition_key
from settings import load_settings

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
EVENT = Event(
    event_id="demo-0",
    event_time="2026-01-02T03:04:05.000Z",
    event_type="view",
    product_id="11",
    category_id="22",
    category_code=None,
    brand=None,
    price=1.5,
    user_id="33",
    user_session=None,
    produced_at="2026-01-02T03:04:05.000Z",
    source_event_time="2020-09-24 11:57:06 UTC",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("partition_by", "key"),
    [("user_id", b"33"), ("product_id", b"11"), ("event_type", b"view"), ("user_session", b"33")],
)
def test_key_is_the_chosen_field_and_the_user_where_it_is_null(
    partition_by: str, key: bytes
) -> None:
    assert partition_key(EVENT, partition_by) == key


def test_headers_mark_the_replay() -> None:
    assert message_headers("demo", 7, "rate") == [
        ("replay_id", b"demo"),
        ("send_index", b"7"),
        ("replay_mode", b"rate"),
    ]


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
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
