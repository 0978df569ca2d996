"""The comparison finds every kind of disagreement between the recount and a place."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bench.recount.compare import LIVE_PLACES, Result, compare
from bench.recount.windows import Key, Numbers, Recounted

START = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
KEY: Key = (START, "all", "")
BRAND: Key = (START, "brand", "sony")
PLACES = (*LIVE_PLACES, "raw.event_stream")


def views(count: int, value: str = "9.00") -> Numbers:
    money, zero = Decimal(value), Decimal("0.00")
    return (count, 0, 0, 0, money, zero, zero, money)


def places(numbers: Numbers) -> dict[str, dict[Key, Numbers]]:
    return {name: {KEY: numbers} for name in PLACES}


def compared(
    found: dict[str, dict[Key, Numbers]],
    *,
    late_candidates: int = 0,
    is_compared: bool = True,
    open_since: datetime = START,
) -> Result:
    """Compare places with a recount of three views for 9.00 in one window."""
    recounted = {KEY: Recounted(views(3), late_candidates, START)}
    return compare(recounted, found, is_compared={KEY: is_compared}, open_since=open_since)


def test_equal_places_have_no_difference() -> None:
    result = compared(places(views(3)))
    assert (result.compared, result.equal, result.different) == (1, 1, [])
    assert (result.counted, result.late) == (3, 0)


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


def late(live: Numbers) -> dict[str, dict[Key, Numbers]]:
    """The live places counted `live`; raw.event_stream keeps everything."""
    return places(live) | {"raw.event_stream": {KEY: views(3)}}


@pytest.mark.parametrize("count", [2, 3])
def test_late_event_may_be_counted_or_not(count: int) -> None:
    result = compared(late(views(count)), late_candidates=1)
    assert (result.undecided, result.different) == ([KEY], [])
    assert (result.counted, result.late) == (count, 3 - count)


@pytest.mark.parametrize("count", [1, 4])
def test_window_with_a_late_event_has_limits(count: int) -> None:
    result = compared(late(views(count)), late_candidates=1)
    assert len(result.different) == len(LIVE_PLACES)


def test_live_places_must_agree_about_a_late_event() -> None:
    found = late(views(3)) | {"HBase": {KEY: views(2)}}
    assert "places differ" in compared(found, late_candidates=1).different[0]


def test_late_event_must_be_in_the_raw_events() -> None:
    found = compared(places(views(2)), late_candidates=1).different
    assert [line for line in found if "raw.event_stream" in line] == found
    assert found


def test_window_that_is_not_compared_is_left_out() -> None:
    result = compared(places(views(1)), is_compared=False)
    assert (result.compared, result.left_out, result.different) == (0, 1, [])


def test_open_window_is_compared_and_told() -> None:
    result = compared(places(views(1)), open_since=START - timedelta(seconds=1))
    assert (result.compared, result.still_open) == (1, 1)
    assert result.different


def test_event_that_cannot_be_late_is_not_called_late() -> None:
    assert compared(places(views(2))).late == 0
