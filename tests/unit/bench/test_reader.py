"""The topic as the recount reads it: accepted events in columns, refused ones with their reason."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bench.recount import reader, topic
from bench.recount.lateness import COUNTED
from bench.recount.reader import read_topic
from bench.recount.source import Topic
from bench.recount.topic import Record
from settings import load_settings

NOON_MS = 1767268800_000  # 2026-01-01T12:00:00Z
EVENT = {"event_time": "2026-01-01T12:00:00Z", "event_type": "view", "product_id": "7"}
EVENT |= {"price": 1.5, "user_id": "9"}


def read(monkeypatch: pytest.MonkeyPatch, *values: bytes | None) -> Topic:
    """What is read of a topic with these messages on one partition."""

    def records(*_: Any) -> Iterator[Record]:
        for offset, value in enumerate(values):
            yield Record("events", 0, offset, NOON_MS, value)

    monkeypatch.setattr(topic, "read", records)
    monkeypatch.setattr(topic, "offsets", lambda *_: ({0: 0}, {0: len(values)}))
    return read_topic(load_settings(), lambda _: None)


def message(**changes: Any) -> bytes:
    return json.dumps(EVENT | changes).encode()


def test_a_topic_of_refused_messages_alone_has_no_event_with_any_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = read(monkeypatch, b"no event", None)
    assert found.refused == [(0, 0, "not_json"), (0, 1, "not_json")]
    assert found.with_verdict(COUNTED).num_rows == 0


def test_events_are_the_same_in_however_many_parts_they_are_packed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = [message(event_id=f"e{number}") for number in range(5)]
    whole = read(monkeypatch, *values).events
    monkeypatch.setattr(reader, "REPORT_EVERY", 2)
    parts = read(monkeypatch, *values).events
    assert parts["event_id"].to_pylist() == ["e0", "e1", "e2", "e3", "e4"]
    assert (parts == whole, parts["event_id"].num_chunks) == (True, 3)


def test_an_event_has_its_columns_with_empty_text_for_what_it_has_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (row,) = read(monkeypatch, message(category_code="auto.part")).events.to_pylist()
    assert {name: row[name] for name in ("event_id", "brand", "category", "category_code")} == {
        **{"event_id": "events-0-0", "brand": "", "category": "auto", "category_code": "auto.part"}
    }
    assert (row["product_id"], row["user_id"], row["user_session"]) == ("7", "9", "")
