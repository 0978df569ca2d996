"""The recount's own reading of the contract: every reason, which one wins, and every form of time and price."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bench.recount.verdict import Verdict, judge, read_price, read_time

APPENDED = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
NOON = datetime(2020, 9, 24, 11, 57, 6, tzinfo=UTC)
HALF_PAST = NOON + timedelta(milliseconds=500)
GOOD = {"event_id": "e1", "event_time": "2020-09-24 11:57:06 UTC", "event_type": "view"}
GOOD |= {"product_id": "7", "price": 5.25, "user_id": "u1"}


def message(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def judged(value: bytes | None) -> Verdict:
    return judge(value, APPENDED, "events-1-9", max_bytes=65536, max_future=5)


REASONS: dict[str, list[bytes | None]] = {
    "too_large": [b"x" * 65537, b"\xff" * 65537],
    "bad_text": [
        *(b"\xff", message(brand="a\0b"), b"not json \0", message(unknown="\0")),
        *(message(user_id="7" * 256), message(brand="\u00e9" * 128)),
        *(message(category_code="c" * 256), message(user_session="s" * 256)),
    ],
    "not_json": [
        *(b"", None, b"5", b"null", b"[1]", b"text", b'{"a": 1', b'{"a": 1} x'),
        b"[" * 60_000,
    ],
    "missing_field": [
        *(message(**{name: None}) for name in GOOD if name != "event_id"),
        *(message(product_id=""), message(user_id=True), message(product_id=1.5)),
        *(message(event_id=["e"]), message(brand={"a": 1}), message(user_session=[])),
    ],
    "unknown_event_type": [
        message(event_type=kind) for kind in ("wish", "VIEW", 5, True, ["view"])
    ],
    "bad_event_time": [
        *(message(event_time=time) for time in ("yesterday", "2020-13-01 00:00:00", "12", True)),
        *(message(event_time=["2020"]), message(event_time="9999-12-31T23:59:59-05:00")),
        message(event_time="0001-01-01T00:00:00+05:00"),
    ],
    "bad_price": [
        *(message(price=price) for price in (-0.01, 1.001, 10**10, "free", True, [5])),
        *(message(price=float("nan")), message(price=float("inf")), message(price="1_000")),
        message(price="\u0661\u0662"),
    ],
    "future_event_time": [message(event_time="2026-01-01T12:00:05.001Z")],
}
CASES = [(reason, value) for reason, values in REASONS.items() for value in values]


@pytest.mark.parametrize(("reason", "value"), CASES)
def test_message_is_refused_with_its_reason(reason: str, value: bytes | None) -> None:
    assert judged(value).reason == reason


def test_first_reason_of_the_contract_wins() -> None:
    faults = {
        "unknown_event_type": {"event_type": "wish"},
        "bad_event_time": {"event_time": "never"},
        "bad_price": {"price": -1},
    }
    changes: dict[str, Any] = {"event_time": "2030-01-01T00:00:00Z"}
    for reason, fault in reversed(faults.items()):
        changes |= fault
        assert judged(message(**changes)).reason == reason
    assert judged(message(**changes, user_id="")).reason == "missing_field"
    assert judged(message(**changes, user_id="", brand="b" * 256)).reason == "bad_text"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((text, NOON) for text in ("2020-09-24 11:57:06 UTC", "2020-09-24 11:57:06")),
        *((text, NOON) for text in ("2020-09-24T11:57:06Z", "2020-09-24T13:57:06+02:00")),
        *(("2020-09-24T06:27:06-05:30", NOON), ("2020-09-24T13:57:06+0200", NOON)),
        *((number, NOON) for number in (1600948626, "1600948626", 1600948626000, "1600948626000")),
        *(("2020-09-24T11:57:06.5Z", HALF_PAST), ("2020-09-24 11:57:06.500 UTC", HALF_PAST)),
        *((Decimal("1600948626.5"), HALF_PAST), ("1600948626.5", HALF_PAST)),
        *((1600948626500, HALF_PAST), ("1600948626500", HALF_PAST)),
    ],
)
def test_time_is_read_in_every_form(value: Any, expected: datetime) -> None:
    assert read_time(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((0, "0.00"), ("0", "0.00"), (5, "5.00"), (Decimal("5.2"), "5.20"), ("5.25", "5.25")),
        *((Decimal("1e2"), "100.00"), ("9999999999.99", "9999999999.99")),
    ],
)
def test_price_is_read_as_number_or_decimal_text(value: Any, expected: str) -> None:
    assert str(read_price(value)) == expected


def test_accepted_event_keeps_what_the_recount_needs() -> None:
    value = message(brand="sony", category_code="electronics.video.tv", price="5.25")
    expected = ("", "e1", NOON, "view", "sony", "electronics", Decimal("5.25"))
    verdict = judged(value)
    assert (verdict.reason, verdict.event_id, verdict.event_time, verdict.event_type) == expected[
        :4
    ]
    assert (verdict.brand, verdict.category, verdict.price) == expected[4:]


def test_event_without_id_is_named_by_its_place() -> None:
    assert judged(message(event_id=None)).event_id == "events-1-9"


def test_event_without_brand_and_category_has_the_stand_ins() -> None:
    verdict = judged(message(brand=None, category_code=""))
    assert (verdict.brand, verdict.category) == ("", "uncategorized")


def test_integer_ids_are_taken() -> None:
    assert judged(message(product_id=7, user_id=2**60)).reason == ""


def test_event_as_far_ahead_as_allowed_is_taken() -> None:
    assert judged(message(event_time="2026-01-01T12:00:05Z")).reason == ""


def test_texts_of_255_bytes_are_taken() -> None:
    assert judged(message(brand="b" * 255, user_session="s" * 255)).reason == ""


def test_half_a_character_does_not_stop_the_recount() -> None:
    assert judged(message(brand="\ud800")).brand == "?"
