"""`make verify` while messages arrive: what is decided is compared, what is not is told, who lags is named."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.bench.shop import (
    CLOSED,
    LANDED_LATER,
    NUMBERS,
    OPEN,
    Answer,
    Shop,
    at,
    message,
    recounted,
    row,
)

Verify = Callable[[Shop], Answer]
WINDOWS = ("hbase", "analytics", "metrics")
TOO_MUCH = ("9", "9", "9", "9", "9.00", "9.00", "9.00", "9.00")


@pytest.fixture
def verify(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Verify:
    return lambda shop: recounted(shop, monkeypatch, capsys)


def moving(*, appended_at: float = 55, now: float = 60, landed: bool = True) -> Shop:
    """A view at 12:00:32 that is in no batch yet has arrived, and more is coming."""
    shop = Shop(arrives=True, now=at(now))
    new = row(7, "e5", 32, "view", "5.00") | {"ingested_at": LANDED_LATER}
    shop.sent[7], shop.appended_at[7] = message(new), at(appended_at)
    if landed:
        shop.stream.append(new)
    return shop


def test_what_is_decided_agrees_and_what_is_not_is_told(verify: Verify) -> None:
    code, answer = verify(moving())
    assert (code, answer["different"], answer["problems"]) == (0, [], [])
    assert (answer["topic_is_quiet"], answer["pending"]) == (False, 1)
    assert (answer["windows_compared"], answer["windows_equal"]) == (3, 3)
    assert answer["not_checked"] == [
        "3 windows may still change",
        "1 messages have no verdict: in no batch of the live query yet",
        "1 events were not looked for in raw.event_stream: not landed yet",
    ]


def test_a_topic_that_grows_while_the_places_are_read_is_not_quiet(verify: Verify) -> None:
    shop = Shop(arrives=True)
    shop.asked = -1  # the end of the topic is the same after it was read
    shop.hbase[OPEN, "all"] = TOO_MUCH  # a newer event is counted there already
    code, answer = verify(shop)
    assert (code, answer["topic_is_quiet"], answer["windows_left_out"]) == (0, False, 3)


@pytest.mark.parametrize("place", WINDOWS)
def test_a_final_window_that_differs_is_caught(place: str, verify: Verify) -> None:
    shop = moving()
    getattr(shop, place)[CLOSED, "all"] = TOO_MUCH
    code, answer = verify(shop)
    assert (code, answer["windows_equal"]) == (1, 2)
    assert answer["different"][-1].startswith("2026-01-01 12:00:00 all '': recount ")


@pytest.mark.parametrize("place", WINDOWS)
def test_a_final_window_that_the_recount_has_not_is_caught(place: str, verify: Verify) -> None:
    shop = moving()
    getattr(shop, place)["12:00:18", "all"] = NUMBERS[CLOSED]
    code, answer = verify(shop)
    assert (code, answer["different_count"]) == (1, 1)
    assert answer["different"][0].startswith("2026-01-01 12:00:18 all '': recount None, ")
    # one that ends behind the watermark may hold events that were read by nobody here
    shop = moving()
    getattr(shop, place)["12:00:20", "all"] = NUMBERS[CLOSED]
    assert verify(shop)[0] == 0


def test_a_window_that_is_final_is_compared_also_while_a_message_for_it_waits(
    verify: Verify,
) -> None:
    shop = moving()
    shop.sent[7] = message(row(7, "e5", 1, "view", "5.00"))  # it can only be late
    shop.hbase[CLOSED, "all"] = TOO_MUCH
    assert verify(shop)[1]["places"]["HBase"]["different"] == 1


@pytest.mark.parametrize("offset", [0, 3, 4, 5])  # counted, late, repeated, refused
def test_a_message_that_landing_has_lost_is_caught(offset: int, verify: Verify) -> None:
    shop = moving()
    shop.stream = [kept for kept in shop.stream if kept["offset"] != offset]
    if offset == 5:
        shop.rejected[0] |= {"offset": 4}
    code, answer = verify(shop)
    assert code == 1
    assert any(" lacks 1 messages and has " in line for line in answer["different"])


def writing() -> Shop:
    """Landing has written the newest batch, offsets 3 to 6, to the first of its two tables."""
    shop = moving(landed=False)
    for kept in shop.stream[3:]:
        kept |= {"ingested_at": LANDED_LATER}
    shop.rejected[0] |= {"offset": 99, "ingested_at": at(50)}
    return shop


def test_what_landing_is_just_writing_is_not_looked_for(verify: Verify) -> None:
    shop = writing()
    assert verify(shop)[0] == 0
    shop.stream.pop(1)  # of the batch before
    assert verify(shop)[0] == 1


def test_a_final_window_whose_events_have_not_landed_is_not_looked_for(verify: Verify) -> None:
    shop = moving(landed=False)
    shop.stream = [shop.stream[0] | {"ingested_at": LANDED_LATER}]
    code, answer = verify(shop)
    assert (code, answer["windows_equal"]) == (0, 3)
    told = "3 windows compared were not looked for in raw.event_stream: not landed yet"
    assert told in answer["not_checked"]


def test_a_live_query_that_stopped_is_named(verify: Verify) -> None:
    assert verify(moving(appended_at=40, now=160))[1]["problems"] == []
    code, answer = verify(moving(appended_at=40, now=161))
    assert (code, answer["different"]) == (1, [])
    assert answer["problems"] == [
        "the live query lags behind: 1 messages are in no batch of it, the oldest for 121 s: "
        "make status, make logs S=live"
    ]


def test_a_landing_job_that_stopped_is_named(verify: Verify) -> None:
    shop = moving(appended_at=40, now=161, landed=False)
    shop.batches.append((8, 21.0))
    code, answer = verify(shop)
    assert (code, answer["different"]) == (1, [])
    assert answer["problems"] == [
        "landing lags behind: 1 events are not in raw.event_stream, the oldest for 121 s: "
        "make status, make logs S=landing"
    ]


def stale(shop: Shop, landed: int) -> Shop:
    """raw.window_metrics without the updates behind `landed`; the first three are of CLOSED."""
    shop.metrics_landed = landed
    shop.metrics[CLOSED, "category"] = TOO_MUCH
    return shop


def test_a_window_whose_last_update_has_not_landed_is_not_looked_for(verify: Verify) -> None:
    code, answer = verify(stale(moving(), 2))
    assert (code, answer["windows_equal"]) == (0, 3)
    told = "1 windows compared were not looked for in raw.window_metrics: not landed yet"
    assert told in answer["not_checked"]
    assert verify(stale(moving(), 3))[0] == 1


def test_windows_that_wait_for_landing_too_long_are_named(verify: Verify) -> None:
    shop: Any = stale(moving(), 2)
    shop.now = at(33 + 121)
    shop.appended_at[7] = at(150)
    assert verify(shop)[1]["problems"] == [
        "landing lags behind: 4 windows are not in raw.window_metrics as they were last written, "
        "the oldest for 121 s: make status, make logs S=landing"
    ]
