"""A shortcut of the recount for the one form in which a replay writes messages; others take the long way.

It reads what `verdict.judge` reads, ten times as fast, and says nothing (None) whenever it is not sure.
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal

from bench.recount.details import Details
from bench.recount.verdict import EPOCH, NEVER, Verdict

MOST_BYTES = 255
# No escapes and no control characters, and at most 255 bytes (of ASCII): nothing in it can be bad text.
TEXT = r'[^"\\\x00-\x1f]{1,255}'
OPTIONAL = r'(?:null|"(' + TEXT + r')")'
PLAIN = re.compile(
    r'\{"event_id":"(' + TEXT + r')",'
    r'"event_time":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3})Z",'
    r'"event_type":"(view|cart|purchase|remove_from_cart)",'
    r'"product_id":"(' + TEXT + r')",'
    r'"category_id":' + OPTIONAL + r","
    r'"category_code":' + OPTIONAL + r","
    r'"brand":' + OPTIONAL + r","
    r'"price":((?:0|[1-9][0-9]{0,9})(?:\.[0-9]{1,2})?),'
    r'"user_id":"(' + TEXT + r')",'
    r'"user_session":' + OPTIONAL + r","
    r'"produced_at":"[0-9TZ:.-]{24}",'
    r'"source_event_time":"[0-9TZUC :.+-]{1,40}"\}'
)
CENTS = Decimal("0.01")


def judge(
    value: bytes | None, appended_at: datetime, *, max_bytes: int, max_future: int
) -> Verdict | None:
    """The verdict on an accepted message of the plain form, else None: ask `verdict.judge`."""
    found = read(value, appended_at, max_bytes=max_bytes, max_future=max_future)
    return found[0] if found else None


def _is_short(texts: tuple[str, ...]) -> bool:
    return all(len(text.encode()) <= MOST_BYTES for text in texts)


def read(
    value: bytes | None, appended_at: datetime, *, max_bytes: int, max_future: int
) -> tuple[Verdict, Details] | None:
    """The verdict and the fields that no window needs; None like `judge`."""
    if not value or len(value) > max_bytes:
        return None
    try:
        found = PLAIN.fullmatch(value.decode())
        if found is None or not (value.isascii() or _is_short(found.groups(""))):
            return None
        occurred_at = datetime.fromisoformat(f"{found[2]}+00:00")
    except ValueError:
        return None
    latest = appended_at + timedelta(seconds=max_future)
    if not EPOCH <= occurred_at < NEVER or occurred_at > latest:
        return None
    event_id, _, event_type, product_id, category_id, category, brand, price, *user = found.groups(
        ""
    )
    top = category.split(".")[0] or "uncategorized"
    verdict = Verdict(
        *("", event_id, occurred_at, event_type, brand, top), Decimal(price).quantize(CENTS)
    )
    return verdict, Details(product_id, category_id, category, *user)
