"""EDGE happybase: windows and stream state as rows for the snapshot, read by time range."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import happybase

TABLES = ("event_counts", "brand_windows", "category_windows")
NUMBERS = (
    *("views", "carts", "purchases", "removals"),
    *("total_value", "view_value", "cart_value", "purchase_value"),
)
KEY_FORMAT, KEY_LENGTH = "%Y%m%d_%H%M%S", 15
TIMEOUT_MS = 5000
ROWS_PER_CALL = 2000
Row = tuple[Any, ...]


@dataclass(frozen=True)
class State:
    """How far the live query is: its watermark, the batch and when it was written (texts)."""

    watermark: datetime | None
    batch_id: str
    updated_at: str

    @property
    def batch(self) -> int:
        """The number of the batch; -1 before the first one."""
        return int(self.batch_id) if self.batch_id.isdigit() else -1


def row_of(key: bytes, cells: dict[bytes, bytes], salt_length: int) -> Row:
    """window_started_at (text, UTC), value, the eight numbers, updated_at."""
    moment, _, value = key.decode(errors="replace")[salt_length:].partition("|")
    started_at = datetime.strptime(moment, KEY_FORMAT).isoformat(sep=" ")
    numbers = (float(cells.get(f"metrics:{name}".encode(), b"0")) for name in NUMBERS)
    updated_at = cells.get(b"metrics:updated_at", b"").decode()
    return (started_at, unquote(value), *numbers, updated_at)


class WindowReader:
    """One connection to an HBase Thrift gateway, opened again when it broke."""

    def __init__(self, host: str, port: int, salt_buckets: int = 0) -> None:
        self._address = (host, port)
        self._salts = [f"{number:02x}" for number in range(salt_buckets)] or [""]
        self._connection: happybase.Connection | None = None

    def _connected(self) -> happybase.Connection:
        if self._connection is None:
            self._connection = happybase.Connection(*self._address, timeout=TIMEOUT_MS)
        return self._connection

    def close(self) -> None:
        """Drop the connection; the next call opens one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def state(self) -> State:
        """The row that the live query writes after each batch; empty before its first one."""
        row = self._connected().table("stream_state").row(b"live")
        cells = {name.decode().split(":", 1)[1]: cell.decode() for name, cell in row.items()}
        text = cells.get("watermark")
        watermark = datetime.fromisoformat(text).astimezone(UTC) if text else None
        return State(watermark, cells.get("batch_id", ""), cells.get("updated_at", ""))

    def windows(self, table: str, since: datetime) -> Iterator[Row]:
        """Every window of a table that starts at `since` or later."""
        for salt in self._salts:
            start = salt + since.astimezone(UTC).strftime(KEY_FORMAT)
            # ':' is the character behind '9': the end of this salt's keys
            scanner = (
                self._connected()
                .table(table)
                .scan(
                    row_start=start.encode(), row_stop=f"{salt}:".encode(), batch_size=ROWS_PER_CALL
                )
            )
            for key, cells in scanner:
                yield row_of(key, cells, len(salt))
