"""Hard messages of the contract, judged by hand: the stream and the recount must both say what is written here.

Each is appended at APPENDED_AT to partition 1 of the topic "events", at its place in MESSAGES.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

APPENDED_AT = datetime(2026, 1, 1, 12, 0, 2, tzinfo=UTC)
AT = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
MAX_BYTES, MAX_FUTURE = 65_536, 5
GOOD = {"event_id": "e1", "event_time": "2026-01-01 12:00:00 UTC", "event_type": "view"}
GOOD |= {"product_id": "7", "brand": "sony", "price": "@", "user_id": "u1"}


class Taken(NamedTuple):
    """What is read from a message that is accepted."""

    event_time: datetime = AT
    price: str = "5.25"
    brand: str = "sony"
    event_id: str = "e1"


def raw(price: str = "5.25", more: str = "", **changes: Any) -> bytes:
    """The good event with other fields, a price as it stands, and more JSON behind its last field."""
    return json.dumps(GOOD | changes).replace('"@"', price)[:-1].encode() + f"{more}}}".encode()


def with_time(text: str) -> bytes:
    """The good event with a time as it stands in JSON."""
    return raw(event_time="#").replace(b'"#"', text.encode())


def nested(depth: int) -> bytes:
    """The good event that is so many levels deep."""
    return raw(more=', "x": ' + "[" * (depth - 1) + "]" * (depth - 1))


def at(text: str) -> str:
    """A text of JSON with a time on the first day of 2026."""
    return f'"2026-01-01T{text}"'


REFUSED: dict[str, dict[str, bytes]] = {
    "bad_text": {
        "half of a pair as bytes": raw().replace(b"sony", b"\xed\xa0\x80"),
        "a NUL in two bytes": raw().replace(b"sony", b"\xc0\x80"),
        "a whole number of 256 digits as an id": raw(product_id=10**255),
        "an array that is long, as a brand": raw(brand=["a"] * 64),
        "256 halves of pairs": raw(brand="\ud800" * 256),
    },
    "not_json": {
        "byte order mark": b"\xef\xbb\xbf" + raw(),
        "a space that JSON does not know": "\u00a0".encode() + raw(),
        "form feed behind": raw() + b"\x0c",
        "NaN in an unknown field": raw(more=', "score": NaN'),
        "-Infinity in an unknown field": raw(more=', "score": -Infinity'),
        "NaN deeper, in another price": raw(more=', "x": {"price": NaN}'),
        "NaN as the price and deeper": raw("NaN", ', "x": {"price": NaN}'),
        "Infinity in an unknown field beside a price like it": raw("1e400", ', "x": Infinity'),
        "another name of infinity": raw("INF"),
        "NaN with a sign": raw("-NaN"),
        "Infinity with a plus": raw("+Infinity"),
        "a number with a plus": raw("+5"),
        "a number without a whole part": raw(".5"),
        "a number with leading zeros": raw("05"),
        "a letter behind a backslash": raw().replace(b"sony", rb"so\xny"),
        "a short escape": raw().replace(b"sony", rb"so\u12"),
        "a tab in a text": raw().replace(b"sony", b"so\tny"),
        "1,000 levels deep": nested(1000),
        "a number of 1,001 digits": raw(more=', "x": ' + "1" * 1001),
        "a price of 1,001 digits": raw("1" * 1001),
        "a fraction of 1,001 digits": raw(more=', "x": 1.' + "1" * 1000),
        "a name of 50,001 letters": raw(more=', "' + "n" * 50_001 + '": 1'),
        "long brand, another object behind": raw(brand="b" * 256) + b" {}",
        "long brand, cut off": raw(brand="b" * 256)[:-1],
        "long brand in an array": b"[" + raw(brand="b" * 256) + b"]",
    },
    "missing_field": {
        "a name in capitals": raw().replace(b'"price"', b'"Price"'),
        "last of two prices is null": raw(more=', "price": null'),
        "last of two brands is true": raw(more=', "brand": true'),
        "brand true, a text of that name deeper": raw(brand=True, x={"brand": "y"}),
        "a number beyond double as an id": raw(product_id="#").replace(b'"#"', b"1e400"),
        "a number beyond double as a brand": raw(brand="#").replace(b'"#"', b"-1e400"),
        "a number with an exponent as an id": raw(product_id="#").replace(b'"#"', b"1e3"),
        "a short array as a brand": raw(brand=["a"] * 62),
        "false as a user": raw(user_id=False),
        "true as a brand in a long message that has a name twice": raw(
            brand=True, more=', "x": 1, "x": "' + "x" * 60_000 + '"'
        ),
    },
    "bad_event_time": {
        **{f"offset {text}": with_time(at(f"12:00:00{text}")) for text in ("+19:00", "-19:00")},
        **{f"offset {text}": with_time(at(f"12:00:00{text}")) for text in ("+18:01", "-18:01")},
        **{f"offset {text}": with_time(at(f"12:00:00{text}")) for text in ("+01:60", "+02")},
        "hour 24": with_time(at("24:00:00Z")),
        "second 60": with_time(at("11:59:60Z")),
        "1969 by its offset": with_time('"1970-01-01T00:00:00+01:00"'),
        "year 0": with_time('"0000-01-01T00:00:00Z"'),
        "seconds of 2286": with_time("9999999999"),
        "seconds of 2286 as text": with_time('"9999999999"'),
        "milliseconds of 2286": with_time("9999999999999"),
        "milliseconds with a fraction": with_time("1767268800000.0"),
        "text with a whole exponent": with_time('"1e9"'),
        "NaN as text": with_time('"NaN"'),
        "digits of another script": with_time('"\u0661\u0662\u0663\u0664\u0665\u0666\u0667890"'),
        "line end behind": with_time('"2026-01-01 12:00:00 UTC\\n"'),
    },
    "bad_price": {
        "NaN": raw("NaN"),
        "Infinity": raw("Infinity"),
        "-Infinity": raw("-Infinity"),
        "NaN beside a brand of digits": raw("NaN", brand="361"),
        "NaN as text": raw('"NaN"'),
        "beyond double": raw("1e400"),
        "a third decimal by its exponent": raw("1e-3"),
        "ten to the tenth": raw("1E10"),
        "rounded to ten to the tenth": raw("9999999999.9999999999"),
        "ten to the tenth as text": raw('"1.0E10"'),
        "three decimals by an exponent, as text": raw('"1.2345678901E7"'),
        "a short exponent as text": raw('"1e2"'),
        "too many decimals as text": raw('"5.00000000000000001"'),
        "blank in front": raw('" 5"'),
        "underscore": raw('"1_000"'),
        "1,000 digits": raw("1" * 1000),
    },
    "future_event_time": {
        "offset -18:00": with_time(at("12:00:00-18:00")),
        "offset without whole hours": with_time(at("12:00:00-00:30")),
        "2200 by its offset": with_time('"2201-01-01T00:30:00+01:00"'),
    },
}

TAKEN: dict[str, tuple[bytes, Taken]] = {
    "blanks around": (b" \r\n\t" + raw() + b" \r\n\t", Taken()),
    "offset +18:00": (with_time(at("12:00:00+18:00")), Taken(AT - timedelta(hours=18))),
    "offset +1800": (with_time(at("12:00:00+1800")), Taken(AT - timedelta(hours=18))),
    "offset -00:00": (with_time(at("12:00:00-00:00")), Taken()),
    "1970 by its offset": (
        with_time('"1969-12-31T23:30:00-01:00"'),
        Taken(datetime(1970, 1, 1, 0, 30, tzinfo=UTC)),
    ),
    "seven decimals of a second": (
        with_time(at("12:00:00.9999999Z")),
        Taken(AT + timedelta(microseconds=999_999)),
    ),
    "seconds with an exponent": (with_time("1.7672688E9"), Taken()),
    "seconds with an exponent as text": (with_time('"1.7672688E9"'), Taken()),
    "seconds with a fraction": (with_time("1767268800.5"), Taken(AT + timedelta(seconds=0.5))),
    # a JSON number is a double, which has no room for the last nine
    "seconds with many decimals": (
        with_time("1767268800.9999999999"),
        Taken(AT + timedelta(seconds=1)),
    ),
    "price with an exponent": (raw("1e2"), Taken(price="100.00")),
    "price with a negative exponent": (raw("525E-2"), Taken()),
    "price of ten million": (raw("1.0E7"), Taken(price="10000000.00")),
    "price of ten million as text": (raw('"1.0E7"'), Taken(price="10000000.00")),
    "price that is a double of two decimals": (raw("5.25000000000000001"), Taken()),
    "largest price": (raw("9999999999.99"), Taken(price="9999999999.99")),
    "price with zeros behind": (raw('"5.25' + "0" * 60 + '"'), Taken()),
    "price with zeros in front, as text": (raw('"005.25"'), Taken()),
    "negative zero": (raw("-0.0"), Taken(price="0.00")),
    "negative zero as text": (raw('"-0.00"'), Taken(price="0.00")),
    "last of two prices": (raw(more=', "price": 7'), Taken(price="7.00")),
    "last of two brands is null": (raw(more=', "brand": null'), Taken(brand="")),
    "last of two brands is text": (
        raw(brand=True, more=', "brand": "true"'),
        Taken(brand="true"),
    ),
    "a name with an escape": (
        raw(brand="true").replace(b'"brand"', rb'"br\u0061nd"'),
        Taken(brand="true"),
    ),
    "brand in quotes": (raw(brand='"Infinity"'), Taken(brand='"Infinity"')),
    "half of a pair": (raw(brand="\ud800x"), Taken(brand="?x")),
    "a whole pair": (raw(brand="\U0001f600"), Taken(brand="\U0001f600")),
    "slash behind a backslash": (raw().replace(b"sony", rb"so\/ny"), Taken(brand="so/ny")),
    "blank brand": (raw(brand=" "), Taken(brand=" ")),
    "whole number of 255 digits as an id": (raw(event_id=10**254), Taken(event_id=f"{10**254}")),
    "negative zero as an id": (raw(event_id="#").replace(b'"#"', b"-0"), Taken(event_id="0")),
    "no id": (raw(event_id=None), Taken(event_id="the place")),
    "the words NaN and Infinity": (raw(note='"price": NaN, Infinity'), Taken()),
    "beyond double in an unknown field": (raw(more=', "x": 1e400'), Taken()),
    "999 levels deep": (nested(999), Taken()),
    "a number of 1,000 digits": (raw(more=', "x": -' + "1" * 1000), Taken()),
    "a name of 50,000 letters": (raw(more=', "' + "n" * 50_000 + '": 1'), Taken()),
}

MESSAGES: dict[str, bytes] = {
    f"{reason}: {name}": value for reason, group in REFUSED.items() for name, value in group.items()
} | {name: value for name, (value, _) in TAKEN.items()}


def expected() -> dict[str, Taken | str]:
    """Message to its reason, or to what is read from it."""
    refused = {f"{reason}: {name}": reason for reason, group in REFUSED.items() for name in group}
    places = {name: f"events-1-{offset}" for offset, name in enumerate(MESSAGES)}
    taken = {
        name: found._replace(event_id=places[name]) if found.event_id == "the place" else found
        for name, (_, found) in TAKEN.items()
    }
    return refused | taken
