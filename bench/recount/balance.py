"""Does every message have exactly one fate, and is each one kept once? Pure."""

from collections import Counter

import pyarrow as pa

from bench.recount.compare import Result
from bench.recount.source import Topic, in_topic


def repeated(source: Topic) -> int:
    """Accepted messages whose event_id was accepted before."""
    return source.events.num_rows - len(set(source.events["event_id"].to_pylist()))


def sum_faults(source: Topic, result: Result) -> list[str]:
    """A line when sent is not counted + rejected + late + repeated."""
    parts = (result.counted, source.rejected.total(), result.late, repeated(source))
    # Windows that HBase keeps no more are not in `counted`.
    if result.left_out or sum(parts) == source.messages:
        return []
    names = "counted={} rejected={} late={} repeated={}".format(*parts)
    return [f"sent={source.messages}, but {names} make {sum(parts)}"]


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
