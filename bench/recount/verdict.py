"""The contract of a message, written a second time in plain Python: fields or the first reason against it."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bench.recount import strict_json

TYPES = ("view", "cart", "purchase", "remove_from_cart")
REQUIRED = ("event_time", "event_type", "product_id", "price", "user_id")
TEXTS = (
    *("event_id", "product_id", "category_id", "user_id"),
    *("brand", "category_code", "user_session"),
)
IDS = ("event_id", "product_id", "category_id", "user_id")
ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?: UTC|Z|([+-]\d\d):?(\d\d))?",
    re.ASCII,
)
# A number as Java writes a double is one too, where a text may stand for a number.
JAVA_SECONDS = re.compile(r"[0-9]\.[0-9]{1,17}E9")
TEXT_PRICE = re.compile(r"-?[0-9]+(\.[0-9]+)?|[0-9]\.[0-9]{1,17}E[7-9]")
MOST_OFFSET = timedelta(hours=18)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = datetime(2201, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Verdict:
    """`reason` is empty for an accepted event; only then do the other fields mean something."""

    reason: str
    event_id: str = ""
    event_time: datetime = EPOCH
    event_type: str = ""
    brand: str = ""
    category: str = ""
    price: Decimal = Decimal(0)


def read_time(value: Any) -> datetime | None:
    """UTC time of the years 1970 to 2200 from the forms of the contract, or None."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    text = str(value)
    if re.fullmatch(r"[0-9]{10}(\.[0-9]{1,9})?", text) or JAVA_SECONDS.fullmatch(text):
        moment = EPOCH + timedelta(microseconds=int(Decimal(text) * 1_000_000))
    elif re.fullmatch(r"[0-9]{13}", text):
        moment = EPOCH + timedelta(milliseconds=int(text))
    else:
        return _read_iso(text)
    return moment if moment < NEVER else None


def _read_iso(text: str) -> datetime | None:
    found = ISO.fullmatch(text)
    if not found:
        return None
    day, clock, fraction, hours, minutes = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}+00:00")
        moment += timedelta(microseconds=int((fraction or "0")[:6].ljust(6, "0")))
        moment -= _offset(hours, minutes) if hours else timedelta(0)
    except (ValueError, OverflowError):
        return None
    return moment if EPOCH <= moment < NEVER else None


def _offset(hours: str, minutes: str) -> timedelta:
    found = timedelta(hours=int(hours[1:]), minutes=int(minutes))
    if int(minutes) > 59 or found > MOST_OFFSET:
        raise ValueError(f"{hours}:{minutes} is no offset")
    return -found if hours.startswith("-") else found


def read_price(value: Any) -> Decimal | None:
    """A price from 0 to below 10^10 with at most two decimals, or None."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    if isinstance(value, str) and not TEXT_PRICE.fullmatch(value):
        return None
    price = Decimal(value)
    if not price.is_finite() or not 0 <= price < 10**10:
        return None
    # without the sign of a negative zero
    return abs(price.quantize(Decimal("0.01"))) if price == round(price, 2) else None


def _is_wrong_text(name: str, value: Any) -> bool:
    if value is None or isinstance(value, str):
        return False
    return name not in IDS or isinstance(value, bool) or not isinstance(value, int)


def _bad_text(text: str, event: dict[str, Any] | None) -> bool:
    # An odd number of backslashes: an escaped backslash in front of "u0000" is no NUL.
    if "\0" in text or re.search(r"(?<!\\)(?:\\\\)*\\u0000", text):
        return True
    texts = [_shown(event.get(name)) for name in TEXTS] if event else []
    return any(len(text.encode(errors="replace")) > 255 for text in texts)


def _shown(value: Any) -> str:
    """A value as its message has it: of another type than text, its JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def judge(
    value: bytes | None, appended_at: datetime, place: str, *, max_bytes: int, max_future: int
) -> Verdict:
    """What the contract says of one message; `place` is topic-partition-offset."""
    raw = value or b""
    if len(raw) > max_bytes:
        return Verdict("too_large")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return Verdict("bad_text")
    event = strict_json.read(text)
    if _bad_text(text, event):
        return Verdict("bad_text")
    if event is None:
        return Verdict("not_json")
    return _judge_fields(event, appended_at + timedelta(seconds=max_future), place)


def _text(value: Any) -> str:
    # JSON may name half of a surrogate pair, which no UTF-8 text can hold.
    return "" if value is None else str(value).encode(errors="replace").decode()


def _judge_fields(event: dict[str, Any], latest: datetime, place: str) -> Verdict:
    missing = any(event.get(name) in (None, "") for name in REQUIRED)
    if missing or any(_is_wrong_text(name, event.get(name)) for name in TEXTS):
        return Verdict("missing_field")
    if event["event_type"] not in TYPES:
        return Verdict("unknown_event_type")
    occurred_at, price = read_time(event["event_time"]), read_price(event["price"])
    if occurred_at is None:
        return Verdict("bad_event_time")
    if price is None:
        return Verdict("bad_price")
    if occurred_at > latest:
        return Verdict("future_event_time")
    top = _text(event.get("category_code")).split(".")[0]
    return Verdict(
        "",
        _text(event.get("event_id")) or place,
        occurred_at,
        event["event_type"],
        _text(event.get("brand")),
        top or "uncategorized",
        price,
    )
