"""Does every message have exactly one fate, and is each one kept once? Pure."""

from collections import Counter

import pyarrow as pa

from bench.recount.compare import Result
from bench.recount.lateness import LATE, PENDING, REPEATED
from bench.recount.source import Topic, in_topic


def sum_faults(source: Topic, result: Result) -> list[str]:
    """A line when sent is not counted + rejected + late + repeated, or when a message waits."""
    fates = source.fates
    faults = []
    if fates[PENDING]:
        faults.append(
            f"{fates[PENDING]} messages are in no batch of the live query yet: make logs S=live"
        )
    parts = (result.counted, source.rejected.total(), fates[LATE], fates[REPEATED])
    # Windows that HBase keeps no more are not in `counted`.
    if not result.left_out and sum(parts) + fates[PENDING] != source.messages:
        names = "counted={} rejected={} late={} repeated={}".format(*parts)
        faults.append(f"sent={source.messages}, but {names} make {sum(parts)}")
    return faults


def _positions(rows: pa.Table) -> list[tuple[int, int]]:
    return list(zip(rows["partition"].to_pylist(), rows["offset"].to_pylist(), strict=True))


def raw_faults(source: Topic, kept: pa.Table, refused: pa.Table) -> list[str]:
    """A line for each way in which raw.* is not the topic, message for message.

    `kept` and `refused` are raw.event_stream and raw.rejected_event; rows that the topic has
    outlived are not looked at.
    """
    faults = []
    found = _positions(in_topic(source, kept))
    wanted = set(_positions(source.events))
    if len(set(found)) != len(found):
        faults.append(f"raw.event_stream has {len(found) - len(set(found))} messages twice")
    if set(found) != wanted:
        faults.append(
            f"raw.event_stream lacks {len(wanted - set(found))} messages "
            f"and has {len(set(found) - wanted)} that the topic has not"
        )
    reasons = Counter(in_topic(source, refused)["reason"].to_pylist())
    if reasons != source.rejected:
        faults.append(f"raw.rejected_event {dict(reasons)}, recount {dict(source.rejected)}")
    return faults
