"""Repeats are told by their cause: on purpose, sent again by a killed producer, or by somebody else's producer."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from bench.recount.lateness import COUNTED, REPEATED
from bench.recount.reader import copy_of
from bench.recount.repeats import by_cause, lines
from bench.recount.source import Copy, Topic
from bench.recount.windows import EVENTS
from tests.unit.bench.shop import Shop, recounted

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
Said = tuple[str, str, Copy | None]  # event_id, verdict, headers


def found(*said: Said) -> dict[str, dict[str, Any]]:
    """The causes of a topic with these events, one after the other on partition 0."""
    rows = [{"event_id": s[0], "partition": 0, "offset": n} for n, s in enumerate(said)]
    copies = {(0, offset): s[2] for offset, s in enumerate(said) if s[2]}
    verdicts = [verdict for _, verdict, _ in said]
    events = pa.Table.from_pylist(rows, EVENTS)
    return by_cause(
        Topic(len(said), events, [], True, NOON, verdicts=verdicts, copies=copies)  # type: ignore[arg-type]
    )


def counts(*said: Said) -> list[int]:
    """Injected, sent again, by a producer without a plan."""
    return [row["count"] for row in found(*said).values()]


FIRST: Said = ("a", COUNTED, None)


def test_an_injected_duplicate_is_known_by_its_header() -> None:
    assert counts(FIRST, ("a", REPEATED, Copy("r", "9", "duplicate"))) == [1, 0, 0]


@pytest.mark.parametrize("fault", ["", "late", "burst", "out_of_order"])
def test_a_message_without_that_header_was_sent_again(fault: str) -> None:
    assert counts(FIRST, ("a", REPEATED, Copy("r", "5", fault))) == [0, 1, 0]


def test_an_injected_duplicate_that_was_sent_again_is_both_once() -> None:
    twice: Said = ("a", REPEATED, Copy("r", "9", "duplicate"))
    assert counts(FIRST, twice, twice) == [1, 1, 0]
    other: Said = ("b", REPEATED, Copy("other replay", "9", "duplicate"))
    assert counts(FIRST, twice, other) == [2, 0, 0]


def test_a_shop_s_own_producer_has_no_plan() -> None:
    assert counts(FIRST, ("a", REPEATED, Copy()), ("a", REPEATED, None)) == [0, 0, 2]


def test_a_copy_that_was_counted_is_no_repeat() -> None:
    assert counts(FIRST, ("a", COUNTED, Copy("r", "9", "duplicate"))) == [0, 0, 0]


def test_the_first_ten_are_listed_in_full_and_all_are_counted() -> None:
    said: list[Said] = [("a", REPEATED, Copy("r", str(number), "")) for number in range(12)]
    row = found(FIRST, *said)["sent_again"]
    assert (row["count"], len(row["first"])) == (12, 10)
    assert row["first"][9] == {
        **{"event_id": "a", "partition": 0, "offset": 10},
        **{"replay_id": "r", "send_index": "9", "fault": ""},
    }


def test_headers_are_read_whoever_wrote_them() -> None:
    assert copy_of(None) == Copy()
    raw = [("send_index", b"7"), ("fault", None), ("replay_id", b"\xff"), ("more", b"x")]
    assert copy_of(raw) == Copy("\ufffd", "7", "")


def test_the_command_lists_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(headers={4: {"replay_id": "r", "send_index": "2"}})
    _, answer = recounted(shop, monkeypatch, capsys)
    assert answer["repeats"]["injected"] == {"count": 0, "first": []}
    assert lines(answer["repeats"]) == [
        "1 sent again by a replay (a request of a producer that was killed)",
        "event_id e2, partition 0, offset 4, replay_id r, send_index 2",
    ]
