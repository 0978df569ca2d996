"""Live store while events flow, while models are built, and when the stream stops."""

import json

import pytest

from tests.browser.answers import wait_for
from tests.browser.history import STREAM_FED
from tests.browser.view import View
from tests.browser.windows import card, kept_windows, scan_views
from tests.stack import StackUnderTest

pytestmark = pytest.mark.integration
WINDOWS = "What happens now: events by 2-second window"
CLOSED_MS = 40_000  # behind the newest window a slot of 10 s can change no more


def newest_window(view: View) -> float:
    rows = view.rows(WINDOWS)
    return max(row["window_started_at"] for row in rows)


def test_numbers_rise_while_events_flow(viewer: View) -> None:
    """Of a range that moves on as much falls out as comes in: what rises is what came since."""
    viewer.open("live-store")
    wait_for(viewer.page, lambda: len(viewer.rows("The newest 60 windows")) > 0)
    window, before = newest_window(viewer), card(viewer, "Views")

    def since() -> float:
        rows = viewer.rows(WINDOWS)
        return sum(row["Views"] for row in rows if row["window_started_at"] > window)

    wait_for(viewer.page, lambda: since() > 0)
    first = since()
    wait_for(viewer.page, lambda: since() > first)
    assert card(viewer, "Views") != before
    assert 0 <= viewer.number("Age of the newest event") < 20
    assert [row["state"] for row in viewer.rows("Is the stream alive?")] == ["Events are counted"]


def test_the_pace_is_that_of_hbase(viewer: View, shop: StackUnderTest) -> None:
    viewer.open("live-store")
    slots = viewer.rows("Events a second")
    closed = newest_window(viewer) - CLOSED_MS
    events = {at.timestamp() * 1000: sum(numbers) for at, numbers in kept_windows(shop).items()}
    compared = [slot for slot in slots if slot["slot_started_at"] < closed]
    assert len(compared) > 20
    for slot in compared:
        since = slot["slot_started_at"]
        counted = sum(count for at, count in events.items() if since <= at < since + 10_000)
        assert slot["Events a second"] == pytest.approx(counted / 10)
    assert any(slot["Events a second"] for slot in compared)


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
    shop.run("dbt.cli.main", "run", "--select", *STREAM_FED, seconds=900)
    assert scan_views(shop) > before
    shop.run("services", "stream-stop")
    answer = json.loads(shop.run("bench.verify", "--format", "json").stdout)
    assert answer["different"] == []
    assert answer["windows_equal"] == answer["windows_compared"] > 0


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
