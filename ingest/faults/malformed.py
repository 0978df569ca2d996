"""The ways to damage a message, each with the reason for which the contract then refuses it (pure)."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from ingest.events import Event, encode

LARGE_BYTES = 70_000
HUGE_BYTES = 2_000_000


class Damage(NamedTuple):
    """How the bytes are made (of the event and a number from 0 to 1), and what the verdict must be."""

    make: Callable[[Event, float], bytes | None]
    reason: str


def _truncated(event: Event, at: float) -> bytes:
    # cut as text: half of a character would be another fault
    whole = encode(event).decode()
    return whole[: 1 + int(at * (len(whole) - 2))].encode()


def _not_utf8(event: Event, _at: float) -> bytes:
    return encode(event).replace(b'"product_id":"', b'"product_id":"\xff\xfe', 1)


def _nul(event: Event, _at: float) -> bytes:
    return encode(event).replace(b'"product_id":"', b'"product_id":"\x00', 1)


def _with(**fields: Any) -> Callable[[Event, float], bytes]:
    def make(event: Event, _at: float) -> bytes:
        changed = {**event, **fields}
        return json.dumps(changed, ensure_ascii=False, separators=(",", ":")).encode()

    return make


def _without(name: str) -> Callable[[Event, float], bytes]:
    def make(event: Event, _at: float) -> bytes:
        left = {key: value for key, value in event.items() if key != name}
        return json.dumps(left, ensure_ascii=False, separators=(",", ":")).encode()

    return make


DAMAGES = {
    "truncated": Damage(_truncated, "not_json"),
    "empty": Damage(lambda event, at: b"", "not_json"),
    "null": Damage(lambda event, at: None, "not_json"),
    "not_utf8": Damage(_not_utf8, "bad_text"),
    "nul": Damage(_nul, "bad_text"),
    "nul_escaped": Damage(_with(user_session="a\0b"), "bad_text"),
    "large": Damage(_with(note="x" * LARGE_BYTES), "too_large"),
    "huge": Damage(_with(note="x" * HUGE_BYTES), "too_large"),
    "missing_field": Damage(_without("user_id"), "missing_field"),
    "wrong_type": Damage(_with(product_id={"id": 1}), "missing_field"),
    "unknown_type": Damage(_with(event_type="wish"), "unknown_event_type"),
    "bad_time": Damage(_with(event_time="yesterday"), "bad_event_time"),
    "no_such_day": Damage(_with(event_time="2020-02-30 00:00:00 UTC"), "bad_event_time"),
    "price_nan": Damage(_with(price=float("nan")), "bad_price"),
    "price_negative": Damage(_with(price=-1.5), "bad_price"),
    "price_huge": Damage(_with(price=1e12), "bad_price"),
    "price_three_decimals": Damage(_with(price=1.234), "bad_price"),
    "price_wrong_type": Damage(_with(price=True), "bad_price"),
}
