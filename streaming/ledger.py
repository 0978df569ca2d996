"""The ledger of the live query: which offsets each batch holds and which watermark it used, from its own checkpoint.

A reader of the topic ecommerce-batches can then decide for every message whether it was late.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Offsets = dict[str, int]


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Planned:
    """What the engine wrote down before it ran a batch: where it ends, and its watermark in ms."""

    until: Offsets
    watermark_ms: int


def read_offset_log(text: str, topic: str) -> Planned:
    """The entry of one batch in the offset log (version, metadata, then the source's offsets)."""
    version, metadata, offsets = text.splitlines()
    if version != "v1":
        raise ValueError(f"the offset log of the checkpoint has version {version!r}, not v1")
    return Planned(json.loads(offsets)[topic], json.loads(metadata)["batchWatermarkMs"])


def read_initial_offsets(text: str, topic: str) -> Offsets:
    """Where the first batch of the query began (a version line in front, after a zero byte)."""
    offsets: Offsets = json.loads(text[text.index("{") :])[topic]
    return offsets


class Ledger:
    """Tells the offsets and the watermark of a batch while it runs.

    `read` gives the text of a file of the checkpoint. The engine writes a batch's entry before it
    runs the batch, and a batch that is repeated after a crash has the same entry. `windows_after` is
    where the query's own windows begin (streaming.beginning).
    """

    def __init__(
        self, read: Callable[[str], str], topic: str, windows_after: str | None = None
    ) -> None:
        self._read, self._topic, self._windows_after = read, topic, windows_after
        self._last: tuple[int, Offsets] | None = None

    def entry(self, query_id: str, batch_id: int) -> dict[str, Any]:
        """The message for ecommerce-batches: from (included) and until (not included) by partition."""
        planned = read_offset_log(self._read(f"offsets/{batch_id}"), self._topic)
        begin = self._end_of(batch_id - 1)
        self._last = (batch_id, planned.until)
        watermark = instant(datetime.fromtimestamp(planned.watermark_ms / 1000, UTC))
        return {
            "query_id": query_id,
            "batch_id": batch_id,
            # a partition that was added since begins at its first message
            "from": {partition: begin.get(partition, 0) for partition in planned.until},
            "until": planned.until,
            "watermark": watermark,
            "windows_after": self._windows_after,
        }

    def _end_of(self, batch_id: int) -> Offsets:
        if batch_id < 0:
            return read_initial_offsets(self._read("sources/0/0"), self._topic)
        if self._last and self._last[0] == batch_id:
            return self._last[1]
        return read_offset_log(self._read(f"offsets/{batch_id}"), self._topic).until
