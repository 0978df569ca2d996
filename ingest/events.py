"""One row of the shop's CSV file becomes one event for Kafka, or a typed rejection (pure)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring as quoted
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
USUAL_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}) UTC", re.ASCII)
TIME_START = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}")


class BadRowError(Exception):
    """A row cannot become an event; `reason` says why and quotes the value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Row(NamedTuple):
    """A row that can become an event: its fields as they are, and those that had to be read."""

    fields: Mapping[str, str]
    occurred_at: datetime
    price: float


class Stamp(NamedTuple):
    """What the replay adds to a row: its id, its times (epoch ms; None keeps the file's time)."""

    event_id: str
    event_ms: int | None
    due_ms: int


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


def parse(fields: Mapping[str, str]) -> Row:
    """The row of one line; raises BadRowError with the reason."""
    _check_shape(fields)
    return Row(fields, _time(fields["event_time"]), _price(fields["price"]))


def event_of(row: Row, stamp: Stamp) -> Event:
    """The event of a row."""
    fields, due_text = row.fields, ms_text(stamp.due_ms)
    if stamp.event_ms is None:
        event_time = utc_text(row.occurred_at)
    else:
        event_time = due_text if stamp.event_ms == stamp.due_ms else ms_text(stamp.event_ms)
    return {
        "event_id": stamp.event_id,
        "event_time": event_time,
        "event_type": fields["event_type"],
        "product_id": fields["product_id"],
        "category_id": fields.get("category_id") or None,
        "category_code": fields.get("category_code") or None,
        "brand": fields.get("brand") or None,
        "price": row.price,
        "user_id": fields["user_id"],
        "user_session": fields.get("user_session") or None,
        "produced_at": due_text,
        "source_event_time": fields["event_time"],
    }


def encode(event: Event) -> bytes:
    """The event as JSON, fields in their order, text as UTF-8."""
    session = event["user_session"]
    product = _product_json(
        event["product_id"],
        event["category_id"],
        event["category_code"],
        event["brand"],
        event["price"],
    )
    return (
        f'{{"event_id":{quoted(event["event_id"])},"event_time":"{event["event_time"]}",'
        f'"event_type":"{event["event_type"]}",{product},"user_id":{quoted(event["user_id"])},'
        f'"user_session":{"null" if session is None else quoted(session)},'
        f'"produced_at":"{event["produced_at"]}",'
        f'"source_event_time":{quoted(event["source_event_time"])}}}'
    ).encode()


# a product never changes within a file: its part of the message is made once, not for each event
@lru_cache(maxsize=65_536)
def _product_json(
    product_id: str, category_id: str | None, code: str | None, brand: str | None, price: float
) -> str:
    names = ("product_id", "category_id", "category_code", "brand")
    values = (product_id, category_id, code, brand)
    parts = [
        f'"{name}":{"null" if value is None else quoted(value)}'
        for name, value in zip(names, values, strict=True)
    ]
    return ",".join([*parts, f'"price":{price!r}'])


def utc_text(instant: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: 2020-09-24T11:57:06.000Z."""
    return instant.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def ms_text(epoch_ms: int) -> str:
    """The same of epoch milliseconds."""
    seconds, milliseconds = divmod(epoch_ms, 1000)
    return f"{_second_text(seconds)}.{milliseconds:03d}Z"


# many events share a second
@lru_cache(maxsize=1024)
def _second_text(epoch_seconds: int) -> str:
    return datetime.fromtimestamp(epoch_seconds, UTC).isoformat().removesuffix("+00:00")


def _check_shape(row: Mapping[str, str]) -> None:
    if EXTRA_FIELDS in row:
        raise BadRowError(f"the row has more fields than the header: {row[EXTRA_FIELDS]!r}")
    for name in REQUIRED:
        if not row.get(name):
            raise BadRowError(f"{name} is empty")
    if row["event_type"] not in EVENT_TYPES:
        raise BadRowError(f"event_type is unknown: {row['event_type']!r}")


@lru_cache(maxsize=4096)
def _time(text: str) -> datetime:
    is_marked = text.endswith(" UTC")
    try:
        # nearly every row of these files
        if usual := USUAL_TIME.fullmatch(text):
            return datetime.fromisoformat(f"{usual[1]}+00:00")
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


@lru_cache(maxsize=65_536)
def _price(text: str) -> float:
    match = NUMBER.fullmatch(text)
    if match is None:
        raise BadRowError(f"price is not a number: {text!r}")
    if len(match.group(1) or "") > 2:
        raise BadRowError(f"price has more than two decimals: {text!r}")
    # no minus zero: it is the same price with other bytes
    price = float(text) + 0.0
    # JSON writes repr(price): a price with too many digits for a float would change silently
    if len(text) > 15 and Decimal(repr(price)) != Decimal(text):
        raise BadRowError(f"price has too many digits: {text!r}")
    return price
