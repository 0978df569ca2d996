"""The comparison finds every kind of disagreement between the recount and a place."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bench.recount.compare import Result, compare
from bench.recount.windows import Content, Key, Numbers, Recounted

START = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
KEY: Key = (START, "all", "")
BRAND: Key = (START, "brand", "sony")
PLACES = ("HBase", "ecommerce-analytics", "raw.window_metrics", "raw.event_stream")


def views(count: int, value: str = "9.00") -> Numbers:
    money, zero = Decimal(value), Decimal("0.00")
    return (count, 0, 0, 0, money, zero, zero, money)


def places(numbers: Numbers) -> dict[str, dict[Key, Content]]:
    return {name: {KEY: numbers} for name in PLACES}


def compared(
    found: dict[str, dict[Key, Content]],
    *,
    left_out: str = "",
    awaited: str = "",
    open_since: datetime = START,
) -> Result:
    """Compare places with a recount of three views for 9.00 in one window."""
    recounted = {KEY: Recounted(views(3), START)}
    reasons = {KEY: left_out} if left_out else {}
    waiting = {awaited: {KEY}} if awaited else {}
    return compare(recounted, found, left_out=reasons, awaited=waiting, open_since=open_since)


def test_equal_places_have_no_difference() -> None:
    result = compared(places(views(3)))
    assert (result.compared, result.equal, result.different) == (1, 1, [])
    assert result.counted == 3


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("wrong", [views(2), views(4), views(3, "9.01")])
def test_wrong_count_or_sum_is_found_in_its_place(place: str, wrong: Numbers) -> None:
    result = compared(places(views(3)) | {place: {KEY: wrong}})
    assert result.equal == 0
    assert len(result.different) == 1
    assert place in result.different[0]
    assert str(wrong) in result.different[0]


@pytest.mark.parametrize("place", PLACES)
def test_missing_row_is_found(place: str) -> None:
    result = compared(places(views(3)) | {place: {}})
    assert result.equal == 0
    assert result.different == [f"2026-01-01 12:00:00 all '': recount {views(3)}, {place} None"]


@pytest.mark.parametrize("place", PLACES)
def test_extra_row_is_found(place: str) -> None:
    result = compared(places(views(3)) | {place: {KEY: views(3), BRAND: views(1)}})
    assert result.different == [
        f"2026-01-01 12:00:00 brand 'sony': recount None, {place} {views(1)}"
    ]


@pytest.mark.parametrize("place", PLACES)
def test_a_row_that_is_no_row_of_a_window_is_a_difference_and_counts_nothing(place: str) -> None:
    result = compared(places(views(3)) | {place: {KEY: "lacks carts"}})
    assert result.different == [
        f"2026-01-01 12:00:00 all '': recount {views(3)}, {place} lacks carts"
    ]
    assert result.counted == (0 if place == "HBase" else 3)


def test_window_that_is_not_compared_is_left_out() -> None:
    result = compared(places(views(1)), left_out="too old")
    assert (result.compared, result.left_out, result.different) == (0, {"too old": 1}, [])


@pytest.mark.parametrize("place", PLACES)
def test_a_place_that_need_not_have_a_window_yet_is_not_asked_for_it(place: str) -> None:
    behind = places(views(3)) | {place: {KEY: views(2)}}
    result = compared(behind, awaited=place)
    assert (result.compared, result.equal, result.different) == (1, 1, [])
    assert result.awaited == {place: 1}
    assert len(compared(places(views(2)), awaited=place).different) == 3


def test_open_window_is_compared_and_told() -> None:
    result = compared(places(views(1)), open_since=START - timedelta(seconds=1))
    assert (result.compared, result.still_open) == (1, 1)
    assert result.different
