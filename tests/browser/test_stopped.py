"""Live store once the stream has stopped and nothing changes: its numbers against those of HBase."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.browser.view import View
from tests.browser.windows import card, of_ranges, scan
from tests.stack import StackUnderTest

pytestmark = pytest.mark.integration
CARDS = {"Views": "views", "Carts": "carts", "Purchases": "purchases", "Revenue": "purchase_value"}
WIDEST = "30 minutes"
FOREVER = 2**62
# An answer may be one that was computed 2 s ago, and the start of a range is a whole second.
KEPT_MS = 4000
Row = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def at_rest(shop: StackUnderTest) -> None:
    """No replay and no streaming job; a second stop changes nothing."""
    shop.run("services", "stream-stop")


def opened_at(row: Row) -> float:
    """When a window of HBase starts (ms)."""
    return datetime.fromisoformat(row["window_started_at"]).replace(tzinfo=UTC).timestamp() * 1000


def recount(rows: list[Row], name: str, since: float, until: float = FOREVER) -> float:
    """The sum over the windows of HBase that start in a range (ms)."""
    return sum(float(row[name]) for row in rows if since <= opened_at(row) < until)


def with_range(view: View, title: str, span: str = WIDEST) -> list[Row]:
    """The rows of a chart for another range."""
    (query,) = view.asked[view.ids[title]]["queries"]
    filters = [{"col": "time_span", "op": "IN", "val": [span]}]
    answer = view.ask_again(title, queries=[{**query, "filters": filters}])
    assert answer.status == 200, answer.text()
    return list(answer.json()["result"][0]["data"])


def test_cards_are_what_hbase_has(viewer: View, shop: StackUnderTest) -> None:
    viewer.open("live-store")
    rows = scan(shop, "event_counts")
    for title, name in CARDS.items():
        wide = of_ranges(with_range(viewer, title))
        for found in (card(viewer, title), wide):
            before, now = sorted(found)
            kept = {before: recount(rows, name, before, now), now: recount(rows, name, now)}
            assert found == pytest.approx(kept, abs=0.005), title
        # The range that the page shows may have nothing left by now.
        assert sum(wide.values()) > 0


def test_conversion_is_that_of_hbase(viewer: View, shop: StackUnderTest) -> None:
    viewer.open("live-store")
    rows = scan(shop, "event_counts")
    found = of_ranges(with_range(viewer, "Conversion"))
    before, now = sorted(found)
    for since, until in ((before, now), (now, FOREVER)):
        views, bought = (recount(rows, name, since, until) for name in ("views", "purchases"))
        assert found[since] == pytest.approx(100 * bought / views if views else 0)
    assert sum(found.values()) > 0


def by_value(rows: list[Row], since: float) -> dict[str, float]:
    """Views of each brand or category in the windows since then (ms)."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["value"], []).append(row)
    return {name: recount(own, "views", since) for name, own in found.items() if name}


@pytest.mark.parametrize(
    ("title", "table", "column", "limit"),
    [
        ("The 50 brands looked at most now", "brand_windows", "brand", 50),
        ("Categories looked at now", "category_windows", "category", 8),
    ],
)
def test_brands_and_categories_are_what_hbase_has(
    viewer: View, shop: StackUnderTest, title: str, table: str, column: str, limit: int
) -> None:
    """The range moves on between two questions: its start was asked for before and after."""
    viewer.open("live-store")
    before = max(row["range_started_at"] for row in with_range(viewer, "Views"))
    answer = with_range(viewer, title)
    after = max(row["range_started_at"] for row in with_range(viewer, "Views"))
    assert after - before < 10_000
    rows = scan(shop, table)
    most, least = by_value(rows, before - KEPT_MS), by_value(rows, after + KEPT_MS)
    found = {row[column]: row["Views"] for row in answer}
    assert len(found) == min(limit, len(most)) > 0.4 * limit
    assert {n: v for n, v in found.items() if not least[n] <= v <= most[n]} == {}
    assert all(least[name] <= min(found.values()) for name in least.keys() - found.keys())
