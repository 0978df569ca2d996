"""A stack in memory for `make verify`: seven messages, their ledger, and what every place must hold, by hand."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from bench import verify
from bench.recount import places, topic
from bench.recount.topic import Record

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CELLS = ("views", "carts", "purchases", "removals")
CELLS = (*CELLS, "view_value", "cart_value", "purchase_value", "total_value")
FIELDS = ("view_count", "cart_count", "purchase_count", "remove_count", *CELLS[4:])
DIMENSIONS = {"all": "", "brand": "sony", "category": "electronics"}
TABLES = {"all": "event_counts", "brand": "brand_windows", "category": "category_windows"}
# A view for 1.00 and a cart for 2.00; half a minute later a view for 3.00 and a purchase for 4.00.
CLOSED, OPEN = "12:00:00", "12:00:30"
NUMBERS = {
    CLOSED: ("1", "1", "0", "0", "1.00", "2.00", "0.00", "3.00"),
    OPEN: ("1", "0", "1", "0", "3.00", "0.00", "4.00", "7.00"),
}
LANDED_AT, LANDED_LATER = NOON + timedelta(seconds=40), NOON + timedelta(seconds=45)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def row(offset: int, event_id: str, seconds: float, event_type: str, price: str) -> dict[str, Any]:
    """A row of raw.event_stream."""
    return {
        **{"event_id": event_id, "event_time": at(seconds), "event_type": event_type},
        **{"price": Decimal(price), "brand": "sony", "category_code": "electronics.audio"},
        **{"product_id": f"p{offset}", "category_id": "7", "user_id": "u1", "user_session": None},
        **{"partition": 0, "offset": offset, "appended_at": at(32), "ingested_at": LANDED_AT},
    }


def message(kept: dict[str, Any]) -> bytes:
    names = ("event_id", "event_type", "brand", "category_code", "product_id", "category_id")
    event = {name: kept[name] for name in (*names, "user_id", "user_session")}
    return json.dumps(event | {"event_time": f"{kept['event_time']:%FT%TZ}"})[:-1].encode() + (
        f', "price": {kept["price"]}}}'.encode()
    )


ACCEPTED = [
    row(0, "e0", 0, "view", "1.00"),
    row(1, "e1", 1, "cart", "2.00"),
    row(2, "e2", 30, "view", "3.00"),
    row(3, "e3", 5, "view", "9.00"),  # late: 25 s behind e2
    row(4, "e2", 30, "view", "3.00"),  # repeated
    row(6, "e4", 31, "purchase", "4.00"),
]
REFUSED = {"partition": 0, "offset": 5, "reason": "not_json", "ingested_at": LANDED_LATER}
# until where each batch goes, and its watermark in seconds after noon
BATCHES = [(2, None), (3, -9.0), (3, 20.0), (7, 20.0)]
Window = tuple[str, str]  # start and dimension


@dataclass
class Shop:
    """Everything `make verify` reads; a test changes one thing."""

    now: datetime = field(default_factory=lambda: at(60))
    arrives: bool = False
    sent: dict[int, bytes] = field(
        default_factory=lambda: {kept["offset"]: message(kept) for kept in ACCEPTED} | {5: b"{"}
    )
    appended_at: dict[int, datetime] = field(default_factory=dict)
    headers: dict[int, dict[str, str]] = field(default_factory=dict)
    batches: list[tuple[int, float | None]] = field(default_factory=lambda: [*BATCHES])
    hbase: dict[Window, tuple[str, ...]] = field(default_factory=lambda: windows())
    analytics: dict[Window, tuple[str, ...]] = field(default_factory=lambda: windows())
    metrics: dict[Window, tuple[str, ...]] = field(default_factory=lambda: windows())
    metrics_landed: int = 99
    stream: list[dict[str, Any]] = field(default_factory=lambda: [{**kept} for kept in ACCEPTED])
    rejected: list[dict[str, Any]] = field(default_factory=lambda: [{**REFUSED}])
    asked: int = 0

    def offsets(self, _servers: str, _name: str) -> tuple[dict[int, int], dict[int, int]]:
        """The ends of the topic; with `arrives` they grow after they were asked for the first time."""
        self.asked += 1
        return {0: 0}, {0: len(self.sent) + (self.arrives and self.asked > 1)}

    def read(self, _servers: str, name: str, _ends: object = None) -> Iterator[Record]:
        values = {"ecommerce-batches": self._ledger, "ecommerce-analytics": self._updates}
        found = values[name]() if name in values else self.sent
        for offset, value in sorted(found.items()):
            moment = self.appended_at.get(offset, at(32)) if name not in values else at(33)
            told = [(key, each.encode()) for key, each in self.headers.get(offset, {}).items()]
            yield Record(name, 0, offset, round(moment.timestamp() * 1000), value, lambda t=told: t)

    def _ledger(self) -> dict[int, bytes]:
        begin, rows = 0, {}
        for number, (until, seconds) in enumerate(self.batches):
            watermark = datetime.fromtimestamp(0, UTC) if seconds is None else at(seconds)
            entry = {"query_id": "q", "batch_id": number, "watermark": watermark.isoformat()}
            rows[number] = json.dumps(
                entry | {"from": {"0": begin}, "until": {"0": until}}
            ).encode()
            begin = until
        return rows

    def _updates(self) -> dict[int, bytes]:
        return {
            offset: json.dumps(_fields(window, numbers), default=str).encode()
            for offset, (window, numbers) in enumerate(self.analytics.items())
        }

    def connection(self, *_: object, **__: object) -> Any:
        """HBase's Thrift server."""

        def scan(table: str) -> Iterator[tuple[bytes, dict[bytes, bytes]]]:
            for (start, dimension), numbers in self.hbase.items():
                if TABLES[dimension] == table:
                    value = DIMENSIONS[dimension]
                    key = f"20260101_{start.replace(':', '')}" + (f"|{value}" if value else "")
                    cells = zip(CELLS, numbers, strict=True)
                    yield key.encode(), {f"metrics:{c}".encode(): n.encode() for c, n in cells}

        def table(name: str) -> Any:
            return SimpleNamespace(scan=lambda **_: scan(name))

        return SimpleNamespace(table=table, close=lambda: None)

    def delta(self, _settings: object, table: str, columns: list[str]) -> pa.Table:
        """Columns of a raw table."""
        landed = {"analytics_partition": 0, "analytics_offset": self.metrics_landed - 1}
        rows = {
            "event_stream": self.stream,
            "rejected_event": self.rejected,
            "window_metrics": [
                _fields(window, [Decimal(each) for each in numbers]) | landed
                for window, numbers in self.metrics.items()
            ],
        }[table]
        return pa.Table.from_pylist([{name: each[name] for name in columns} for each in rows])


