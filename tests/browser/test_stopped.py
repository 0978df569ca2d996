"""Live store once the stream has stopped and nothing changes: its numbers against those of HBase."""

import csv
import io
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import APIResponse

from tests.browser.answers import wait_for
from tests.browser.view import View, formatted
from tests.browser.windows import card, of_ranges, scan
from tests.stack import StackUnderTest

pytestmark = pytest.mark.integration
CARDS = {"Views": "views", "Carts": "carts", "Purchases": "purchases", "Revenue": "purchase_value"}
EARNED = "What is earned now: revenue by 2-second window"
NEWEST = "The newest 60 windows"
WIDEST = "30 minutes"
FOREVER = 2**62
# An answer may be one that was computed 2 s ago, and the start of a range is a whole second.
KEPT_MS = 4000
Row = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def at_rest(shop: StackUnderTest) -> None:
    """No replay and no streaming job; a second stop changes nothing."""
    shop.run("services", "stream-stop")


@pytest.fixture(scope="module")
def live(viewer: View, at_rest: None) -> View:
    """The live page, opened once: the tests ask what its charts asked."""
    viewer.open("live-store")
    return viewer


def opened_at(row: Row) -> float:
    """When a window of HBase starts (ms)."""
    return datetime.fromisoformat(row["window_started_at"]).replace(tzinfo=UTC).timestamp() * 1000


def recount(rows: list[Row], name: str, since: float, until: float = FOREVER) -> float:
    """The sum over the windows of HBase that start in a range (ms)."""
    return sum(float(row[name]) for row in rows if since <= opened_at(row) < until)


def ask(view: View, title: str, form: str = "json", **chosen: str) -> APIResponse:
    """The answer to a chart's question for the widest range and what else is chosen."""
    (query,) = view.asked[view.ids[title]]["queries"]
    chosen = {"time_span": WIDEST} | chosen
    filters = [{"col": name, "op": "IN", "val": [value]} for name, value in chosen.items()]
    answer = view.ask_again(title, queries=[{**query, "filters": filters}], result_format=form)
    assert answer.status == 200, answer.text()
    return answer


def wide(view: View, title: str, **chosen: str) -> list[Row]:
    """The rows of a chart for the widest range."""
    return list(ask(view, title, **chosen).json()["result"][0]["data"])


def started(view: View) -> float:
    """When the widest range starts now (ms)."""
    return max(row["range_started_at"] for row in wide(view, "Views"))


def test_cards_are_what_hbase_has(live: View, shop: StackUnderTest) -> None:
    rows = scan(shop, "event_counts")
    for title, name in CARDS.items():
        widest = of_ranges(wide(live, title))
        for found in (card(live, title), widest):
            before, now = sorted(found)
            kept = {before: recount(rows, name, before, now), now: recount(rows, name, now)}
            assert found == pytest.approx(kept, abs=0.005), title
        # The range that the page shows may have nothing left by now.
        assert sum(widest.values()) > 0


@pytest.mark.parametrize("by", ["brand", "category"])
def test_cards_of_a_brand_or_category_are_what_hbase_has(
    live: View, shop: StackUnderTest, by: str
) -> None:
    rows = [row for row in scan(shop, f"{by}_windows") if row["value"]]
    ((most, _),) = Counter(row["value"] for row in rows).most_common(1)
    own = [row for row in rows if row["value"] == most]
    for title, name in CARDS.items():
        found = of_ranges(wide(live, title, **{by: most}))
        before, now = sorted(found)
        kept = {before: recount(own, name, before, now), now: recount(own, name, now)}
        assert found == pytest.approx(kept, abs=0.005), title
        assert title != "Views" or sum(found.values()) > 0


def test_cards_draw_the_range_that_is_now(viewer: View) -> None:
    """Not the one before it, and not their sum."""
    viewer.open("live-store")
    for title in CARDS:
        form = ",.2f" if title == "Revenue" else ",d"

        def is_drawn(title: str = title, form: str = form) -> bool:
            found = card(viewer, title)
            return viewer.drawn(title) == formatted(found[max(found)], form)

        wait_for(viewer.page, is_drawn)


