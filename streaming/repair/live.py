"""EDGE Kafka: where the live query begins again, from its ledger and the topic."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.topic import TopicReader
from settings import KafkaSettings, Settings
from streaming import beginning
from streaming.beginning import Beginning
from streaming.folder import Folder, UnreadableError
from streaming.repair.plan import (
    Entry,
    ForeignTopicError,
    Limits,
    Offsets,
    Start,
    live_start,
    live_start_without_ledger,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _milliseconds(text: str) -> int:
    return round((datetime.fromisoformat(text) - EPOCH) / timedelta(milliseconds=1))


def parse(row: dict[str, Any]) -> Entry:
    """A message of ecommerce-batches."""
    after = row.get("windows_after")
    return Entry(
        row["query_id"],
        row["batch_id"],
        row["from"],
        row["until"],
        _milliseconds(row["watermark"]),
        _milliseconds(after) if after else None,
    )


def newest_query(rows: list[dict[str, Any]]) -> list[Entry]:
    """The batches of the query that wrote last, in order; of a repeated batch the last message."""
    if not rows:
        return []
    query_id = rows[-1]["query_id"]
    found = {row["batch_id"]: parse(row) for row in rows if row["query_id"] == query_id}
    return [found[number] for number in sorted(found)]


def _ledger(kafka: KafkaSettings) -> list[dict[str, Any]]:
    with TopicReader(kafka, kafka.batches_topic) as reader:
        return [json.loads(record.value) for record in reader.read(reader.bounds()) if record.value]


def _is_unknown(folder: Folder, rows: list[dict[str, Any]]) -> bool:
    """Whether the checkpoint belongs to a query that began at the oldest message and told nothing yet.

    It may have written any window of its first batch: no older query's windows are final then.
    """
    if not folder.exists("metadata") or folder.exists(beginning.FILE):
        return False
    try:
        query_id = json.loads(folder.read("metadata"))["id"]
    except (UnreadableError, ValueError, KeyError):
        return False
    return query_id not in {row["query_id"] for row in rows}


def _first_seen(reader: TopicReader, bounds: dict[int, tuple[int, int]]) -> dict[str, int]:
    """The append time of each partition's oldest message in ms; now where there is none."""
    now = round((datetime.now(UTC) - EPOCH) / timedelta(milliseconds=1))
    found = {str(number): now for number in bounds}
    for number, (low, high) in bounds.items():
        for record in reader.read({number: (low, min(high, low + 1))}):
            found[str(number)] = record.timestamp
    return found


def start(settings: Settings, folder: Folder) -> Start:
    """The plan for the query whose checkpoint this folder is or was."""
    kafka, stream = settings.kafka, settings.stream
    limits = Limits(stream.window_seconds * 1000, stream.watermark_seconds * 1000)
    rows = _ledger(kafka)
    entries = [] if _is_unknown(folder, rows) else newest_query(rows)
    with TopicReader(kafka, kafka.events_topic) as reader:
        bounds = reader.bounds()
        begins: Offsets = {str(number): low for number, (low, _) in bounds.items()}
        planned = live_start(entries, begins, limits) if entries else None
        if planned is None:
            until = entries[-1].until if entries else {}
            planned = live_start_without_ledger(
                begins, _first_seen(reader, bounds), stream.max_future_seconds * 1000, until
            )
    for number, (_, end) in bounds.items():
        if planned.offsets.get(str(number), 0) > end:
            raise ForeignTopicError(f"partition {number} ends at {end}, but more of it was counted")
    return planned


def as_beginning(planned: Start) -> Beginning:
    """The plan in the form that the new checkpoint keeps."""
    after = planned.windows_after_ms
    moment = None if after is None else EPOCH + timedelta(milliseconds=after)
    return Beginning(planned.offsets, moment)


def describe(planned: Start) -> list[str]:
    """What becomes of the windows, in lines for a person."""
    after = as_beginning(planned).windows_after
    since = f"{after:%Y-%m-%d %H:%M:%S} UTC" if after else None
    lines = [
        f"live: windows up to {since} stay as they are, later ones are counted again"
        if since
        else "live: every window is counted again"
    ]
    if planned.lost:
        lines.append(f"live: {planned.lost} messages were deleted from the topic uncounted")
    if not planned.is_complete:
        lines.append(f"live: windows up to {since} that were still open may lack their last events")
    return lines