def windows() -> dict[Window, tuple[str, ...]]:
    """Every window as it must be: six rows."""
    return {(start, name): numbers for start, numbers in NUMBERS.items() for name in DIMENSIONS}


def _fields(window: Window, numbers: Any) -> dict[str, Any]:
    start, dimension = window
    opened_at = datetime.fromisoformat(f"2026-01-01T{start}+00:00")
    key = {"window_started_at": opened_at, "dimension": dimension, "value": DIMENSIONS[dimension]}
    return key | dict(zip(FIELDS, numbers, strict=True))


Answer = tuple[int, dict[str, Any]]  # exit code and JSON


def recounted(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Answer:
    """What `make verify` answers for this shop."""
    monkeypatch.setattr(topic, "offsets", shop.offsets)
    monkeypatch.setattr(topic, "read", shop.read)
    monkeypatch.setattr(places.happybase, "Connection", shop.connection)
    monkeypatch.setattr(places, "_rows", shop.delta)
    monkeypatch.setattr(verify, "datetime", SimpleNamespace(now=lambda _: shop.now))
    monkeypatch.setattr(verify, "Supervisor", lambda *_: SimpleNamespace(is_running=lambda _: True))
    code = verify.run(argparse.Namespace(wait=-1, format="json"))
    return code, json.loads(capsys.readouterr().out)
