"""EDGE Kafka: the batches of the live query from ecommerce-batches, query by query."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bench.recount import topic
from settings import Settings


@dataclass(frozen=True)
class Batch:
    """What one batch held: offsets by partition, until not included; the watermark it used, in ms."""

    batch_id: int
    begins: dict[int, int]
    ends: dict[int, int]
    watermark_ms: int


def parse(row: dict[str, Any]) -> Batch:
    """A message of ecommerce-batches."""
    return Batch(
        row["batch_id"],
        {int(partition): offset for partition, offset in row["from"].items()},
        {int(partition): offset for partition, offset in row["until"].items()},
        _milliseconds(row["watermark"]),
    )


@dataclass(frozen=True)
class Query:
    """One life of the live query's checkpoint.

    It owns the windows that started after `windows_after_ms`; None: every window.
    """

    batches: list[Batch]
    windows_after_ms: int | None = None


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def queries(rows: list[dict[str, Any]]) -> list[Query]:
    """The queries that own windows, oldest first; of a repeated batch the last message counts.

    A query with a new checkpoint that owns every window reads the topic again from its oldest message
    and writes each window anew: what an earlier query decided is of no account any more. One that a
    repair began leaves the older windows to the query before it.
    """
    by_query: dict[str, dict[int, dict[str, Any]]] = {}
    for row in rows:
        by_query.setdefault(row["query_id"], {})[row["batch_id"]] = row
    found: list[Query] = []
    for numbered in by_query.values():
        ordered = [numbered[number] for number in sorted(numbered)]
        after = ordered[-1].get("windows_after")
        query = Query([parse(row) for row in ordered], _milliseconds(after) if after else None)
        found = [*found, query] if after else [query]
    return found


def up_to(found: list[Query], ends: dict[int, int]) -> list[Query]:
    """Without the batches that began behind what was read of the topic, which grew since.

    Their watermarks come from messages that the recount has not seen.
    """

    def is_known(batch: Batch) -> bool:
        return all(begin <= ends.get(number, 0) for number, begin in batch.begins.items())

    known = (replace(query, batches=[*filter(is_known, query.batches)]) for query in found)
    return [query for query in known if query.batches]


def read(settings: Settings) -> list[Query]:
    """Every batch that a query with windows of its own has written down."""
    kafka = settings.kafka
    records = topic.read(kafka.bootstrap_servers, kafka.batches_topic)
    try:
        return queries([json.loads(record.value) for record in records if record.value])
    except (ValueError, KeyError, TypeError) as error:
        told = f"{kafka.batches_topic} has a message that is no batch: who else writes it?"
        raise topic.TopicError(told) from error
