"""Live store while events flow, while models are built, and after the stream has stopped; this file is the last."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.browser.conftest import View, scan, scan_views, wait_for
from tests.stack import StackUnderTest

pytestmark = pytest.mark.integration
CARDS = {"Views": "views", "Carts": "carts", "Purchases": "purchases", "Revenue": "purchase_value"}


def card(view: View, title: str) -> dict[int, float]:
    """What a card was given: the start of a range to its number."""
    return {row["range_started_at"]: row[title] for row in view.rows(title)}


def newest_window(view: View) -> float:
    rows = view.rows("What happens now: events by 2-second window")
    return max(row["window_started_at"] for row in rows)


def test_numbers_rise_while_events_flow(viewer: View) -> None:
    viewer.open("live-store")
    wait_for(viewer.page, lambda: len(viewer.rows("The newest 60 windows")) > 0)
    window = newest_window(viewer)
    first = sum(card(viewer, "Views").values())
    wait_for(viewer.page, lambda: newest_window(viewer) > window, 30)
    wait_for(viewer.page, lambda: sum(card(viewer, "Views").values()) > first, 30)
    assert 0 <= viewer.number("Age of the newest event") < 20
    assert [row["state"] for row in viewer.rows("Is the stream alive?")] == ["Events are counted"]


def test_a_chart_asks_the_same_each_second(viewer: View) -> None:
    """Else no two answers could be shared."""
    viewer.open("live-store")
    for title in ("Views", "The 50 brands looked at most now", "Events a second"):
        before, count = viewer.shown(title)["query"], len(viewer.answers)
        wait_for(viewer.page, lambda count=count: len(viewer.answers) > count + 30, 60)  # type: ignore[misc]
        assert viewer.shown(title)["query"] == before


def test_what_is_usual_is_not_computed_each_second(viewer: View) -> None:
    """The page asks for it with all the rest; Spark is asked once in half a minute at most."""
    viewer.open("live-store")
    viewer.answers.clear()
    usual = viewer.ids["Usual revenue at this hour"]

    def queried() -> list[str]:
        return [
            body["result"][0]["queried_dttm"] for chart, _, body in viewer.answers if chart == usual
        ]

    wait_for(viewer.page, lambda: len(queried()) >= 5, 60)
    assert len(set(queried()[:5])) <= 2


def test_models_are_built_while_the_stream_writes_and_all_places_agree(
    shop: StackUnderTest,
) -> None:
    before = scan_views(shop)
    shop.run("dbt.cli.main", "run", seconds=900)
    assert scan_views(shop) > before
    shop.run("services", "stream-stop")
    answer = json.loads(shop.run("bench.verify", "--format", "json").stdout)
    assert answer["different"] == []
    assert answer["windows_equal"] == answer["windows_compared"] > 0


def recount(rows: list[dict[str, Any]], name: str, since: int, until: int) -> float:
    """The sum over the windows of HBase that start in a range (ms)."""
    total = 0.0
    for row in rows:
        started = datetime.fromisoformat(row["window_started_at"]).replace(tzinfo=UTC)
        total += float(row[name]) if since <= started.timestamp() * 1000 < until else 0
    return total


def test_cards_are_what_hbase_has(viewer: View, shop: StackUnderTest) -> None:
    """The stream was stopped by the test above: what is shown can be compared exactly."""
    viewer.open("live-store")
    rows = scan(shop, "event_counts")
    for title, name in CARDS.items():
        found = card(viewer, title)
        before, now = sorted(found)
        assert found[now] == pytest.approx(recount(rows, name, now, 2**62), abs=0.005), title
        assert found[before] == pytest.approx(recount(rows, name, before, now), abs=0.005), title
    assert sum(card(viewer, "Views").values()) > 0


def by_brand(rows: list[dict[str, Any]], since: int) -> dict[str, float]:
    """Views of each brand in the windows since then (ms)."""
    of_brand: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        of_brand.setdefault(row["value"], []).append(row)
    return {name: recount(own, "views", since, 2**62) for name, own in of_brand.items() if name}


def test_brands_are_what_hbase_has(viewer: View, shop: StackUnderTest) -> None:
    """The range moves on between two questions: its start was asked for before and after."""
    viewer.open("live-store")
    before = start_of(viewer, "30 minutes")
    answer = with_range(viewer, "The 50 brands looked at most now", "30 minutes")
    after = start_of(viewer, "30 minutes")
    assert after - before < 10_000
    rows = scan(shop, "brand_windows")
    most, least = by_brand(rows, before), by_brand(rows, after)
    found = {row["brand"]: row["Views"] for row in answer}
    assert len(found) == min(50, len(most)) > 20
    wrong = {name: n for name, n in found.items() if not least[name] <= n <= most[name]}
    assert wrong == {}


def start_of(view: View, span: str) -> int:
    """When a range up to now starts (ms)."""
    return max(row["range_started_at"] for row in with_range(view, "Views", span))


def with_range(view: View, title: str, span: str) -> list[dict[str, Any]]:
    """The rows of a chart for another range."""
    (query,) = view.asked[view.ids[title]]["queries"]
    filters = [{"col": "time_span", "op": "IN", "val": [span]}]
    answer = view.ask_again(title, queries=[{**query, "filters": filters}])
    assert answer.status == 200, answer.text()
    return list(answer.json()["result"][0]["data"])


def test_the_age_grows_when_the_stream_has_stopped(viewer: View) -> None:
    viewer.open("live-store")
    age = viewer.number("Age of the newest event")
    wait_for(viewer.page, lambda: viewer.number("Age of the newest event") > age + 3, 30)
    wait_for(viewer.page, lambda: viewer.number("Age of the newest event") > 20, 60)
    wait_for(
        viewer.page,
        lambda: viewer.rows("Is the stream alive?")[0]["state"].startswith("No event for"),
    )
    assert viewer.rows("Events a second")[-1]["Events a second"] == 0
