"""Whatever was sent last, an event that would make a replay late is found, and no more is read than it takes."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest

from ingest import newest
from ingest.newest import Counted, newest_event_at, of_entry, of_values
from tests.unit.ingest.builders import LIMITS, START

NOTHING = Counted(float("-inf"), {})
Row = tuple[str, list[tuple[str, bytes]]]


class Record(NamedTuple):
    value: bytes
    headers: list[tuple[str, bytes]]
    timestamp: int


class Reader:
    """A topic in memory; appended a second apart, from START on."""

    def __init__(self, partitions: list[list[Row]]) -> None:
        self.partitions = partitions
        self.read_count = 0

    def bounds(self) -> dict[int, tuple[int, int]]:
        return {number: (0, len(rows)) for number, rows in enumerate(self.partitions)}

    def read(self, ranges: Mapping[int, tuple[int, int]]) -> Iterator[Record]:
        for number, (low, high) in ranges.items():
            for offset in range(low, high):
                self.read_count += 1
                time, headers = self.partitions[number][offset]
                value = json.dumps({"event_time": time}).encode()
                yield Record(value, headers, (START + offset) * 1000)


def event(seconds: int, *, fault: bytes = b"", replay: bytes = b"another") -> Row:
    """Its event_time in seconds from START."""
    return str(START + seconds), [("replay_id", replay), ("fault", fault)]


OLD = -1_000_000


def search(reader: Reader, enough: int, known: Counted = NOTHING) -> float | None:
    """The result in seconds from START."""
    found = newest_event_at(reader, LIMITS, START + enough, "demo", known)
    return None if found is None else found - START


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newest, "TAIL_RECORDS", 4)
    monkeypatch.setattr(newest, "LARGEST_STEP", 16)


def test_an_empty_topic_has_no_newest_event() -> None:
    assert search(Reader([[], []]), OLD) is None


def test_the_newest_accepted_time_is_found() -> None:
    assert search(Reader([[event(-3), event(-1), event(-2)], []]), 0) == -1


def test_a_new_event_under_many_old_ones_is_found() -> None:
    rows = [event(0), *[event(OLD)] * 300]
    assert search(Reader([[event(OLD)] * 300, rows]), OLD + 10) == 0


def test_no_more_is_read_than_can_matter() -> None:
    # a replay of now, on a topic with events of now: the last messages tell
    reader = Reader([[event(offset) for offset in range(1000)]] * 2)
    assert search(reader, 1010) == 999
    assert reader.read_count <= 24
    # an old replay on it: the first step is proof
    reader = Reader([[event(offset) for offset in range(1000)]] * 2)
    assert search(reader, OLD) == 999
    assert reader.read_count == 4


def test_what_was_appended_long_before_is_not_read() -> None:
    reader = Reader([[event(OLD)] * 1000])
    search(reader, 995)
    assert reader.read_count < 30


@pytest.mark.parametrize("fault", [b"malformed:bad_time", b"future"])
def test_an_injected_fault_and_the_replay_itself_move_no_watermark(fault: bytes) -> None:
    assert search(Reader([[event(0, fault=fault)], [event(0, replay=b"demo")]]), OLD) is None


def test_the_live_query_vouches_for_what_it_has_read() -> None:
    rows = [event(0), *[event(OLD)] * 500]
    reader = Reader([rows, rows])
    assert search(reader, 100, Counted(START + 7, {0: 490, 1: 495})) == 7
    assert reader.read_count == 11 + 6
    # what follows may be newer
    rows = [*rows, event(90)]
    assert search(Reader([rows]), 100, Counted(START + 7, {0: 490})) == 90
    # a partition that was added since is read from its first message
    assert search(Reader([[], [event(5)]]), 100, Counted(START + 2, {0: 0})) == 5


def test_the_ledger_tells_the_newest_time_before_its_last_batch() -> None:
    entry = {"watermark": "2026-01-02T03:04:00.000Z", "from": {"0": 8}, "until": {"0": 9}}
    assert of_entry(entry, 10) == Counted(START + 5, {0: 8})
    after = {"windows_after": "2026-01-02T03:04:30.000Z"}
    assert of_entry(entry | after, 10) == Counted(START + 25, {0: 8})
    assert of_entry(entry | {"watermark": "1970-01-01T00:00:00.000Z"}, 10) is None


def test_what_is_no_entry_on_the_ledgers_topic_is_passed_over() -> None:
    entry = b'{"watermark": "2026-01-02T03:04:00.000Z", "from": {"0": 8}, "until": {"0": 9}}'
    foreign = [b"hello", b"\xff", b"[]", b"7", b"{}", b'{"watermark": 7, "from": {}}']
    assert of_values([entry, *foreign], 10) == Counted(START + 5, {0: 8})
    assert of_values(foreign, 10) is None
