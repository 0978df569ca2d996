"""Where a new checkpoint begins, from what the old query wrote down and what the topic still holds. Pure.

The live query. W(n) is the watermark of batch n: the largest event time in the batches before n,
minus the watermark's delay. Two things follow from the rule by which events count (batch n counts
what is newer than W(n-1)):

- A window that ended at W(N) or before, N being the last batch in the ledger, never changes again:
  not by later batches, and not by one that wrote its windows but died before its ledger entry.
- A query that begins with batch k has seen every event of the windows that started after
  W(k) + delay, because no event of the batches before is that new.

So the new query begins at the last batch k for which every window is one or the other, and owns the
windows that started after W(k) + delay. A query that was begun by a repair itself passes on its own
bound: the windows up to there were never its.
"""

from dataclasses import dataclass

Offsets = dict[str, int]
RUN_OFFSETS = 65_536


@dataclass(frozen=True)
class Entry:
    """A batch in the ledger: offsets by partition, its watermark, and its query's own bound."""

    query_id: str
    batch_id: int
    begins: Offsets
    until: Offsets
    watermark_ms: int
    windows_after_ms: int | None = None


@dataclass(frozen=True)
class Limits:
    """Two settings of the stream, in milliseconds."""

    window_ms: int
    delay_ms: int


@dataclass(frozen=True)
class Start:
    """Where the new query begins and which windows are its own; `lost` messages nobody can count.

    `is_complete` is false when the topic has forgotten messages of windows that were still open.
    """

    offsets: Offsets
    windows_after_ms: int | None
    lost: int = 0
    is_complete: bool = True


def bound(entry: Entry, limits: Limits) -> int | None:
    """A query that begins with this batch has seen all of the windows that started after it."""
    if entry.batch_id == 0:
        return entry.windows_after_ms
    return max(entry.watermark_ms + limits.delay_ms, entry.windows_after_ms or 0)


def live_start(entries: list[Entry], begins: Offsets, limits: Limits) -> Start | None:
    """The start of a query that takes over from the one of these batches (in order, not empty).

    `begins` is the topic's oldest offset by partition. None when the topic has forgotten messages
    that the old query never read: then the ledger cannot tell how new they were.
    """
    newest = entries[-1]
    held = [entry for entry in entries if _forgotten(entry.begins, begins) == 0]
    if not held:
        return None
    inherited = newest.windows_after_ms

    def is_final(entry: Entry) -> bool:
        after = bound(entry, limits)
        return (
            after is None or after == inherited or after + limits.window_ms <= newest.watermark_ms
        )

    final = [entry for entry in held if is_final(entry)]
    chosen = final[-1] if final else held[0]
    return Start(chosen.begins, bound(chosen, limits), is_complete=bool(final))


def live_start_without_ledger(
    begins: Offsets, first_seen_ms: dict[str, int], max_future_ms: int, until: Offsets
) -> Start:
    """The start at the topic's oldest messages, when no batch tells how new the forgotten ones were.

    `first_seen_ms` is the append time of each partition's oldest message: the forgotten ones before it
    were appended no later, and an accepted event is at most `max_future_ms` newer than its append
    time. `until` is what the old query had read.
    """
    forgotten = {partition for partition, offset in begins.items() if offset > 0}
    newest = max((first_seen_ms[partition] for partition in forgotten), default=None)
    after = None if newest is None else newest + max_future_ms
    lost = _forgotten(until, begins) if until else 0
    return Start(begins, after, lost, is_complete=after is None)


def _forgotten(wanted: Offsets, begins: Offsets) -> int:
    """How many of the messages from `wanted` on the topic holds no more."""
    return sum(max(0, begin - wanted.get(partition, 0)) for partition, begin in begins.items())


@dataclass(frozen=True)
class Resume:
    """Where a landing query goes on in each partition, and how many messages are lost before that."""

    offsets: Offsets
    lost: int


class ForeignTopicError(Exception):
    """The table is ahead of the topic; the message says where."""


def landing_start(landed: dict[str, int], begins: Offsets, ends: Offsets) -> Resume:
    """Behind the highest offset that has `landed` in each partition, or at the topic's oldest message.

    Raises ForeignTopicError when a table holds offsets that the topic has not given out yet.
    """
    for partition in landed.keys() - begins.keys():
        raise ForeignTopicError(f"the topic has no partition {partition}, but it has landed")
    wanted = {partition: landed.get(partition, -1) + 1 for partition in begins}
    for partition, offset in wanted.items():
        if offset > ends[partition]:
            raise ForeignTopicError(
                f"partition {partition} ends at {ends[partition]}, but {offset - 1} has landed"
            )
    offsets = {partition: max(offset, begins[partition]) for partition, offset in wanted.items()}
    return Resume(offsets, _forgotten(wanted, begins))


def first_hole(counts: dict[int, int], begin: int, highest: int) -> int | None:
    """Where to look for messages that are missing between two offsets; None when all have landed.

    `counts` tells how many different offsets have landed in each run of RUN_OFFSETS, by its number.
    """
    for run in range(begin // RUN_OFFSETS, highest // RUN_OFFSETS + 1):
        low = max(begin, run * RUN_OFFSETS)
        high = min((run + 1) * RUN_OFFSETS, highest + 1)
        if counts.get(run, 0) < high - low:
            return low
    return None
