"""The send plan: faults in their shares, each one what it says, the same for the same seed."""

import json
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from bench.recount.verdict import judge
from ingest.contract import seconds_of
from ingest.faults.malformed import DAMAGES
from ingest.sends import Send, partition_of
from ingest.truth import expected_reason
from tests.unit.ingest.builders import LIMITS, START, sends

ALL = "late=5% late_by=3s..60s duplicates=5% malformed=5% out_of_order=5% future=5% bursts=3x/4s"


def of(fault: str, planned: list[Send]) -> list[Send]:
    return [send for send in planned if send.fault == fault]


def delay(send: Send) -> float:
    """Seconds between the time that the event carries and the one at which it is due."""
    return send.due_at - seconds_of(send.event["event_time"])


def test_without_faults_every_row_is_sent_once_in_order() -> None:
    found = sends(50)
    assert [send.send_index for send in found] == list(range(50))
    assert [send.event["event_id"] for send in found] == [f"demo-{n}" for n in range(50)]
    assert {send.fault for send in found} == {""}


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not() -> None:
    def bytes_of(seed: int) -> list[bytes | None]:
        return [send.value() for send in sends(500, ALL, seed=seed)]

    assert bytes_of(7) == bytes_of(7)
    assert bytes_of(7) != bytes_of(8)


def test_a_shorter_file_gives_the_beginning_of_the_same_plan() -> None:
    whole, part = sends(2000, ALL), sends(500, ALL)
    until = next(send.send_index for send in whole if send.event["product_id"] == "499")
    assert part[:until] == whole[:until]


def test_shares_are_kept() -> None:
    kinds = Counter(send.fault.split(":")[0] for send in sends(20_000, ALL))
    # 5 % of 20,000 with four standard deviations
    for name in ("late", "duplicate", "malformed", "out_of_order", "future"):
        assert abs(kinds[name] - 1000) < 125


def test_send_indexes_have_no_gap_and_due_times_never_go_back() -> None:
    found = sends(3000, ALL)
    assert [send.send_index for send in found] == list(range(len(found)))
    assert all(a.due_at <= b.due_at for a, b in pairwise(found))


def test_every_row_is_sent_once_besides_its_repeats() -> None:
    found = [send for send in sends(3000, ALL) if send.fault != "duplicate"]
    assert sorted(int(send.event["product_id"]) for send in found) == list(range(3000))


def test_a_late_event_has_an_older_time_and_the_same_due_time() -> None:
    found = of("late", sends(2000, "late=10% late_by=3s..60s"))
    delays = [delay(send) for send in found]
    assert 3 <= min(delays) < 6
    assert 57 < max(delays) <= 60
    assert all(
        seconds_of(send.event["produced_at"]) == pytest.approx(send.due_at, abs=0.001)
        for send in found
    )


def test_a_duplicate_repeats_the_bytes_of_an_event_a_few_seconds_later() -> None:
    found = sends(500, "duplicates=10%")
    first = {send.event["event_id"]: send for send in reversed(found)}
    repeats = of("duplicate", found)
    assert len(repeats) > 20
    for repeat in repeats:
        original = first[repeat.event["event_id"]]
        assert original.fault == ""
        assert repeat.value() == original.value()
        assert 0.5 <= repeat.due_at - original.due_at <= 5


@pytest.mark.parametrize("rate", [0.5, 10.0, 200.0])
def test_an_event_out_of_order_is_overtaken_by_at_least_one(rate: float) -> None:
    found = sends(400, "out_of_order=10%", rate=rate)
    numbers = [int(send.event["product_id"]) for send in found]
    held = of("out_of_order", found)
    assert len(held) > 20
    for send in held[:-1]:
        assert max(numbers[: send.send_index]) > int(send.event["product_id"])
        # the event happened before; it is due, and produced, when it leaves
        assert delay(send) > 0.04
        assert seconds_of(send.event["produced_at"]) == pytest.approx(send.due_at, abs=0.001)


