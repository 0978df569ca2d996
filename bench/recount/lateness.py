"""Which accepted message was counted, by the rules of the contract and the ranges of the ledger alone. Pure.

W(n) is the largest accepted event time in the batches before n, minus the watermark's delay. In
front of the aggregation stands the removal of repeats, which judges batch n by W(n-1): an event
counts if its time is greater. It remembers an event_id until W(n) reaches its event time plus the
delay, so inside the watermark an event_id counts once.
"""

from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench.recount.ledger import Batch

COUNTED, LATE, REPEATED, PENDING = "counted", "late", "repeated", "pending"
# The ledger has forgotten its query or its batch, so nobody can tell whether it was counted.
UNKNOWN = "unknown"
NOT_YET, FORGOTTEN = -1, -2
Numbers = NDArray[np.int64]


def batch_places(events: pa.Table, batches: list[Batch]) -> Numbers:
    """The place in `batches` of the one that holds each event; NOT_YET or FORGOTTEN where none does.

    In front of a query's very first batch is what it has never read; in front of a later one, that
    the ledger begins with, is what forgotten batches held.
    """
    before = FORGOTTEN if _is_cut(batches) else NOT_YET
    partitions = events["partition"].to_numpy()
    offsets = events["offset"].to_numpy()
    found = np.full(len(offsets), NOT_YET, dtype=np.int64)
    for partition in np.unique(partitions).tolist():
        ends = np.array([batch.ends.get(partition, 0) for batch in batches], dtype=np.int64)
        first = batches[0].begins.get(partition, 0) if batches else 0
        own = partitions == partition
        found[own & (offsets < first)] = before
        here = np.flatnonzero(own & (offsets >= first))
        place = np.searchsorted(ends, offsets[here], side="right")
        found[here] = np.where(place < len(batches), place, NOT_YET)
    return found


def _is_cut(batches: list[Batch]) -> bool:
    return bool(batches) and batches[0].batch_id > 0


def watermarks(
    micros: Numbers, places: Numbers, batches: list[Batch], delay_seconds: int
) -> Numbers:
    """W(n) in milliseconds for each batch, and one more for the batch after the last.

    Of the batches that the ledger has forgotten the watermark of the first one that it kept is left.
    """
    newest = np.zeros(len(batches) + 1, dtype=np.int64)
    held = places >= 0
    np.maximum.at(newest, places[held] + 1, micros[held] // 1000)
    least = batches[0].watermark_ms if _is_cut(batches) else 0
    return np.maximum(np.maximum.accumulate(newest) - delay_seconds * 1000, least)


def verdicts(events: pa.Table, batches: list[Batch], delay_seconds: int) -> list[str]:
    """COUNTED, LATE, REPEATED, PENDING or UNKNOWN for each accepted event.

    Of two copies in one batch the one with the lower partition and offset counts; the engine may
    take another one if they are on different partitions, where they have no order.
    """
    micros = events["event_time"].cast(pa.int64()).to_numpy()
    places = batch_places(events, batches)
    marks = watermarks(micros, places, batches, delay_seconds)
    bounds = np.concatenate(([0], marks))[places] * 1000
    is_late = micros <= bounds
    found = np.where(places < 0, PENDING, np.where(is_late, LATE, COUNTED)).astype(object)
    # The first batch of a cut ledger judged by the watermark of the one before it.
    found[(places == FORGOTTEN) | (_is_cut(batches) & (places == 0))] = UNKNOWN
    for copies in _copies(events, places):
        seen, expires = False, 0
        for row in copies:
            remembered = expires > bounds[row]
            if seen and (is_late[row] or remembered):
                found[row] = REPEATED
            elif not is_late[row]:
                expires = int(micros[row]) + delay_seconds * 1_000_000
            seen = True
    return [str(verdict) for verdict in found]


def _copies(events: pa.Table, places: Numbers) -> list[list[int]]:
    """The rows of each event_id that occurs twice, in the order in which the engine met them."""
    by_id: dict[str, list[int]] = defaultdict(list)
    counts = events["event_id"].value_counts()
    several = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    is_copy = pc.is_in(events["event_id"], value_set=several).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(is_copy & (places >= 0))
    for row, event_id in zip(rows, events["event_id"].take(rows).to_pylist(), strict=True):
        by_id[event_id].append(int(row))
    partitions, offsets = events["partition"].to_numpy(), events["offset"].to_numpy()

    def order(row: int) -> tuple[Any, ...]:
        return places[row], partitions[row], offsets[row]

    return [sorted(rows, key=order) for rows in by_id.values()]


def watermark_faults(
    events: pa.Table, batches: list[Batch], delay_seconds: int, shown: int = 3
) -> list[str]:
    """A line for each batch whose recorded watermark is not the one that its ranges give."""
    micros = events["event_time"].cast(pa.int64()).to_numpy()
    marks = watermarks(micros, batch_places(events, batches), batches, delay_seconds)
    return [
        f"batch {batch.batch_id} used the watermark {batch.watermark_ms} ms, its ranges give {mark}"
        for batch, mark in zip(batches, marks.tolist(), strict=False)
        if batch.watermark_ms != mark
    ][:shown]
