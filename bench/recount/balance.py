"""Does every message have exactly one fate, and is each one kept once? Pure."""

from typing import Any

import duckdb
import pyarrow as pa

from bench.recount.compare import Result
from bench.recount.lateness import COUNTED, LATE, PENDING, REPEATED, UNKNOWN
from bench.recount.source import Offsets, Topic, up_to
from bench.recount.windows import REFUSED

SETS = """
with there as (select distinct partition, "offset" from found)
select
    (select count(*) from found) - (select count(*) from there),
    (select count(*) from wanted anti join there using (partition, "offset")),
    (select count(*) from there anti join wanted using (partition, "offset"))
"""
REASONS = """
select distinct partition, "offset", wanted.reason, found.reason
from wanted join found using (partition, "offset")
where wanted.reason is distinct from found.reason
order by 1, 2
"""


def sum_faults(source: Topic, result: Result) -> list[str]:
    """A line when a message has no fate or HBase holds other events; on a quiet topic, when one waits."""
    fates, faults = source.fates, []
    if source.is_quiet and fates[PENDING]:
        faults.append(
            f"{fates[PENDING]} messages are in no batch of the live query yet: make logs S=live"
        )
    parts = {name: fates[name] for name in (COUNTED, LATE, REPEATED, PENDING, UNKNOWN)}
    parts["rejected"] = source.rejected.total()
    if sum(parts.values()) != source.messages:
        named = " ".join(f"{name}={count}" for name, count in parts.items())
        faults.append(f"sent={source.messages}, but {named} make {sum(parts.values())}")
    if result.counted != result.recounted:
        faults.append(
            f"HBase has {result.counted} events in the windows compared, the recount {result.recounted}"
        )
    return faults


def raw_faults(source: Topic, kept: pa.Table, refused: pa.Table, until: Offsets) -> list[str]:
    """A line for each way in which raw.* is not the topic up to `until`, message for message.

    `kept` and `refused` are raw.event_stream and raw.rejected_event; rows that the topic has
    outlived are not looked at.
    """
    wanted = pa.Table.from_pylist(
        [dict(zip(REFUSED.names, refusal, strict=False)) for refusal in source.refused], REFUSED
    )
    accepted, wanted, kept, refused = (
        up_to(source, rows, until) for rows in (source.events, wanted, kept, refused)
    )
    return [
        *_set_faults("raw.event_stream", kept, accepted),
        *_set_faults("raw.rejected_event", refused, wanted),
        *_reason_faults(refused, wanted),
    ]


def _ask(query: str, found: pa.Table, wanted: pa.Table) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.register("found", found)
        connection.register("wanted", wanted)
        return connection.execute(query).fetchall()


def _set_faults(table: str, found: pa.Table, wanted: pa.Table) -> list[str]:
    ((twice, missing, extra),) = _ask(SETS, found, wanted)
    faults = []
    if twice:
        faults.append(f"{table} has {twice} messages twice")
    if missing or extra:
        faults.append(f"{table} lacks {missing} messages and has {extra} that the topic has not")
    return faults


def _reason_faults(found: pa.Table, wanted: pa.Table) -> list[str]:
    other = _ask(REASONS, found, wanted)
    if not other:
        return []
    partition, offset, expected, kept = other[0]
    return [
        f"raw.rejected_event has another reason for {len(other)} messages, the first "
        f"(partition {partition}, offset {offset}): recount {expected}, raw.rejected_event {kept}"
    ]
