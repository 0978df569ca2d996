"""Does every message have exactly one fate, and is each one kept once? Pure."""

from typing import Any

import numpy as np
import pyarrow as pa

from bench.recount.compare import Result
from bench.recount.database import connection
from bench.recount.lateness import COUNTED, LATE, PENDING, REPEATED, UNKNOWN, Numbers
from bench.recount.source import Offsets, Topic, up_to
from bench.recount.windows import EVENTS, REFUSED

OFFSET_BITS = 48
# Everything of an event that the table keeps and the recount reads itself.
COLUMNS = [name for name in EVENTS.names if name not in ("partition", "offset", "category")]
BOTH = """
select {asked}
from wanted join found using (partition, "offset")
where {differs}
"""
OTHER = "wanted.{name} is distinct from found.{name}"
DIFFERS = """
{{
    'count': count(*) filter (wanted.{name} is distinct from found.{name}),
    'partition': arg_min(partition, (partition, "offset"))
        filter (wanted.{name} is distinct from found.{name}),
    'offset': arg_min("offset", (partition, "offset"))
        filter (wanted.{name} is distinct from found.{name}),
    'wanted': arg_min(coalesce(wanted.{name}::varchar, 'null'), (partition, "offset"))
        filter (wanted.{name} is distinct from found.{name}),
    'found': arg_min(coalesce(found.{name}::varchar, 'null'), (partition, "offset"))
        filter (wanted.{name} is distinct from found.{name})
}}
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
        *_column_faults("raw.event_stream", COLUMNS, kept, accepted),
        *_column_faults("raw.rejected_event", ["reason"], refused, wanted),
    ]


def _ask(query: str, found: pa.Table, wanted: pa.Table) -> list[tuple[Any, ...]]:
    with connection() as database:
        database.register("found", found)
        database.register("wanted", wanted)
        return database.execute(query).fetchall()


def _keys(rows: pa.Table) -> Numbers:
    """One number for the place of each message."""
    return rows["partition"].to_numpy().astype(np.int64) << OFFSET_BITS | rows["offset"].to_numpy()


def _set_faults(table: str, found: pa.Table, wanted: pa.Table) -> list[str]:
    here, there = np.unique(_keys(found)), _keys(wanted)
    twice = found.num_rows - len(here)
    missing, extra = (
        len(np.setdiff1d(*sides, assume_unique=True)) for sides in ((there, here), (here, there))
    )
    faults = []
    if twice:
        faults.append(f"{table} has {twice} messages twice")
    if missing or extra:
        faults.append(f"{table} lacks {missing} messages and has {extra} that the topic has not")
    return faults


def _column_faults(table: str, columns: list[str], found: pa.Table, wanted: pa.Table) -> list[str]:
    """A line for each column in which a message of both is another one."""
    asked = ", ".join(DIFFERS.format(name=name) for name in columns)
    differs = " or ".join(OTHER.format(name=name) for name in columns)
    (answers,) = _ask(BOTH.format(asked=asked, differs=differs), found, wanted)
    return [
        f"{table} has another {name} for {answer['count']} messages, the first (partition "
        f"{answer['partition']}, offset {answer['offset']}): recount {answer['wanted']}, "
        f"{table} {answer['found']}"
        for name, answer in zip(columns, answers, strict=True)
        if answer["count"]
    ]
