"""The shortcut of the recount says what the long way says, or nothing."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.recount import details, plain, verdict

APPENDED_AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIMITS = {"max_bytes": 2000, "max_future": 5}
EVENT = {
    **{"event_id": "rate-1-0", "event_time": "2026-01-01T12:00:00.123Z", "event_type": "view"},
    **{"product_id": "7", "category_id": None, "category_code": "auto.part", "brand": "sony"},
    **{"price": 1.5, "user_id": "9", "user_session": None},
    **{"produced_at": "2026-01-01T12:00:00.123Z"},
    **{"source_event_time": "2020-09-24 11:57:06 UTC"},
}


def message(**changes: Any) -> bytes:
    text = json.dumps(EVENT | changes, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="surrogatepass")


def test_a_replayed_message_takes_the_short_way() -> None:
    found = plain.judge(message(), APPENDED_AT, **LIMITS)
    assert found == verdict.Verdict(
        *("", "rate-1-0", datetime(2026, 1, 1, 12, 0, 0, 123000, UTC), "view", "sony", "auto"),
        Decimal("1.50"),
    )


def test_both_ways_read_the_same_details() -> None:
    value = message(category_id="3", user_session="s\u00e9")
    found = plain.read(value, APPENDED_AT, **LIMITS)
    assert found is not None
    assert found[1] == details.Details("7", "3", "auto.part", "9", "s\u00e9")
    assert details.read(value) == found[1]


def test_details_are_text_and_empty_where_the_message_has_none() -> None:
    value = message(product_id=7, category_code=None, user_id=2**60, user_session="\ud800")
    assert details.read(json.dumps(json.loads(value)).encode()) == details.Details(
        "7", "", "", str(2**60), "?"
    )


@pytest.mark.parametrize("price", [b"007", b"01.5", b"00"])
def test_a_number_that_json_does_not_have_is_left_to_the_long_way(price: bytes) -> None:
    value = message().replace(b'"price":1.5', b'"price":' + price)
    assert plain.judge(value, APPENDED_AT, **LIMITS) is None
    assert verdict.judge(value, APPENDED_AT, "t-0-0", **LIMITS).reason == "not_json"


SIGNS = 'a.7"\\/\u00e9\u4e2d\x00\x1f\x7f '
TEXTS = st.one_of(
    *(st.none(), st.text(SIGNS, max_size=12)),
    st.sampled_from(["x" * 255, "x" * 256, "\u00e9" * 127, "\u00e9" * 128]),
)
PRICES = st.one_of(
    st.integers(-5, 10**11), st.decimals(0, 10**6, places=3).map(float), st.none(), st.text("1.e-")
)
TIMES = st.sampled_from(
    [
        *("2026-01-01T12:00:05.000Z", "2026-01-01T12:00:05.001Z", "2026-02-30T00:00:00.000Z"),
        *("1969-12-31T23:59:59.999Z", "2201-01-01T00:00:00.000Z", "2026-01-01T12:00:00Z", ""),
    ]
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            **{"event_id": TEXTS, "brand": TEXTS, "category_code": TEXTS, "price": PRICES},
            **{"event_time": TIMES, "event_type": st.sampled_from(["cart", "wish", ""])},
            **{"user_id": TEXTS, "category_id": TEXTS, "user_session": TEXTS},
        },
    )
)
def test_the_short_way_never_disagrees_with_the_long_one(changes: dict[str, Any]) -> None:
    value = message(**changes)
    short = plain.judge(value, APPENDED_AT, **LIMITS)
    assert short is None or short == verdict.judge(value, APPENDED_AT, "t-0-0", **LIMITS)
    read = plain.read(value, APPENDED_AT, **LIMITS)
    assert read is None or read[1] == details.read(value)


@pytest.mark.parametrize(
    "value",
    [
        *(None, b"", b"{}", message()[:-1], message() + b" ", message() * 2),
        *(message(brand='"'), message(brand="\\u0000"), message(brand="x" * 256)),
        *(message().replace(b"sony", b"\xff"), message(event_id=""), message(note=1)),
        message(price=1e300),
    ],
)
def test_what_is_not_surely_plain_takes_the_long_way(value: bytes | None) -> None:
    assert plain.judge(value, APPENDED_AT, **LIMITS) is None
