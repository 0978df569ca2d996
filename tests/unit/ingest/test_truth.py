"""The truth counts what was injected, and finds every way in which a topic can differ from its plan."""

from collections import Counter
from dataclasses import dataclass

import pytest

from ingest.recipe import Recipe
from ingest.sends import Send, partition_of
from ingest.truth import Seen, Truth, compare
from tests.unit.ingest.builders import LIMITS, recipe, sends

FAULTS = "late=10% duplicates=10% malformed=20% out_of_order=10% future=10%"


@dataclass
class Topic:
    """Three partitions that were filled by a plan."""

    recipe: Recipe
    plan: list[Send]

    def messages(self) -> list[tuple[Send, int]]:
        return [(send, partition_of(send.key("user_id"), 3)) for send in self.plan]


def topic(count: int = 200, faults: str = FAULTS) -> Topic:
    return Topic(recipe(faults), sends(count, faults))


def truth(
    made: Topic, messages: list[tuple[Send, int]], begins: dict[int, int] | None = None
) -> Truth:
    seen, offsets = Seen(made.recipe), Counter[int]()
    for send, partition in messages:
        seen.add(send.send_index, (partition, offsets[partition]), send.fault, send.value())
        offsets[partition] += 1
    return compare(seen, iter(made.plan), begins or {}, LIMITS, watermark=10)


def test_all_that_was_sent_agrees_and_is_counted_by_fault() -> None:
    made = topic()
    found = truth(made, made.messages())
    faults = Counter(send.fault or "none" for send in made.plan)
    assert found.agrees
    assert found.sent == len(made.plan)
    assert found.by_fault == faults
    assert found.repeated_event_ids == faults["duplicate"] > 5
    damaged = sum(count for name, count in faults.items() if name.startswith("malformed"))
    assert found.rejected.total() == damaged + faults["future"]
    assert found.rejected["future_event_time"] == faults["future"] > 5
    # each row once: what is left are the rows that were neither damaged nor from the future
    assert found.events == 200 - damaged - faults["future"]


def test_late_events_are_counted_by_the_plan() -> None:
    made = topic(100, "late=100% late_by=10s..10s")
    assert truth(made, made.messages()).late == {
        "injected": 100,
        "by_more_than_the_watermark": 0,
    }
    made = topic(100, "late=100% late_by=10.001s..60s")
    assert truth(made, made.messages()).late["by_more_than_the_watermark"] == 100


def test_a_plan_that_was_cut_off_is_counted_up_to_the_last_message() -> None:
    made = topic()
    found = truth(made, made.messages()[:50])
    assert found.agrees
    assert found.sent == 50


def test_what_the_producer_sent_again_is_listed_and_no_difference() -> None:
    made = topic()
    messages = made.messages()
    again = [message for message in messages[40:120] if message[1] == messages[40][1]]
    assert len(again) > 10
    found = truth(made, [*messages[:120], *again, *messages[120:]])
    assert found.agrees
    assert [row["send_index"] for row in found.repeated_sends] == [s.send_index for s, _ in again]
    assert [row["event_id"] for row in found.repeated_sends] == [
        send.event["event_id"] for send, _ in again
    ]
    refused = sum(send.fault == "future" or "malformed" in send.fault for send, _ in again)
    assert found.repeated_sends_rejected.total() == refused > 0
    assert found.sent == len(made.plan)


def test_a_lost_message_is_missing() -> None:
    made = topic()
    messages = made.messages()
    found = truth(made, [*messages[:30], *messages[31:]])
    assert not found.agrees
    assert found.missing == [30]


def test_what_retention_deleted_is_no_difference() -> None:
    made = topic()
    messages = made.messages()
    found = truth(made, messages[30:], begins={0: 5, 1: 5, 2: 5})
    assert found.agrees
    assert found.deleted_by_retention == 30


def test_a_hole_behind_what_retention_left_is_missing() -> None:
    made = topic()
    messages = made.messages()[30:]
    del messages[100]
    assert truth(made, messages, begins={0: 5, 1: 5, 2: 5}).missing == [130]


def test_exchanged_messages_are_in_the_wrong_order() -> None:
    made = topic()
    messages = made.messages()
    own = [place for place, (_, partition) in enumerate(messages) if partition == messages[0][1]]
    first, second = own[3], own[4]
    messages[first], messages[second] = messages[second], messages[first]
    assert truth(made, messages).in_wrong_order == [first]


@pytest.mark.parametrize("what", ["partition", "fault", "value"])
def test_another_content_is_different(what: str) -> None:
    made = topic(50, "")
    messages = made.messages()
    send, partition = messages[20]
    changed = {
        "partition": (send, (partition + 1) % 3),
        "fault": (send._replace(fault="late"), partition),
        "value": (send._replace(event={**send.event, "price": 9.0}), partition),
    }
    messages[20] = changed[what]
    found = truth(made, messages).different
    assert [row["send_index"] for row in found] == [20]
    assert set(found[0]) == {"send_index", "offset", "value_crc" if what == "value" else what}


def test_messages_that_no_plan_has_are_found() -> None:
    made = topic(50, "")
    extra = made.plan[-1]._replace(send_index=50)
    found = truth(made, [*made.messages(), (extra, 0)])
    assert found.not_in_plan == [50]
    assert not found.agrees


def test_the_report_says_how_many_and_shows_the_first_ten() -> None:
    made = topic(50, "")
    report = truth(made, made.messages()[30:]).report()
    assert report["missing"] == {"count": 30, "first": list(range(10))}
    assert report["agrees"] is False
