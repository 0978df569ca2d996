"""What is wrong with a place is a difference; what cannot be read at all is one line."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from confluent_kafka import KafkaError, KafkaException

from bench.recount import places, topic
from bench.recount.windows import Content, Key, Numbers
from settings import load_settings

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ZERO = Decimal("0.00")
ONE_VIEW: Numbers = (1, 0, 0, 0, Decimal("9.50"), ZERO, ZERO, Decimal("9.50"))
CELLS = {
    b"metrics:views": b"1",
    b"metrics:carts": b"0",
    b"metrics:purchases": b"0",
    b"metrics:removals": b"0",
    b"metrics:view_value": b"9.50",
    b"metrics:cart_value": b"0.00",
    b"metrics:purchase_value": b"0.00",
    b"metrics:total_value": b"9.50",
    b"metrics:updated_at": b"2026-01-01T12:00:01.000Z",
}
Rows = list[tuple[bytes, dict[bytes, bytes]]]


def hbase(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> dict[Key, Content]:
    """What is read of HBase when event_counts has these rows."""

    def table(name: str) -> Any:
        return SimpleNamespace(scan=lambda **_: rows if name == "event_counts" else [])

    connection = SimpleNamespace(table=table, close=lambda: None)
    monkeypatch.setattr(places.happybase, "Connection", lambda *_, **__: connection)
    return places.hbase(load_settings())


@pytest.mark.parametrize(
    ("cells", "content"),
    [
        (CELLS, ONE_VIEW),
        ({name: cell for name, cell in CELLS.items() if name != b"metrics:carts"}, "lacks carts"),
        ({b"metrics:updated_at": b"now"}, "lacks views"),
        (CELLS | {b"metrics:views": b"one"}, "has views 'one'"),
        (CELLS | {b"metrics:view_value": b"much"}, "has view_value 'much'"),
        (CELLS | {b"metrics:view_value": b"NaN"}, "has view_value 'NaN'"),
        (CELLS | {b"metrics:view_value": b"\xff"}, "has view_value '\ufffd'"),
    ],
)
def test_a_row_of_hbase_is_read_or_says_what_is_wrong(
    cells: dict[bytes, bytes], content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hbase([(b"20260101_120000", cells)], monkeypatch) == {(NOON, "all", ""): content}


def test_a_key_that_is_no_window_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(topic.TopicError, match=r"event_counts: b'mine' is not the key of a window"):
        hbase([(b"mine", CELLS)], monkeypatch)


def test_a_window_that_delta_has_twice_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = dict.fromkeys(("view_count", "cart_count", "purchase_count", "remove_count"), 0)
    values = dict.fromkeys(("view_value", "cart_value", "purchase_value", "total_value"), ZERO)
    row = {"window_started_at": NOON, "dimension": "all", "value": ""} | counts | values
    row |= {"analytics_partition": 1, "analytics_offset": 8}
    rows = pa.Table.from_pylist([row | {"view_count": 1}, row])
    monkeypatch.setattr(places, "_rows", lambda *_: rows)
    found, landed = places.window_metrics(load_settings())
    assert (found, landed) == ({(NOON, "all", ""): "has it 2 times"}, {1: 9})


def update(
    offset: int, views: int, key: bytes | None, second: int = 0, partition: int = 0
) -> topic.Record:
    """An update of a window of the shop; `second` is where the window starts."""
    row = {"window_started_at": f"2026-01-01T12:00:{second:02d}Z", "dimension": "all", "value": ""}
    row |= dict(zip(places.FIELD_NAMES, [views, 0, 0, 0, "9.50", "0", "0", "9.50"], strict=True))
    return topic.Record("a", partition, offset, 0, json.dumps(row).encode(), key=key)


@pytest.mark.parametrize(
    ("records", "views"),
    [
        ([update(1, 1, b"k"), update(2, 3, b"k")], [3]),
        ([update(1, 1, b"k"), update(2, 3, b"k", second=2)], [3]),  # another window under its key
        ([update(1, 1, b"k"), update(2, 3, b"other")], [3]),
        ([update(2, 3, b"other"), update(1, 1, b"k")], [3]),
        ([update(1, 1, None), update(2, 3, None, second=2)], [1, 3]),
        ([update(1, 5, b"k"), topic.Record("a", 0, 2, 0, None, key=b"k")], [5]),
    ],
)
def test_the_last_update_of_a_window_is_its_value(
    records: list[topic.Record], views: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places.topic, "read", lambda *_: iter(records))
    found, updates = places.analytics(load_settings())
    assert [content[0] for content in found.values()] == views
    assert [at.offset for at in updates.values()] == [
        max(r.offset for r in records if r.value and f'"view_count": {n},'.encode() in r.value)
        for n in views
    ]


class Broken:
    """A consumer whose broker goes away after it has answered once."""

    def __init__(self, _settings: object) -> None: ...

    def list_topics(self, name: str, **_: object) -> Any:
        return SimpleNamespace(topics={name: SimpleNamespace(partitions={0: None})})

    def get_watermark_offsets(self, *_: object, **__: object) -> None:
        raise KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN))

    def close(self) -> None: ...


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic, "Consumer", Broken)


@pytest.mark.usefixtures("broken")
def test_a_broker_that_fails_on_the_way_is_one_line() -> None:
    told = r"topic events cannot be read at 127\.0\.0\.1:9 \(_ALL_BROKERS_DOWN\)"
    for read in (topic.offsets, lambda *asked: next(topic.read(*asked))):
        with pytest.raises(topic.TopicError, match=told) as failed:
            read("127.0.0.1:9", "events")
        assert isinstance(failed.value.__cause__, KafkaException)
