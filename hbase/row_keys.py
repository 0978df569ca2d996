"""Row keys of the window tables: time first, because the reads are the last minutes and closed windows never change."""

import re
import zlib
from datetime import UTC, datetime
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


def decode(key: bytes, *, bucket_count: int = 0) -> tuple[datetime, str | None]:
    """Window start in UTC and value (None where the key has none)."""
    text = key.decode()[2 if bucket_count else 0 :]
    started_at = datetime.strptime(text[:TIME_LENGTH], TIME_FORMAT).replace(tzinfo=UTC)
    value = None if len(text) == TIME_LENGTH else unquote(text[TIME_LENGTH + 1 :])
    return started_at, value


def range_bounds(
    start: datetime, end: datetime, *, bucket_count: int = 0
) -> list[tuple[bytes, bytes]]:
    """First and last-exclusive key of windows from `start` up to but not including `end`, per bucket."""
    first, last = encode(start).decode(), encode(end).decode()
    prefixes = [f"{number:02x}" for number in range(bucket_count)] or [""]
    return [((prefix + first).encode(), (prefix + last).encode()) for prefix in prefixes]
