"""Which query decided about an event: the newest one that owns the event's window. Pure.

A repair begins a new query behind the windows that the older one had finished; each query judges by
its own batches.
"""

import numpy as np
import pyarrow as pa

from bench.recount import lateness
from bench.recount.lateness import Numbers
from bench.recount.ledger import Batch, Query

NOBODY = -1


def owners(events: pa.Table, queries: list[Query], window_seconds: int) -> Numbers:
    """The place in `queries` of each event's owner; NOBODY where its query is not among them."""
    micros = events["event_time"].cast(pa.int64()).to_numpy()
    started_ms = micros // (window_seconds * 1_000_000) * (window_seconds * 1000)
    found = np.full(len(micros), NOBODY, dtype=np.int64)
    for place, query in enumerate(queries):
        after = query.windows_after_ms
        found[slice(None) if after is None else started_ms > after] = place
    return found


def extended(query: Query, newest: Query) -> list[Batch]:
    """The batches of an older query, and one more up to where the newest query is.

    What arrived after the older query had ended is late or repeated by its watermark: it would have
    refused it too.
    """
    last, end = query.batches[-1], newest.batches[-1].ends
    ends = {p: max(last.ends.get(p, 0), end.get(p, 0)) for p in last.ends.keys() | end.keys()}
    return [*query.batches, Batch(last.batch_id + 1, last.ends, ends, 0)]


def verdicts(
    events: pa.Table, queries: list[Query], delay_seconds: int, window_seconds: int
) -> list[str]:
    """The verdict of each event's owner; PENDING for all while no query has written."""
    if not queries:
        return [lateness.PENDING] * events.num_rows
    owner = owners(events, queries, window_seconds)
    found = np.full(events.num_rows, lateness.UNKNOWN, dtype=object)
    for place, query in enumerate(queries):
        own = owner == place
        if own.any():
            is_newest = place == len(queries) - 1
            batches = query.batches if is_newest else extended(query, queries[-1])
            judged = lateness.verdicts(events, batches, delay_seconds)
            found[own] = np.array(judged, dtype=object)[own]
    return [str(verdict) for verdict in found]


def watermark_faults(
    events: pa.Table, queries: list[Query], delay_seconds: int, window_seconds: int
) -> list[str]:
    """A line for each wrong watermark of the queries that still own an event, and of the newest."""
    owner = set(np.unique(owners(events, queries, window_seconds)).tolist())
    return [
        line
        for place, query in enumerate(queries)
        if place in owner or place == len(queries) - 1
        for line in lateness.watermark_faults(events, query.batches, delay_seconds)
    ]


def final_before_ms(
    events: pa.Table, queries: list[Query], delay_seconds: int, window_seconds: int
) -> int:
    """No event that is still to be judged counts in a window that ended by then (ms since 1970).

    Of the newest query's last batch the recount may have read a part only, so its bound decides and
    not the next one's. The windows of an older query are final.
    """
    if not queries:
        return 0
    newest = queries[-1]
    micros = events["event_time"].cast(pa.int64()).to_numpy()
    places = lateness.batch_places(events, newest.batches)
    marks = lateness.watermarks(micros, places, newest.batches, delay_seconds)
    bound = int(marks[-3]) if len(newest.batches) > 1 else 0
    after = newest.windows_after_ms
    return max(bound, 0 if after is None else after + window_seconds * 1000)
