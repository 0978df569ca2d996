"""Row keys of the window tables: time first, because the reads are the last minutes and closed windows never change."""

import re
import zlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import unquote

TIME_FORMAT = "%Y%m%d_%H%M%S"
TIME_LENGTH = 15
SEPARATOR = "|"
ESCAPED = re.compile("[%|\x00-\x1f\x7f-\x9f]")


def _escape(value: str) -> str:
    return ESCAPED.sub(
        lambda found: "".join(f"%{byte:02X}" for byte in found.group().encode()), value
    )


def bucket(key: str, bucket_count: int) -> str:
    """The salt of a key: two hexadecimal digits, the same for ever."""
    return f"{zlib.crc32(key.encode()) % bucket_count:02x}" if bucket_count else ""


def encode_value(value: str) -> bytes:
    """The key of a table that is kept by value alone."""
    return _escape(value).encode()


def split_points(bucket_count: int) -> list[bytes]:
    """The keys at which a salted table is split, so that each bucket is a region."""
    return [f"{number:02x}".encode() for number in range(1, bucket_count)]


def encode(
    window_started_at: datetime, value: str | None = None, *, bucket_count: int = 0
) -> bytes:
    """`YYYYMMDD_HHmmss`, or `YYYYMMDD_HHmmss|value`; keys sort by time, then by value.

    `%`, `|` and control characters of the value are percent-encoded, so that two different values
    never share a key. A time without a zone raises ValueError.
    """
    if window_started_at.tzinfo is None:
        raise ValueError(f"a window start needs a time zone: {window_started_at!r}")
    key = window_started_at.astimezone(UTC).strftime(TIME_FORMAT)
    if value is not None:
        key += SEPARATOR + _escape(value)
    return (bucket(key, bucket_count) + key).encode()


@lru_cache(maxsize=100)  # a window has dozens of keys, one behind the other
def _started_at(text: str) -> datetime:
    return datetime.strptime(text, TIME_FORMAT).replace(tzinfo=UTC)


def decode(key: bytes, *, bucket_count: int = 0) -> tuple[datetime, str | None]:
    """Window start in UTC and value (None where the key has none)."""
    text = key.decode()[2 if bucket_count else 0 :]
    started_at = _started_at(text[:TIME_LENGTH])
    if len(text) == TIME_LENGTH:
        return started_at, None
    if text[TIME_LENGTH] != SEPARATOR:
        raise ValueError(f"not a key of a window: {key!r}")
    return started_at, unquote(text[TIME_LENGTH + 1 :])


def _whole_second(moment: datetime) -> datetime:
    # Keys have whole seconds: 12:00:00 is before 12:00:00.5 and 12:00:01 is after it.
    up = timedelta(seconds=1) if moment.microsecond else timedelta(0)
    return moment.replace(microsecond=0) + up


def range_bounds(
    start: datetime, end: datetime, *, bucket_count: int = 0
) -> list[tuple[bytes, bytes]]:
    """First and last-exclusive key of windows from `start` up to but not including `end`, per bucket.

    The bounds fit keys with and without a value. An empty range has no bounds at all, because HBase
    reads equal bounds as "this one row".
    """
    start, end = _whole_second(start), _whole_second(end)
    first, last = encode(start).decode(), encode(end).decode()
    if start >= end:
        return []
    prefixes = [f"{number:02x}" for number in range(bucket_count)] or [""]
    return [((prefix + first).encode(), (prefix + last).encode()) for prefix in prefixes]
