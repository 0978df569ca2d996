"""The brand report becomes rows of brand_analytics, and what the report has no more is removed."""

from decimal import Decimal
from typing import Any

import pytest

from hbase import publish
from hbase.store import Row
from settings import Settings

SONY = {
    "brand": "sony",
    "view_count": 8,
    "cart_count": 2,
    "purchase_count": 1,
    "revenue": Decimal("635.63"),
    "view_to_cart_rate": Decimal("25.00"),
    "view_to_purchase_rate": Decimal("12.50"),
}
CELLS = {
    b"stats:views": b"8",
    b"stats:carts": b"2",
    b"stats:purchases": b"1",
    b"stats:revenue": b"635.63",
    b"stats:view_to_cart_rate": b"25.00",
    b"stats:view_to_purchase_rate": b"12.50",
}


class Store:
    """Keeps rows as HBase does: a put adds cells, a delete takes the row."""

    def __init__(self, rows: dict[bytes, dict[bytes, bytes]]) -> None:
        self.rows = rows

    def scan(self, table: str) -> list[Row]:
        assert table == "brand_analytics"
        return list(self.rows.items())

    def write(self, table: str, rows: Any) -> int:
        written = list(rows)
        for key, cells in written:
            self.rows[key] = self.rows.get(key, {}) | cells
        return len(written)

    def delete(self, table: str, keys: list[bytes]) -> None:
        for key in keys:
            self.rows.pop(key)


def published(
    monkeypatch: pytest.MonkeyPatch, store: Store, *records: dict[str, Any]
) -> tuple[int, int]:
    monkeypatch.setattr(publish, "read_report", lambda settings: list(records))
    return publish.publish(Settings(), store)  # type: ignore[arg-type]


def test_each_brand_has_its_six_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store({})
    assert published(monkeypatch, store, SONY) == (1, 0)
    assert store.rows == {b"sony": CELLS}


def test_brand_that_left_the_report_leaves_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store({b"acme": CELLS, b"sony": CELLS})
    assert published(monkeypatch, store, SONY) == (1, 1)
    assert store.rows == {b"sony": CELLS}


def test_rate_that_is_open_now_leaves_no_old_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store({b"sony": CELLS})
    published(monkeypatch, store, SONY | {"view_to_cart_rate": None})
    assert b"stats:view_to_cart_rate" not in store.rows[b"sony"]


def test_separator_in_a_brand_is_escaped() -> None:
    key, _ = publish.brand_row(SONY | {"brand": "a|b%"})
    assert key == b"a%7Cb%25"
