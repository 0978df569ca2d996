"""`make verify` from end to end, without a service: whatever is wrong in one of the five places is caught."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.bench.shop import CLOSED, NUMBERS, OPEN, Answer, Shop, at, recounted, row

Verify = Callable[[Shop], Answer]
WINDOWS = {"hbase": "HBase", "analytics": "ecommerce-analytics", "metrics": "raw.window_metrics"}
ONE_MORE_CART = ("1", "2", "0", "0", "1.00", "2.00", "0.00", "3.00")


@pytest.fixture
def verify(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Verify:
    return lambda shop: recounted(shop, monkeypatch, capsys)


def test_equal_places_agree_open_windows_included(verify: Verify) -> None:
    code, answer = verify(Shop())
    assert (code, answer["different"], answer["problems"], answer["not_checked"]) == (0, [], [], [])
    balance = ("sent", "counted", "rejected", "late", "repeated", "pending", "unknown")
    assert [answer[name] for name in balance] == [7, 4, 1, 1, 1, 0, 0]
    windows = ("windows_compared", "windows_equal", "windows_open", "windows_left_out")
    assert [answer[name] for name in windows] == [6, 6, 3, 0]
    assert answer["counted_in_windows_compared"] == 4
    assert answer["rejected_by_reason"] == {"not_json": 1}


@pytest.mark.parametrize("start", [CLOSED, OPEN])
@pytest.mark.parametrize("dimension", ["all", "brand", "category"])
@pytest.mark.parametrize("place", WINDOWS)
def test_a_changed_value_is_caught(place: str, dimension: str, start: str, verify: Verify) -> None:
    shop = Shop()
    getattr(shop, place)[start, dimension] = (*NUMBERS[start][:7], "7.01")
    code, answer = verify(shop)
    assert (code, answer["windows_equal"], answer["different_count"]) == (1, 5, 1)
    assert answer["different"][0].startswith(f"2026-01-01 {start} {dimension} ")
    assert answer["places"][WINDOWS[place]]["different"] == 1


@pytest.mark.parametrize("start", [CLOSED, OPEN])
@pytest.mark.parametrize("place", WINDOWS)
def test_a_missing_window_is_caught(place: str, start: str, verify: Verify) -> None:
    shop = Shop()
    del getattr(shop, place)[start, "brand"]
    code, answer = verify(shop)
    assert (code, answer["windows_equal"], answer["different_count"]) == (1, 5, 1)
    assert answer["different"][0].endswith(f"{WINDOWS[place]} None")


@pytest.mark.parametrize("place", WINDOWS)
def test_a_window_too_many_is_caught(place: str, verify: Verify) -> None:
    shop = Shop()
    getattr(shop, place)["12:00:04", "brand"] = ONE_MORE_CART
    code, answer = verify(shop)
    assert (code, answer["windows_equal"], answer["different_count"]) == (1, 6, 1)
    assert answer["different"][0].startswith("2026-01-01 12:00:04 brand 'sony': recount None, ")


def change(shop: Shop, offset: int, **columns: Any) -> Shop:
    (kept,) = [row for row in shop.stream if row["offset"] == offset]
    kept |= columns
    return shop


def test_a_changed_event_of_a_window_is_caught_in_raw_event_stream(verify: Verify) -> None:
    code, answer = verify(change(Shop(), 1, event_type="view"))
    assert code == 1
    assert answer["places"]["raw.event_stream"] == {"windows": 6, "different": 3}


@pytest.mark.parametrize("offset", [0, 3, 4])  # counted, late, repeated
def test_a_lost_event_is_caught_in_raw_event_stream(offset: int, verify: Verify) -> None:
    shop = Shop()
    shop.stream = [row for row in shop.stream if row["offset"] != offset]
    code, answer = verify(shop)
    assert code == 1
    lost = "raw.event_stream lacks 1 messages and has 0 that the topic has not"
    assert answer["different"][0] == lost


@pytest.mark.parametrize("offset", [0, 3, 4])  # counted, late, repeated
@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("event_id", "other", "recount {event_id}, raw.event_stream other"),
        ("event_time", at(5.5), "raw.event_stream 2026-01-01 12:00:05.5+00"),
        ("event_type", "cart", "recount view, raw.event_stream cart"),
        ("product_id", "p9", "recount p{offset}, raw.event_stream p9"),
        ("category_id", None, "recount 7, raw.event_stream "),
        ("category_code", "electronics", "recount electronics.audio, raw.event_stream electronics"),
        ("brand", "lg", "recount sony, raw.event_stream lg"),
        ("price", Decimal("3.01"), "raw.event_stream 3.01"),
        ("user_id", "u2", "recount u1, raw.event_stream u2"),
        ("user_session", "s1", "recount , raw.event_stream s1"),
        ("appended_at", at(33), "raw.event_stream 2026-01-01 12:00:33+00"),
    ],
)
def test_every_column_of_every_event_is_compared(
    column: str, value: Any, told: str, offset: int, verify: Verify
) -> None:
    code, answer = verify(change(Shop(), offset, **{column: value}))
    (fault,) = [line for line in answer["different"] if line.startswith("raw.event_stream")]
    assert code == 1
    place = f"the first (partition 0, offset {offset}): "
    assert fault.startswith(f"raw.event_stream has another {column} for 1 messages, {place}")
    event_id = {0: "e0", 3: "e3", 4: "e2"}[offset]
    assert fault.endswith(told.format(event_id=event_id, offset=offset))


def test_of_several_changed_events_the_first_is_told(verify: Verify) -> None:
    shop = change(change(Shop(), 6, user_id="u2"), 3, user_id="u3")
    (fault,) = verify(shop)[1]["different"]
    assert fault == (
        "raw.event_stream has another user_id for 2 messages, the first (partition 0, offset 3): "
        "recount u1, raw.event_stream u3"
    )


def test_an_event_too_many_is_caught_in_raw_event_stream(verify: Verify) -> None:
    shop = Shop()
    shop.stream.append(row(5, "e9", 0, "view", "1.00"))  # the topic's offset 5 was refused
    code, answer = verify(shop)
    extra = "raw.event_stream lacks 0 messages and has 1 that the topic has not"
    assert (code, answer["different"]) == (1, [extra])


def test_an_event_that_landed_twice_is_caught(verify: Verify) -> None:
    shop = Shop()
    shop.stream.append({**shop.stream[3]})
    code, answer = verify(shop)
    assert (code, answer["different"]) == (1, ["raw.event_stream has 1 messages twice"])


@pytest.mark.parametrize(
    ("reasons", "fault"),
    [
        ([], "raw.rejected_event lacks 1 messages and has 0 that the topic has not"),
        (
            [(5, "bad_price")],
            "raw.rejected_event has another reason for 1 messages, the first (partition 0, "
            "offset 5): recount not_json, raw.rejected_event bad_price",
        ),
        (
            [(5, "not_json"), (6, "not_json")],
            "raw.rejected_event lacks 0 messages and has 1 that the topic has not",
        ),
        ([(5, "not_json")] * 2, "raw.rejected_event has 1 messages twice"),
    ],
)
def test_what_is_wrong_with_a_refused_message_is_caught(
    reasons: list[tuple[int, str]], fault: str, verify: Verify
) -> None:
    shop = Shop()
    (kept,) = shop.rejected
    shop.rejected = [kept | {"offset": offset, "reason": reason} for offset, reason in reasons]
    if not reasons:
        shop.delta = without_rows(shop.delta)  # type: ignore[method-assign]
    code, answer = verify(shop)
    assert (code, answer["different"]) == (1, [fault])


def without_rows(delta: Callable[..., Any]) -> Callable[..., Any]:
    """raw.rejected_event without a row still has its columns."""

    def read(settings: object, table: str, columns: list[str]) -> Any:
        if table == "rejected_event":
            return Shop().delta(settings, table, columns).slice(0, 0)
        return delta(settings, table, columns)

    return read


def test_a_watermark_that_the_ranges_do_not_give_is_caught(verify: Verify) -> None:
    shop = Shop()
    shop.batches[1] = (3, -8.0)
    code, answer = verify(shop)
    assert code == 1
    assert answer["different"][0].startswith("batch 1 used the watermark")


def test_a_message_that_no_batch_holds_is_caught_on_a_quiet_topic(verify: Verify) -> None:
    shop = Shop()
    shop.batches[3] = (6, 20.0)  # e4 is in no batch
    code, answer = verify(shop)
    assert (code, answer["pending"]) == (1, 1)
    assert answer["different"][0].startswith("1 messages are in no batch of the live query yet")
    assert answer["windows_left_out_by_reason"] == {"with messages that are in no batch yet": 3}


def test_windows_that_no_place_keeps_any_more_are_no_proof(verify: Verify) -> None:
    code, answer = verify(Shop(now=at(0) + timedelta(days=2)))
    assert (code, answer["windows_compared"], answer["different"]) == (1, 0, [])
    assert answer["problems"][0].startswith("nothing was compared: none of the 6 windows")
    assert answer["counted"] == 4
