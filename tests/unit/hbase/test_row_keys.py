"""Row keys: round trip, order, escaping."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbase.row_keys import decode, encode, range_bounds, split_points

NOON = datetime(2020, 9, 24, 12, 0, 0, tzinfo=UTC)
moments = st.datetimes(
    min_value=datetime(1970, 1, 1), max_value=datetime(2199, 1, 1), timezones=st.just(UTC)
).map(lambda moment: moment.replace(microsecond=0))
values = st.text(st.characters(codec="utf-8"))


def test_key_of_all_events_is_the_window_start_in_utc() -> None:
    assert encode(NOON) == b"20200924_120000"


def test_key_of_a_value_follows_a_bar_and_may_be_empty() -> None:
    assert encode(NOON, "sony") == b"20200924_120000|sony"
    assert encode(NOON, "") == b"20200924_120000|"


def test_other_zones_are_turned_into_utc() -> None:
    paris = timezone(timedelta(hours=2))
    assert encode(datetime(2020, 9, 24, 14, 0, tzinfo=paris)) == b"20200924_120000"


def test_bar_percent_and_control_characters_are_escaped() -> None:
    assert encode(NOON, "a|b%c\n\x85") == b"20200924_120000|a%7Cb%25c%0A%C2%85"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        encode(datetime(2020, 9, 24))


@given(moments, st.one_of(st.none(), values))
def test_decode_gives_back_what_was_encoded(moment: datetime, value: str | None) -> None:
    assert decode(encode(moment, value)) == (moment, value)


@given(moments, values)
def test_salted_keys_round_trip_too(moment: datetime, value: str) -> None:
    key = encode(moment, value, bucket_count=16)
    assert decode(key, bucket_count=16) == (moment, value)


@given(moments, values, moments, values)
def test_keys_sort_by_time_first(a: datetime, x: str, b: datetime, y: str) -> None:
    if a < b:
        assert encode(a, x) < encode(b, y)


@given(values, values)
def test_different_values_never_share_a_key(x: str, y: str) -> None:
    assert (encode(NOON, x) == encode(NOON, y)) == (x == y)


def test_a_range_holds_its_start_and_not_its_end() -> None:
    end = NOON + timedelta(seconds=4)
    [(first, last)] = range_bounds(NOON, end)
    inside = [encode(NOON), encode(NOON, "\U0010ffff"), encode(NOON + timedelta(seconds=2), "a")]
    assert all(first <= key < last for key in inside)
    outside = [encode(end), encode(end, ""), encode(NOON - timedelta(seconds=2), "z")]
    assert not any(first <= key < last for key in outside)


def test_a_salted_range_has_bounds_for_every_bucket() -> None:
    bounds = range_bounds(NOON, NOON + timedelta(seconds=2), bucket_count=3)
    assert bounds == [
        (b"00" + b"20200924_120000", b"00" + b"20200924_120002"),
        (b"01" + b"20200924_120000", b"01" + b"20200924_120002"),
        (b"02" + b"20200924_120000", b"02" + b"20200924_120002"),
    ]


def test_a_range_between_seconds_holds_only_the_windows_inside_it() -> None:
    half = timedelta(microseconds=500_000)
    [(first, last)] = range_bounds(NOON + half, NOON + timedelta(seconds=4) + half)
    assert (first, last) == (b"20200924_120001", b"20200924_120005")


def test_an_empty_range_has_no_bounds() -> None:
    assert range_bounds(NOON, NOON) == []
    assert range_bounds(NOON, NOON - timedelta(seconds=2), bucket_count=4) == []


@pytest.mark.parametrize("key", [b"sony", b"20200924_120000sony", b"\xff"])
def test_a_foreign_key_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(key)


def test_a_salted_table_is_split_before_every_bucket_but_the_first() -> None:
    assert split_points(3) == [b"01", b"02"]
    assert split_points(0) == []
