"""A CSV row becomes an event exactly, or a rejection with a reason."""

import json

import pytest

from ingest.events import EXTRA_FIELDS, BadRowError, Event, Stamp, encode, event_of, parse

# 2026-01-02 03:04:05.678 UTC
DUE_MS = 1_767_323_045_678


def row(**changes: str) -> dict[str, str]:
    values = {
        "event_time": "2020-09-24 11:57:06 UTC",
        "event_type": "view",
        "product_id": "1996170",
        "category_id": "2144415922528452715",
        "category_code": "electronics.telephone",
        "brand": "samsung",
        "price": "31.90",
        "user_id": "1515915625519388267",
        "user_session": "LJuJVLEjPT",
    }
    return values | changes


def event(keeps_file_time: bool = False, **changes: str) -> Event:
    event_ms = None if keeps_file_time else DUE_MS
    return event_of(parse(row(**changes)), Stamp("demo-41", event_ms, DUE_MS))


def test_row_becomes_the_whole_event() -> None:
    assert event() == {
        "event_id": "demo-41",
        "event_time": "2026-01-02T03:04:05.678Z",
        "event_type": "view",
        "product_id": "1996170",
        "category_id": "2144415922528452715",
        "category_code": "electronics.telephone",
        "brand": "samsung",
        "price": 31.9,
        "user_id": "1515915625519388267",
        "user_session": "LJuJVLEjPT",
        "produced_at": "2026-01-02T03:04:05.678Z",
        "source_event_time": "2020-09-24 11:57:06 UTC",
    }


def test_original_time_is_the_files_time_and_produced_at_stays_the_due_time() -> None:
    found = event(keeps_file_time=True)
    assert found["event_time"] == "2020-09-24T11:57:06.000Z"
    assert found["produced_at"] == "2026-01-02T03:04:05.678Z"


def test_event_time_may_be_another_time_than_the_due_time() -> None:
    found = event_of(parse(row()), Stamp("demo-41", DUE_MS - 5_678, DUE_MS))
    assert found["event_time"] == "2026-01-02T03:04:00.000Z"
    assert found["produced_at"] == "2026-01-02T03:04:05.678Z"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"brand": "", "category_code": "", "user_session": ""},
        {"brand": 'say "hi"\\', "user_id": "ж\n\t\x01", "user_session": "a/b\u2028"},
        {"price": "-0.00", "category_id": ""},
    ],
)
def test_the_bytes_are_the_event_as_json(changes: dict[str, str]) -> None:
    found = event(**changes)
    written = encode(found)
    assert json.loads(written) == found
    assert list(json.loads(written)) == list(found)
    assert b", " not in written.replace(b"UTC", b"")


@pytest.mark.parametrize("field", ["category_code", "brand", "user_session"])
def test_empty_text_is_null(field: str) -> None:
    assert event(**{field: ""})[field] is None  # type: ignore[literal-required]


@pytest.mark.parametrize("field", ["event_time", "event_type", "product_id", "price", "user_id"])
def test_empty_required_field_is_refused(field: str) -> None:
    with pytest.raises(BadRowError, match=f"^{field} is empty$"):
        event(**{field: ""})


@pytest.mark.parametrize(
    ("text", "json_number"),
    [
        ("635.63", "635.63"),
        ("0.22", "0.22"),
        ("64771.06", "64771.06"),
        ("5", "5.0"),
        ("-79.37", "-79.37"),
        ("0.00", "0.0"),
    ],
)
def test_price_is_the_same_number_in_json(text: str, json_number: str) -> None:
    assert json.dumps(event(price=text)["price"]) == json_number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("abc", "price is not a number: 'abc'"),
        ("nan", "price is not a number: 'nan'"),
        ("inf", "price is not a number: 'inf'"),
        ("1e3", "price is not a number: '1e3'"),
        ("1,50", "price is not a number: '1,50'"),
        ("١٢", "price is not a number: '١٢'"),
        ("1.234", "price has more than two decimals: '1.234'"),
        ("12345678901234567.89", "price has too many digits: '12345678901234567.89'"),
    ],
)
def test_bad_price_is_refused_with_its_text(text: str, reason: str) -> None:
    with pytest.raises(BadRowError) as caught:
        event(price=text)
    assert caught.value.reason == reason


def test_price_beyond_every_float_is_refused() -> None:
    with pytest.raises(BadRowError, match="too many digits"):
        event(price="9" * 400)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2020-09-24 11:57:06 UTC", "2020-09-24T11:57:06.000Z"),
        ("2020-09-24T11:57:06Z", "2020-09-24T11:57:06.000Z"),
        ("2020-09-24T11:57:06.250", "2020-09-24T11:57:06.250Z"),
        ("2020-09-24T01:30:00+02:00", "2020-09-23T23:30:00.000Z"),
    ],
)
def test_times_are_read_as_utc(text: str, utc: str) -> None:
    assert event(keeps_file_time=True, event_time=text)["event_time"] == utc


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2020-09-24",
        "2020-13-01 00:00:00 UTC",
        "1600948626",
        "2020-09-24 11:57:06+02:00 UTC",
        "0001-01-01T00:00:00+10:00",
    ],
)
def test_bad_time_is_refused(text: str) -> None:
    with pytest.raises(BadRowError, match=r"^event_time is not"):
        event(event_time=text)


def test_unknown_event_type_is_refused() -> None:
    with pytest.raises(BadRowError, match=r"^event_type is unknown: 'refund'$"):
        event(event_type="refund")


def test_removal_from_the_cart_is_an_event() -> None:
    assert event(event_type="remove_from_cart")["event_type"] == "remove_from_cart"


def test_row_longer_than_the_header_is_refused() -> None:
    with pytest.raises(BadRowError, match="more fields than the header"):
        event(**{EXTRA_FIELDS: "surplus"})
