"""Windows recounted from a few events, with every expected number written by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from bench.recount.windows import EVENTS, Key, Numbers, Recounted, numbers, recount

START = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def event(number: int, **changes: Any) -> dict[str, Any]:
    """A view for 1.00 in the first window, appended `number` seconds after its start."""
    usual = {"event_id": f"e{number}", "event_time": START, "event_type": "view", "brand": "sony"}
    usual |= {"category": "electronics", "price": Decimal("1.00"), "appended_at": at(number)}
    return usual | {"partition": 0, "offset": number} | changes


def recounted(*events: dict[str, Any]) -> dict[Key, Recounted]:
    return recount(pa.Table.from_pylist(list(events), EVENTS), window=2)


def views(count: int, value: str) -> Numbers:
    money = Decimal(value)
    return (count, 0, 0, 0, money, Decimal("0.00"), Decimal("0.00"), money)


def test_each_type_has_its_count_and_value() -> None:
    found = recounted(
        event(1, price=Decimal("1.10")),
        event(2, event_type="cart", price=Decimal("2.20")),
        event(3, event_type="purchase", price=Decimal("3.30")),
        event(4, event_type="remove_from_cart", price=Decimal("4.40")),
    )
    values = (Decimal("1.10"), Decimal("2.20"), Decimal("3.30"), Decimal("11.00"))
    assert found[START, "all", ""].numbers == (1, 1, 1, 1, *values)


def test_event_on_the_edge_belongs_to_the_window_that_it_starts() -> None:
    found = recounted(event(1, event_time=at(1.999999)), event(2, event_time=at(2)))
    counts = {key[0]: window.numbers[0] for key, window in found.items() if key[1] == "all"}
    assert counts == {START: 1, at(2): 1}


def test_every_dimension_has_its_windows() -> None:
    found = recounted(event(1), event(2, brand="", category="uncategorized"))
    assert {key[1:]: window.numbers for key, window in found.items()} == {
        ("all", ""): views(2, "2.00"),
        ("brand", "sony"): views(1, "1.00"),
        ("brand", ""): views(1, "1.00"),
        ("category", "electronics"): views(1, "1.00"),
        ("category", "uncategorized"): views(1, "1.00"),
    }


def test_window_changed_when_its_last_event_was_appended() -> None:
    assert recounted(event(1), event(3))[START, "all", ""].changed_at == at(3)


def test_empty_topic_has_no_windows() -> None:
    assert recounted() == {}


def test_text_of_a_place_reads_as_the_same_numbers() -> None:
    names = ("views", "carts", "purchases", "removals", "view_value", "cart_value")
    names = (*names, "purchase_value", "total_value")
    texts = ("2", "0", "0", "0", "2.00", "0", "0.00", "2")
    assert numbers(dict(zip(names, texts, strict=True)), names) == views(2, "2.00")