def test_an_event_from_the_future_is_a_day_ahead() -> None:
    for send in of("future", sends(300, "future=10%")):
        assert delay(send) == pytest.approx(-86_400, abs=0.001)


def test_a_burst_names_its_events() -> None:
    found = sends(100, "late=1% bursts=3x/4s")
    # 30 events in three calm seconds, then 30 in one
    assert [send.send_index for send in of("burst", found)][:1] == [30]
    assert Counter(int(send.due_at - START) for send in found)[3] == 30


def test_every_kind_of_damage_comes_even_in_a_short_replay() -> None:
    found = sends(len(DAMAGES), "malformed=100%")
    assert sorted(send.fault for send in found) == sorted(f"malformed:{kind}" for kind in DAMAGES)


@pytest.mark.parametrize("kind", sorted(DAMAGES))
@pytest.mark.parametrize("amount", [0.0, 0.37, 0.999])
def test_damage_is_refused_for_the_expected_reason(kind: str, amount: float) -> None:
    send = sends(1)[0]._replace(fault=f"malformed:{kind}", amount=amount)
    verdict = judge(
        send.value(), datetime.fromtimestamp(START, UTC), "t-0-0", max_bytes=65_536, max_future=5
    )
    assert verdict.reason == expected_reason(send, LIMITS) == DAMAGES[kind].reason


def test_large_and_huge_messages_fit_into_a_request() -> None:
    sizes = {kind: len(DAMAGES[kind].make(sends(1)[0].event, 0.5) or b"") for kind in DAMAGES}
    assert 70_000 < sizes["large"] < 71_000
    assert 2_000_000 < sizes["huge"] < 4_194_304


@pytest.mark.parametrize(
    ("price", "changes", "reason"),
    [
        ("-79.37", {}, "bad_price"),
        ("10000000000", {}, "bad_price"),
        ("9999999999.99", {}, ""),
        ("0.00", {}, ""),
        ("1.50", {"start_at_ms": (START + 9) * 1000}, "future_event_time"),
        ("1.50", {"mode": "original"}, ""),
    ],
)
def test_what_the_file_itself_has_wrong_is_known_and_gets_no_fault(
    price: str, changes: dict[str, object], reason: str
) -> None:
    found = sends(20, "malformed=100%", price=price, **changes)
    reasons = {expected_reason(send, LIMITS) for send in found}
    if reason:
        assert ({send.fault for send in found}, reasons) == ({""}, {reason})
    else:
        assert "" not in {send.fault for send in found}


def test_the_verdict_on_the_files_own_mistakes_is_the_contracts() -> None:
    long = {"brand": "ж" * 128, "event_time": "2300-01-01T00:00:00.000Z"}
    for field, reason in (("brand", "bad_text"), ("event_time", "bad_event_time")):
        send = sends(1)[0]
        send = send._replace(event={**send.event, field: long[field]})  # type: ignore[typeddict-item]
        value = json.dumps(send.event).encode()
        appended = datetime.fromtimestamp(START, UTC)
        assert judge(value, appended, "", max_bytes=65_536, max_future=5).reason == reason
        assert expected_reason(send, LIMITS) == reason


def test_the_key_is_the_chosen_field_and_the_user_where_it_is_null() -> None:
    send = sends(4)[3]
    assert [send.key(name) for name in ("user_id", "product_id", "event_type", "user_session")] == [
        *(b"103", b"3", b"view", b"103")
    ]


def test_the_partition_of_a_key_depends_on_the_recorded_count_alone() -> None:
    # the check value of CRC-32: 123456789 gives cbf43926, which is 3,421,780,262
    assert partition_of(b"123456789", 3) == 2
    assert partition_of(b"123456789", 7) == 5
    assert {partition_of(str(n).encode(), 3) for n in range(100)} == {0, 1, 2}
