"""What is on the topic is found from the ends of its partitions, however far back it is."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

import pytest

from ingest import topic
from ingest.contract import accepted_at
from ingest.schedule import ReplayError
from ingest.topic import Found, TopicReader, find
from tests.unit.ingest.builders import LIMITS, START, recipe


class Record(NamedTuple):
    partition: int
    offset: int
    value: bytes | None
    headers: list[tuple[str, bytes]]
    timestamp: int = START * 1000


class Reader:
    """A topic in memory; appended a second apart."""

    def __init__(
        self, partitions: list[list[tuple[bytes | None, list[tuple[str, bytes]]]]]
    ) -> None:
        self.partitions = partitions
        self.read_count = 0

    def bounds(self) -> dict[int, tuple[int, int]]:
        return {number: (0, len(rows)) for number, rows in enumerate(self.partitions)}

    def since(self, epoch_ms: int) -> dict[int, int]:
        offset = max(0, epoch_ms // 1000 - START)
        return {number: min(offset, len(rows)) for number, rows in enumerate(self.partitions)}

    def read(self, ranges: Mapping[int, tuple[int, int]]) -> Iterator[Record]:
        for number, (low, high) in ranges.items():
            for offset in range(low, high):
                self.read_count += 1
                yield Record(number, offset, *self.partitions[number][offset])


def own(index: int) -> tuple[bytes, list[tuple[str, bytes]]]:
    return b"", [*recipe().headers(), ("send_index", str(index).encode())]


def other() -> tuple[bytes, list[tuple[str, bytes]]]:
    return b'{"event_time":"2026-01-02T03:04:00Z"}', [("replay_id", b"another")]


def search(reader: Reader, *, is_new: bool = False, since_ms: int | None = None) -> Found:
    found = cast(TopicReader, reader)
    return find(found, "demo", is_new=is_new, since_ms=since_ms)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic, "TAIL_RECORDS", 4)
    monkeypatch.setattr(topic, "LARGEST_STEP", 16)
    monkeypatch.setattr(topic, "CLOCK_MS", 0)


def test_an_empty_topic_knows_nothing() -> None:
    assert search(Reader([[], [], []])) == Found(partition_count=3)


def test_the_highest_index_of_each_partition_is_found_at_its_end() -> None:
    found = search(Reader([[own(0), own(3)], [own(1)], [other(), other()]]))
    assert found.highest == {0: 3, 1: 1}
    assert found.headers is not None
    assert found.headers["replay_id"] == b"demo"


def test_a_repeat_behind_newer_messages_does_not_lower_it() -> None:
    # the request of a killed producer was appended after the first messages of its successor
    assert search(Reader([[own(0), own(5), own(6), own(1), own(2)]])).highest == {0: 6}


def test_a_replay_under_many_other_messages_is_found() -> None:
    rows = [own(0), own(1), *[other()] * 50]
    assert search(Reader([rows, [own(2)], [other()] * 40])).highest == {0: 1, 1: 2}


def test_the_search_ends_where_the_replay_began() -> None:
    reader = Reader([[*[other()] * 900, own(0)], [other()] * 900])
    # recorded: START; the record at offset 900 was appended 900 s later, a partition is searched whole
    assert search(reader).highest == {0: 0}
    reader = Reader([[other()] * 1000])
    search(reader, since_ms=(START + 990) * 1000)
    assert reader.read_count < 25


def test_a_long_search_is_told_while_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(topic, "TELL_SECONDS", 0)
    with caplog.at_level("INFO"):
        search(Reader([[own(0), *[other()] * 40], [own(1)]]))
    assert caplog.messages[0] == "looking for replay demo: 8 older messages read"
    assert len(caplog.messages) > 1
    caplog.clear()
    # what is at the end of each partition is no search
    with caplog.at_level("INFO"):
        search(Reader([[*[other()] * 40, own(0)], [own(1)]]))
    assert caplog.messages == []


def test_a_search_without_an_end_is_given_up_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(topic, "SEARCH_SECONDS", 0)
    reader = Reader([[other()] * 1000])
    with pytest.raises(ReplayError) as given_up:
        search(reader)
    assert str(given_up.value) == (
        "replay demo is not among the newest 12 messages of partition 0, and the search took over "
        "0 s: leave --replay-id out for a new replay"
    )
    assert reader.read_count == 12
    # one whose name or headers say when it began is searched for to that end
    search(Reader([[other()] * 1000]), since_ms=(START + 900) * 1000)


def test_a_new_replay_is_not_searched_for() -> None:
    reader = Reader([[other()] * 1000, [other()] * 1000])
    search(reader, is_new=True)
    assert reader.read_count == 8


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ({"event_time": "2026-01-02 03:04:05 UTC"}, START),
        ({"event_time": "2026-01-02T05:04:05+02:00"}, START),
        ({"event_time": START}, START),
        ({"event_time": str(START * 1000)}, START),
        ({"event_time": "2026-01-02T03:04:10Z"}, START + 5),
        ({"event_time": "2026-01-02T03:04:10.001Z"}, None),
        ({"event_time": True}, None),
        ({"event_time": "nan"}, None),
        ({"event_time": float("nan")}, None),
        ({"event_time": "-1"}, None),
        ({"event_time": "yesterday"}, None),
        ({}, None),
        ([1], None),
    ],
)
def test_times_of_anyones_messages_are_read(value: Any, seconds: float | None) -> None:
    assert accepted_at(json.dumps(value).encode(), START, LIMITS) == seconds


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"{", b" " * 65_537])
def test_what_is_refused_has_no_time(value: bytes | None) -> None:
    assert accepted_at(value, START, LIMITS) is None
