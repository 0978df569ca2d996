"""The ledger's entries from the files of a checkpoint, written out as the engine writes them."""

import json

import pytest

from streaming.ledger import Ledger, read_offset_log

TOPIC = "ecommerce-events"


def log(until: dict[str, int], watermark_ms: int = 0, version: str = "v1") -> str:
    metadata = {"batchWatermarkMs": watermark_ms, "batchTimestampMs": 5, "conf": {}}
    return f"{version}\n{json.dumps(metadata)}\n{json.dumps({TOPIC: until})}"


FILES = {
    "sources/0/0": '\x00v1\n{"ecommerce-events":{"0":3}}',
    "offsets/0": log({"0": 5}),
    "offsets/1": log({"0": 9, "1": 4}, 1_767_268_820_123),
}


def test_first_batch_begins_where_the_query_did() -> None:
    entry = Ledger(FILES.__getitem__, TOPIC).entry("q", 0)
    assert (entry["from"], entry["until"]) == ({"0": 3}, {"0": 5})
    assert entry["watermark"] == "1970-01-01T00:00:00.000Z"


def test_next_batch_begins_where_the_last_one_ended_also_after_a_restart() -> None:
    expected = {
        **{"query_id": "q", "batch_id": 1, "watermark": "2026-01-01T12:00:20.123Z"},
        **{"from": {"0": 5, "1": 0}, "until": {"0": 9, "1": 4}, "windows_after": None},
    }
    restarted, running = (Ledger(FILES.__getitem__, TOPIC) for _ in range(2))
    running.entry("q", 0)
    assert restarted.entry("q", 1) == expected
    assert running.entry("q", 1) == expected


def test_a_batch_that_is_repeated_has_the_same_entry() -> None:
    ledger = Ledger(FILES.__getitem__, TOPIC)
    assert ledger.entry("q", 1) == ledger.entry("q", 1)


def test_a_query_that_a_repair_began_tells_where_its_windows_begin() -> None:
    after = "2026-01-01T12:00:11.000Z"
    entry = Ledger(FILES.__getitem__, TOPIC, after).entry("q", 0)
    assert entry["windows_after"] == after


def test_a_log_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 'v2'"):
        read_offset_log(log({}, version="v2"), TOPIC)
