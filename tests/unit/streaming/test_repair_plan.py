"""Where a query begins after a repair: cases by hand, and a model of the engine held against the recount."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.recount import ledger, owners
from bench.recount.lateness import COUNTED
from bench.recount.windows import EVENTS
from streaming.repair.plan import (
    RUN_OFFSETS,
    Entry,
    ForeignTopicError,
    Limits,
    Start,
    first_hole,
    landing_start,
    live_start,
    live_start_without_ledger,
)

WINDOW, DELAY = 2, 10
LIMITS = Limits(WINDOW * 1000, DELAY * 1000)
NOON = 1_767_268_800  # 2026-01-01 12:00:00 UTC


def at(seconds: float) -> int:
    """Milliseconds of so many seconds after noon."""
    return round((NOON + seconds) * 1000)


def entry(number: int, begin: int, watermark: int, after: int | None = None) -> Entry:
    """A batch of ten messages on one partition."""
    return Entry("a", number, {"0": begin}, {"0": begin + 10}, watermark, after)


# The newest events before each batch: none, 12:00:03, :11, :17, :25; watermarks 10 s behind.
FIVE = [
    entry(0, 0, 0),
    entry(1, 10, at(-7)),
    entry(2, 20, at(1)),
    entry(3, 30, at(7)),
    entry(4, 40, at(15)),
]


def test_the_last_batch_whose_older_windows_are_all_final_is_taken() -> None:
    # Windows up to 12:00:11 start at 12:00:10 at the latest and end at 12:00:12, before W = 12:00:15.
    # Batch 3 would leave those up to 12:00:17 to the old query, and 12:00:16 is still open.
    assert live_start(FIVE, {"0": 0}, LIMITS) == Start({"0": 20}, at(11))


@pytest.mark.parametrize(("watermark", "begin"), [(at(13), 20), (at(13) - 1, 10)])
def test_a_window_is_final_when_the_watermark_reaches_its_end(watermark: int, begin: int) -> None:
    entries = [*FIVE[:4], entry(4, 40, watermark)]
    planned = live_start(entries, {"0": 0}, LIMITS)
    assert planned is not None
    assert planned.offsets == {"0": begin}


def test_a_stream_too_young_to_have_final_windows_is_counted_from_its_beginning() -> None:
    entries = [entry(0, 5, 0), entry(1, 15, at(-7)), entry(2, 25, at(1))]
    assert live_start(entries, {"0": 5}, LIMITS) == Start({"0": 5}, None)


def test_a_repaired_query_passes_its_bound_on() -> None:
    # It began behind 12:00:11, and its first batches held only what was older.
    inherited = at(11)
    entries = [
        entry(0, 20, 0, inherited),
        entry(1, 30, at(-4), inherited),
        entry(2, 40, at(4), inherited),
    ]
    # Batch 1 has seen every window after 12:00:06, but those up to 12:00:11 were never this query's.
    assert live_start(entries, {"0": 0}, LIMITS) == Start({"0": 30}, inherited)
    assert live_start(entries[:1], {"0": 0}, LIMITS) == Start({"0": 20}, inherited)


def test_what_retention_has_deleted_moves_the_beginning_and_is_told() -> None:
    assert live_start(FIVE, {"0": 21}, LIMITS) == Start({"0": 30}, at(17), is_complete=False)
    assert live_start(FIVE, {"0": 41}, LIMITS) is None
    # A partition that came later has no place in the older batches: it begins at its first message.
    assert live_start(FIVE, {"0": 0, "1": 0}, LIMITS) == Start({"0": 20}, at(11))
    assert live_start(FIVE, {"0": 0, "1": 3}, LIMITS) is None


def test_without_a_ledger_append_times_tell_how_new_the_deleted_events_were() -> None:
    begins = {"0": 60, "1": 0, "2": 9}
    seen = {"0": at(100), "1": at(300), "2": at(200)}
    until = {"0": 50, "1": 7, "2": 9}
    assert live_start_without_ledger(begins, seen, 5000, until) == Start(
        begins, at(205), lost=10, is_complete=False
    )
    whole = live_start_without_ledger({"0": 0}, {"0": at(100)}, 5000, {})
    assert whole == Start({"0": 0}, None)


def test_landing_goes_on_behind_the_highest_offset_of_each_partition() -> None:
    begins, ends = {"0": 0, "1": 4, "2": 30}, {"0": 100, "1": 4, "2": 90}
    resumed = landing_start({"0": 99, "2": 19}, begins, ends)
    assert resumed.offsets == {"0": 100, "1": 4, "2": 30}
    # four of partition 1 and ten of partition 2 were deleted before they had landed
    assert resumed.lost == 14


@pytest.mark.parametrize("landed", [{"0": 100}, {"1": 0}])
def test_a_table_that_is_ahead_of_the_topic_is_refused(landed: dict[str, int]) -> None:
    with pytest.raises(ForeignTopicError, match="has landed"):
        landing_start(landed, {"0": 0}, {"0": 100})


def test_holes_are_found_from_the_run_that_lacks_messages() -> None:
    full = {0: RUN_OFFSETS - 7, 1: RUN_OFFSETS, 2: 11}
    last = 2 * RUN_OFFSETS + 10
    assert first_hole(full, 7, last) is None
    assert first_hole(full | {0: RUN_OFFSETS - 8}, 7, last) == 7
    assert first_hole(full | {1: 5}, 7, last) == RUN_OFFSETS
    assert first_hole(full | {2: 10}, 7, last) == 2 * RUN_OFFSETS
    assert first_hole({}, 3, 3) == 3


# ---- the model: an engine that counts by the rule, and a store that keeps what was written last ----

Place = tuple[int, int]  # partition, offset
Cell = tuple[int, str]  # window, brand


@dataclass
class Stream:
    """A topic of two partitions, what every place shows, and the ledger."""

    random: Random
    topic: list[list[tuple[int, str]]] = field(default_factory=lambda: [[], []])
    shown: dict[Cell, frozenset[Place]] = field(default_factory=dict)
    rows: list[dict[str, object]] = field(default_factory=list)
    clock: int = NOON

    def send(self, count: int) -> None:
        """More events: mostly a little newer, now and then much older."""
        for _ in range(count):
            self.clock += self.random.choice((0, 0, 1, 1, 2, 7))
            back = self.random.choice((0, 0, 0, 1, 5, 11, 25))
            event = (self.clock - back, self.random.choice("xy"))
            self.topic[self.random.randrange(2)].append(event)

    def ends(self) -> list[int]:
        return [len(partition) for partition in self.topic]

    def query(self, name: str, begun: Start, least: list[int], batches: int, is_cut: bool) -> None:
        """One life of the query; its first batch reaches `least`. Cut: the last one is not recorded."""
        state: dict[Cell, set[Place]] = defaultdict(set)
        start = [begun.offsets.get(str(number), 0) for number in range(2)]
        newest, bound = 0, 0
        for number in range(batches):
            self.send(self.random.randrange(12))
            until = [
                self.random.randint(max(low, least[p] if number == 0 else 0), self.ends()[p])
                for p, low in enumerate(start)
            ]
            watermark = max(0, newest - DELAY)
            newest = max(newest, self._count(start, until, bound, state, begun))
            if not (is_cut and number == batches - 1):
                self._record(name, number, start, until, watermark, begun)
            start, bound = until, watermark

    def _count(
        self,
        start: list[int],
        until: list[int],
        bound: int,
        state: dict[Cell, set[Place]],
        begun: Start,
    ) -> int:
        """Count a batch and write the windows that it changed; the newest event time."""
        held = [
            (partition, offset, *self.topic[partition][offset])
            for partition in range(2)
            for offset in range(start[partition], until[partition])
        ]
        changed = set()
        for partition, offset, time, brand in held:
            if time > bound:
                cell = (time // WINDOW * WINDOW, brand)
                state[cell].add((partition, offset))
                changed.add(cell)
        after = begun.windows_after_ms
        for cell in changed:
            if after is None or cell[0] * 1000 > after:
                self.shown[cell] = frozenset(state[cell])
        return max((time for *_, time, _ in held), default=0)

    def _record(
        self,
        name: str,
        number: int,
        start: list[int],
        until: list[int],
        watermark: int,
        begun: Start,
    ) -> None:
        after = begun.windows_after_ms
        self.rows.append(
            {"query_id": name, "batch_id": number}
            | {"from": {str(p): offset for p, offset in enumerate(start)}}
            | {"until": {str(p): offset for p, offset in enumerate(until)}}
            | {"watermark": text(watermark * 1000)}
            | {"windows_after": None if after is None else text(after)}
        )

    def repaired(self) -> Start:
        """What the plan says after the newest query."""
        newest = self.rows[-1]["query_id"]
        entries = [as_entry(row) for row in self.rows if row["query_id"] == newest]
        planned = live_start(entries, {"0": 0, "1": 0}, LIMITS)
        assert planned is not None
        return planned

    def recounted(self) -> dict[Cell, frozenset[Place]]:
        """What the recount says of the same topic and ledger."""
        places = [(p, o) for p in range(2) for o in range(len(self.topic[p]))]
        events = [
            {"partition": p, "offset": o, "event_id": f"{p}-{o}"}
            | {"event_time": datetime.fromtimestamp(self.topic[p][o][0], UTC)}
            for p, o in places
        ]
        table = pa.Table.from_pylist(events, EVENTS)
        fates = owners.verdicts(table, ledger.queries(self.rows), DELAY, WINDOW)
        found: dict[Cell, set[Place]] = defaultdict(set)
        for (p, o), fate in zip(places, fates, strict=True):
            if fate == COUNTED:
                time, brand = self.topic[p][o]
                found[time // WINDOW * WINDOW, brand].add((p, o))
        return {cell: frozenset(held) for cell, held in found.items()}


def text(milliseconds: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).isoformat()


def as_entry(row: dict[str, object]) -> Entry:
    def number(value: object) -> int:
        return round(datetime.fromisoformat(str(value)).timestamp() * 1000)

    after = row["windows_after"]
    return Entry(
        str(row["query_id"]),
        int(str(row["batch_id"])),
        dict(row["from"]),  # type: ignore[call-overload]
        dict(row["until"]),  # type: ignore[call-overload]
        number(row["watermark"]),
        None if after is None else number(after),
    )


@given(st.integers(0, 2**32), st.integers(1, 3))
def test_after_any_chain_of_repairs_every_window_is_what_the_recount_says(
    seed: int, repairs: int
) -> None:
    random = Random(seed)
    stream = Stream(random)
    begun, least = Start({}, None), [0, 0]
    for life in range(repairs + 1):
        is_last = life == repairs
        batches = random.randint(2, 9)
        stream.query(
            f"q{life}", begun, least, batches, is_cut=not is_last and random.random() < 0.5
        )
        # The next query's first batch holds all that this one may have written.
        begun, least = stream.repaired(), stream.ends()
    assert stream.shown == stream.recounted()