def test_conversion_is_that_of_hbase(live: View, shop: StackUnderTest) -> None:
    rows = scan(shop, "event_counts")
    found = of_ranges(wide(live, "Conversion"))
    before, now = sorted(found)
    for since, until in ((before, now), (now, FOREVER)):
        views, bought = (recount(rows, name, since, until) for name in ("views", "purchases"))
        assert found[since] == pytest.approx(100 * bought / views if views else 0)
    assert sum(found.values()) > 0


def test_revenue_by_window_is_that_of_hbase(live: View, shop: StackUnderTest) -> None:
    found = {row["window_started_at"]: row["Revenue"] for row in wide(live, EARNED)}
    after = started(live)
    kept = {opened_at(row): float(row["purchase_value"]) for row in scan(shop, "event_counts")}
    assert found == pytest.approx({at: kept[at] for at in found}, abs=0.005)
    assert {at for at in kept if at >= after + KEPT_MS} <= found.keys()
    assert sum(found.values()) > 0


def test_the_newest_windows_are_those_of_hbase(live: View, shop: StackUnderTest) -> None:
    names = ("views", "carts", "purchases", "removals", "revenue")
    found = [[row["window_started_at"], *map(row.get, names)] for row in wide(live, NEWEST)]
    kept = [
        [row["window_started_at"], *(float(row[CARDS.get(n.title(), n)]) for n in names)]
        for row in scan(shop, "event_counts")
    ]
    assert found == sorted(kept, reverse=True)[:60]
    assert len(found) == 60


@pytest.mark.parametrize("title", [NEWEST, "The 50 brands looked at most now"])
def test_a_file_of_the_live_page_has_its_numbers(live: View, title: str) -> None:
    text = ask(live, title, "csv").text().removeprefix("\ufeff")
    header, *rows = csv.reader(io.StringIO(text))
    numbers = [[float(cell) for cell in row[1:]] for row in rows]
    assert len(header) == len(rows[0]) > 5
    shown = wide(live, title)
    assert numbers == [pytest.approx([float(v) for v in [*row.values()][1:]]) for row in shown]


def by_value(rows: list[Row], name: str, since: float) -> dict[str, float]:
    """A number of each brand or category in the windows since then (ms)."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["value"], []).append(row)
    return {value: recount(own, name, since) for value, own in found.items() if value}


@pytest.mark.parametrize(
    ("title", "table", "column", "limit"),
    [
        ("The 50 brands looked at most now", "brand_windows", "brand", 50),
        ("Categories looked at now", "category_windows", "category", 8),
    ],
)
def test_brands_and_categories_are_what_hbase_has(
    live: View, shop: StackUnderTest, title: str, table: str, column: str, limit: int
) -> None:
    """The range moves on between two questions: its start was asked for before and after."""
    before, answer, after = started(live), wide(live, title), started(live)
    assert after - before < 10_000
    rows = scan(shop, table)
    for label in CARDS.keys() & answer[0].keys():
        most = by_value(rows, CARDS[label], before - KEPT_MS)
        least = by_value(rows, CARDS[label], after + KEPT_MS)
        found = {row[column]: float(row[label]) for row in answer}
        outside = {n: v for n, v in found.items() if not least[n] - 0.005 <= v <= most[n] + 0.005}
        assert outside == {}, label
    views, least = (
        {row[column]: row["Views"] for row in answer},
        by_value(rows, "views", after + KEPT_MS),
    )
    assert len(views) == min(limit, len(least)) > 0.4 * limit
    assert all(least[name] <= min(views.values()) for name in least.keys() - views.keys())
    for row in answer:
        if "Conversion, %" in row:
            rate = 100 * row["Purchases"] / row["Views"] if row["Views"] else 0
            assert row["Conversion, %"] == pytest.approx(rate)
