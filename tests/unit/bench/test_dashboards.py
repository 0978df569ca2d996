"""What the bench of the dashboards tells of the conditions that it measured under."""

from datetime import UTC, datetime, timedelta

from bench.dashboards.conditions import of_windows

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def window(ago: int, views: int, **more: str) -> dict[str, str]:
    at = (NOW - timedelta(seconds=ago)).strftime("%Y-%m-%d %H:%M:%S")
    counts = {"views": str(views), "carts": "1", "purchases": "0", "removals": "0"}
    return {"window_started_at": at, **counts, **more}


def test_conditions_are_windows_brands_a_window_and_the_pace_of_two_minutes() -> None:
    shop = [window(ago, 99) for ago in (2, 4, 300)]
    by_brand = [window(2, 1, value=str(n)) for n in range(6)]
    assert of_windows(shop, by_brand, NOW) == {
        **{"windows": 3, "brands_a_window": 2.0},
        "events_a_second": round(200 / 120, 1),
    }


def test_nothing_streamed_is_nothing_and_no_error() -> None:
    assert set(of_windows([], [], NOW).values()) == {0}
