"""Fields of an accepted event that no window needs and raw.event_stream keeps. Pure."""

import json
from decimal import Decimal
from typing import Any, NamedTuple


class Details(NamedTuple):
    """Text of each field; empty where the message has none."""

    product_id: str
    category_id: str
    category_code: str
    user_id: str
    user_session: str


def _text(value: Any) -> str:
    # JSON may name half of a surrogate pair, which no UTF-8 text can hold.
    return "" if value is None else str(value).encode(errors="replace").decode()


def read(value: bytes) -> Details:
    """The fields of a message that was accepted, so that it is one JSON object."""
    event = json.loads(value, parse_float=Decimal, parse_constant=Decimal)
    return Details(*(_text(event.get(name)) for name in Details._fields))
