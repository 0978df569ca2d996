"""Does every message have exactly one fate, and is each one kept once? Pure."""

import pyarrow as pa

from bench.recount.compare import Result
from bench.recount.lateness import COUNTED, LATE, PENDING, REPEATED, UNKNOWN
from bench.recount.source import Topic, in_topic

Position = tuple[int, int]  # partition and offset


def sum_faults(source: Topic, result: Result) -> list[str]:
    """A line when a message has no fate or waits, or when HBase holds more or fewer events."""
    fates, faults = source.fates, []
    if fates[PENDING]:
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


def _positions(rows: pa.Table) -> list[Position]:
    return list(zip(rows["partition"].to_pylist(), rows["offset"].to_pylist(), strict=True))


def raw_faults(source: Topic, kept: pa.Table, refused: pa.Table) -> list[str]:
    """A line for each way in which raw.* is not the topic, message for message.

    `kept` and `refused` are raw.event_stream and raw.rejected_event; rows that the topic has
    outlived are not looked at.
    """
    refused = in_topic(source, refused)
    found, wanted = _positions(refused), {refusal[:2] for refusal in source.refused}
    return [
        *_set_faults(
            "raw.event_stream", _positions(in_topic(source, kept)), set(_positions(source.events))
        ),
        *_set_faults("raw.rejected_event", found, wanted),
        *_reason_faults(source, dict(zip(found, refused["reason"].to_pylist(), strict=True))),
    ]


def _set_faults(table: str, found: list[Position], wanted: set[Position]) -> list[str]:
    faults = []
    if len(set(found)) != len(found):
        faults.append(f"{table} has {len(found) - len(set(found))} messages twice")
    if set(found) != wanted:
        faults.append(
            f"{table} lacks {len(wanted - set(found))} messages "
            f"and has {len(set(found) - wanted)} that the topic has not"
        )
    return faults


def _reason_faults(source: Topic, found: dict[Position, str]) -> list[str]:
    other = [
        (*refusal, found[refusal[:2]])
        for refusal in source.refused
        if found.get(refusal[:2], refusal[2]) != refusal[2]
    ]
    if not other:
        return []
    partition, offset, wanted, kept = min(other)
    return [
        f"raw.rejected_event has another reason for {len(other)} messages, the first "
        f"(partition {partition}, offset {offset}): recount {wanted}, raw.rejected_event {kept}"
    ]
