"""One row of the shop's CSV file becomes one event for Kafka, or a typed rejection (pure)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple, TypedDict

COLUMNS = (
    "event_time",
    "event_type",
    "product_id",
    "category_id",
    "category_code",
    "brand",
    "price",
    "user_id",
    "user_session",
)
REQUIRED = ("event_time", "event_type", "product_id", "price", "user_id")
EVENT_TYPES = frozenset({"view", "cart", "purchase", "remove_from_cart"})
EXTRA_FIELDS = "(more fields than columns)"
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.([0-9]+))?")
TIME_START = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}")


class BadRowError(Exception):
    """A row cannot become an event; `reason` says why and quotes the value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Stamp(NamedTuple):
    """What the replay adds to a row: its name, its number and when it is due (epoch ms)."""

    replay_id: str
    send_index: int
    due_ms: int
    keeps_file_time: bool


class Event(TypedDict):
    """The value of a message in the topic of events."""

    event_id: str
    event_time: str
    event_type: str
    product_id: str
    category_id: str | None
    category_code: str | None
    brand: str | None
    price: float
    user_id: str
    user_session: str | None
    produced_at: str
    source_event_time: str


def read(row: Mapping[str, str], stamp: Stamp) -> Event:
    """The event of a row; raises BadRowError with the reason."""
    _check_shape(row)
    file_time = _time(row["event_time"])
    due = utc_text(datetime.fromtimestamp(stamp.due_ms / 1000, UTC))
    return {
        "event_id": f"{stamp.replay_id}-{stamp.send_index}",
        "event_time": utc_text(file_time) if stamp.keeps_file_time else due,
        "event_type": row["event_type"],
        "product_id": row["product_id"],
        "category_id": row.get("category_id") or None,
        "category_code": row.get("category_code") or None,
        "brand": row.get("brand") or None,
        "price": _price(row["price"]),
        "user_id": row["user_id"],
        "user_session": row.get("user_session") or None,
        "produced_at": due,
        "source_event_time": row["event_time"],
    }


def utc_text(instant: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: 2020-09-24T11:57:06.000Z."""
    return instant.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _check_shape(row: Mapping[str, str]) -> None:
    if EXTRA_FIELDS in row:
        raise BadRowError(f"the row has more fields than the header: {row[EXTRA_FIELDS]!r}")
    for name in REQUIRED:
        if not row.get(name):
            raise BadRowError(f"{name} is empty")
    if row["event_type"] not in EVENT_TYPES:
        raise BadRowError(f"event_type is unknown: {row['event_type']!r}")


def _time(text: str) -> datetime:
    is_marked = text.endswith(" UTC")
    try:
        # fromisoformat also takes dates and week numbers, which are no instants
        if not TIME_START.match(text):
            raise ValueError
        instant = datetime.fromisoformat(text.removesuffix(" UTC"))
        if instant.tzinfo is None:
            return instant.replace(tzinfo=UTC)
        if is_marked:
            raise ValueError
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRowError(f"event_time is not a UTC or ISO 8601 time: {text!r}") from None


def _price(text: str) -> float:
    match = NUMBER.fullmatch(text)
    if match is None:
        raise BadRowError(f"price is not a number: {text!r}")
    if len(match.group(1) or "") > 2:
        raise BadRowError(f"price has more than two decimals: {text!r}")
    price = float(text)
    # JSON writes repr(price): a price with too many digits for a float would change silently
    if len(text) > 15 and Decimal(repr(price)) != Decimal(text):
        raise BadRowError(f"price has too many digits: {text!r}")
    return price
