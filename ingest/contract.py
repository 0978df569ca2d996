"""What the contract of the topic refuses, as far as the sending side has to know it (pure)."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ingest.events import Event, encode

LABELS = ("product_id", "category_id", "category_code", "brand", "user_id", "user_session")
LABEL_BYTES = 255
PRICE_END = 10**10
TIMES = ("1970-01-01", "2201-01-01")
END_OF_TIME = datetime(2201, 1, 1, tzinfo=UTC).timestamp()


class Limits(NamedTuple):
    """The settings that a verdict depends on."""

    max_event_bytes: int
    max_future_seconds: float


def reason_against(event: Event, due_at: float, limits: Limits) -> str:
    """Why the contract refuses an event that the replay sends as its file has it; '' if it does not.

    A shop's file may hold negative prices or times that are still to come: they are sent, and
    refused behind the topic, like anyone's.
    """
    # characters first: bytes are counted for the rare text that could be too long
    long = [len(event[name] or "") > LABEL_BYTES // 4 for name in LABELS]  # type: ignore[literal-required]
    if any(long):
        if len(encode(event)) > limits.max_event_bytes:
            return "too_large"
        if any(len((event[name] or "").encode()) > LABEL_BYTES for name in LABELS):  # type: ignore[literal-required]
            return "bad_text"
    if not TIMES[0] <= event["event_time"] < TIMES[1]:
        return "bad_event_time"
    if not 0 <= event["price"] < PRICE_END:
        return "bad_price"
    if is_ahead(event, due_at + limits.max_future_seconds):
        return "future_event_time"
    return ""


def is_ahead(event: Event, latest: float) -> bool:
    """Whether the event's time is after `latest` (epoch seconds)."""
    text = event["event_time"]
    # a replay's own times are the due times: nothing to compute
    return text != event["produced_at"] and seconds_of(text) > latest


def seconds_of(text: str) -> float:
    """Epoch seconds of a time that this package wrote."""
    return datetime.fromisoformat(text).timestamp()


def accepted_at(value: bytes | None, appended_at: float, limits: Limits) -> float | None:
    """The event_time (epoch seconds) of a message that may be anyone's, None for one to be refused.

    Looks at what decides whether a message can move the watermark: JSON with a time not too far
    ahead. A message with another fault counts here and not there, which makes the answer at most
    too careful.
    """
    if value is None or len(value) > limits.max_event_bytes:
        return None
    try:
        event = json.loads(value)
    except (ValueError, RecursionError):
        return None
    occurred_at = _any_time(event.get("event_time")) if isinstance(event, dict) else None
    # as a chain, because "nan" is a number for Python, and is neither too old nor too new
    if occurred_at is None or not 0 <= occurred_at < END_OF_TIME:
        return None
    return occurred_at if occurred_at <= appended_at + limits.max_future_seconds else None


def _any_time(value: Any) -> float | None:
    """ISO 8601, ` UTC`, epoch seconds or milliseconds, as the contract has them."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
        return number / 1000 if number >= 1e12 else number
    except (ValueError, OverflowError):
        return _iso_time(str(value))


def _iso_time(text: str) -> float | None:
    try:
        found = datetime.fromisoformat(text.removesuffix(" UTC"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
