"""EDGE Kafka: the batches of the live query from ecommerce-batches, for the one that writes now."""

import json
from dataclasses import dataclass
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
    watermark = datetime.fromisoformat(row["watermark"])
    return Batch(
        row["batch_id"],
        {int(partition): offset for partition, offset in row["from"].items()},
        {int(partition): offset for partition, offset in row["until"].items()},
        round(watermark.timestamp() * 1000),
    )


def newest_query(rows: list[dict[str, Any]]) -> list[Batch]:
    """The batches of the query that wrote last, in order; of a repeated batch the last message.

    A query with a new checkpoint reads the topic again from its oldest message and writes every
    window anew: what an earlier query decided is of no account any more.
    """
    if not rows:
        return []
    query_id = rows[-1]["query_id"]
    by_number = {row["batch_id"]: parse(row) for row in rows if row["query_id"] == query_id}
    return [by_number[number] for number in sorted(by_number)]


def read(settings: Settings) -> list[Batch]:
    """Every batch that the newest query has written down."""
    kafka = settings.kafka
    records = topic.read(kafka.bootstrap_servers, kafka.batches_topic)
    return newest_query([json.loads(record.value) for record in records if record.value])
