"""The second reading of the contract, case by case."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bench.recount.verdict import Verdict, judge, read_time

APPENDED = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = {"event_time": "2020-09-24 12:00:01 UTC", "event_type": "view", "product_id": "1"}
GOOD |= {"price": 635.63, "user_id": 7}


def verdict(value: bytes | None) -> Verdict:
    return judge(value, APPENDED, "events-0-5", max_bytes=65536, max_future=5)


def message(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"x" * 65537, "too_large"),
        (b"\xff", "bad_text"),
        (message(brand="\0"), "bad_text"),
        (message(user_session="s" * 256), "bad_text"),
        (None, "not_json"),
        (b"[1]", "not_json"),
        (b'{"a": 1} x', "not_json"),
        (message(price=None), "missing_field"),
        (message(user_id=""), "missing_field"),
        (message(brand=1.5), "missing_field"),
        (message(event_type="wish"), "unknown_event_type"),
        (message(event_time="2020-02-30 00:00:00 UTC"), "bad_event_time"),
        (message(event_time=True), "bad_event_time"),
        (message(price=-1), "bad_price"),
        (message(price=1.005), "bad_price"),
        (message(price=float("nan")), "bad_price"),
        (message(price=10**10), "bad_price"),
        (message(event_time="2026-01-01T00:00:05.001Z"), "future_event_time"),
        (message(event_time="2026-01-01T00:00:05Z"), ""),
        (message(price="635.63"), ""),
    ],
)
def test_reason(value: bytes | None, reason: str) -> None:
    assert verdict(value).reason == reason


def test_an_accepted_event_without_an_id_is_known_by_its_place() -> None:
    found = verdict(message(category_code="electronics.video.tv"))
    assert found == Verdict(
        *("", "events-0-5", datetime(2020, 9, 24, 12, 0, 1, tzinfo=UTC), "view", ""),
        *("electronics", Decimal("635.63")),
    )


def test_offsets_on_both_sides_of_greenwich_are_taken_off() -> None:
    noon = datetime(2020, 9, 24, 12, 0, tzinfo=UTC)
    assert read_time("2020-09-24T17:30:00+0530") == noon
    assert read_time("2020-09-24T06:30:00-05:30") == noon
    assert read_time(1600948800) == read_time("1600948800000") == noon
