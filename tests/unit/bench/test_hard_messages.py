"""The recount's judge says of the hard messages what is written in the list, as the stream's does."""

from bench.recount.verdict import judge
from tests.hard_messages import APPENDED_AT, MAX_BYTES, MAX_FUTURE, MESSAGES, Taken, expected


def judged(value: bytes, offset: int) -> Taken | str:
    limits = {"max_bytes": MAX_BYTES, "max_future": MAX_FUTURE}
    found = judge(value, APPENDED_AT, f"events-1-{offset}", **limits)
    if found.reason:
        return found.reason
    return Taken(found.event_time, str(found.price), found.brand, found.event_id)


def test_hard_messages_are_judged_as_the_list_says() -> None:
    found = {name: judged(MESSAGES[name], offset) for offset, name in enumerate(MESSAGES)}
    assert found == expected()
