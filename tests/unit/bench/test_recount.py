"""The recount and the comparison: right by hand, and able to see every kind of difference."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from bench.recount.compare import Result, compare
from bench.recount.windows import EVENTS, Key, Numbers, Recounted, recount

NOON = datetime(2020, 9, 24, 12, 0, tzinfo=UTC)
ALL: Key = (NOON, "all", "")
ONE: Numbers = (1, 0, 0, 0, Decimal("1.00"), Decimal("0.00"), Decimal("0.00"), Decimal("1.00"))


def event(at: float, appended: float | None = None, **named: Any) -> dict[str, Any]:
    row = {"event_id": f"e{at}", "event_type": "view", "brand": "", "category": "uncategorized"}
    row |= {"price": Decimal("1.00"), "partition": 0, "offset": int(at * 1000)}
    row |= {"event_time": NOON + timedelta(seconds=at)}
    row |= {"appended_at": NOON + timedelta(seconds=at if appended is None else appended)}
    return row | named


def windows(*events: dict[str, Any]) -> dict[Key, Recounted]:
    return recount(pa.Table.from_pylist(list(events), EVENTS), window=2, watermark=10)


def test_windows_hold_their_start_and_count_each_dimension() -> None:
    found = windows(event(0, brand="sony"), event(1.999, event_type="purchase"), event(2))
    assert found[ALL].numbers == (1, 0, 1, 0, *map(Decimal, ("1.00", "0.00", "1.00", "2.00")))
    assert found[NOON, "brand", "sony"].numbers == ONE
    assert found[NOON + timedelta(seconds=2), "all", ""].numbers == ONE
    assert len(found) == 7


def test_a_repeat_counts_where_it_came_first() -> None:
    first, again = event(0, event_id="x"), event(4, event_id="x")
    assert set(windows(again, first)) == {
        ALL,
        (NOON, "brand", ""),
        (NOON, "category", "uncategorized"),
    }


def test_an_event_behind_the_watermark_of_earlier_ones_may_be_late() -> None:
    found = windows(event(0), event(12, appended=12), event(1, appended=13))
    assert found[ALL].late_candidates == 1
    assert found[NOON + timedelta(seconds=12), "all", ""].late_candidates == 0


def compared(found: dict[Key, Numbers], late_candidates: int = 0, **changed: Any) -> Result:
    names = ("HBase", "ecommerce-analytics", "raw.window_metrics", "raw.event_stream")
    places = {name: {ALL: ONE} for name in names} | changed | {"HBase": found}
    recounted = {ALL: Recounted(ONE, late_candidates, NOON)}
    return compare(recounted, places, is_compared={ALL: True}, open_since=NOON)


def test_equal_places_are_equal() -> None:
    result = compared({ALL: ONE})
    assert (result.equal, result.counted, result.different) == (1, 1, [])


@pytest.mark.parametrize(
    "found",
    [
        {},
        {ALL: (2, *ONE[1:])},
        {ALL: (*ONE[:7], Decimal("1.01"))},
        {ALL: ONE, (NOON, "brand", "extra"): ONE},
    ],
    ids=["missing row", "wrong count", "wrong sum", "extra row"],
)
def test_a_difference_is_seen(found: dict[Key, Numbers]) -> None:
    assert len(compared(found).different) == 1


def test_places_that_disagree_about_a_late_event_are_seen() -> None:
    none: Numbers = (0, 0, 0, 0, *ONE[4:])
    assert compared({ALL: none}, late_candidates=1).different
    live = {"ecommerce-analytics": {}, "raw.window_metrics": {}}
    result = compared({}, late_candidates=1, **live)
    assert (result.different, result.late) == ([], 1)
