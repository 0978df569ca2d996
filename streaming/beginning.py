"""Where a query begins that has not begun yet: a small file that a repair leaves in its new checkpoint.

Without the file a query begins at the oldest message of its topic and owns every window.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from streaming.folder import Folder
from streaming.ledger import instant

FILE = "start.json"
Offsets = dict[str, int]
EARLIEST = -2  # Kafka's name for the oldest message of a partition


@dataclass(frozen=True)
class Beginning:
    """The first offset by partition, and the time up to which windows belong to an older query.

    A window that started at `windows_after` or before is not written: the query has seen it only in
    part. None: every window is its own.
    """

    offsets: Offsets
    windows_after: datetime | None = None

    def to_json(self) -> str:
        """The text of the file."""
        after = instant(self.windows_after) if self.windows_after else None
        return json.dumps({"offsets": self.offsets, "windows_after": after})

    def owns(self, window_started_at: datetime) -> bool:
        """Whether this query may write a window; times without a zone are UTC."""
        if self.windows_after is None:
            return True
        return (
            window_started_at.replace(tzinfo=window_started_at.tzinfo or UTC) > self.windows_after
        )

    def starting_offsets(self, topic: str, partitions: set[int]) -> str:
        """For Spark's option startingOffsets, which must name every partition that the topic has."""
        named = {str(number): EARLIEST for number in sorted(partitions)} | self.offsets
        return json.dumps({topic: named})


EVERYTHING = Beginning({})


def from_json(text: str) -> Beginning:
    """What to_json wrote; ValueError, KeyError or TypeError for anything else."""
    row = json.loads(text)
    after, offsets = row["windows_after"], row["offsets"]
    if not isinstance(offsets, dict) or not all(_is_place(*place) for place in offsets.items()):
        raise ValueError(f"{offsets!r} are no offsets by partition")
    return Beginning(offsets, datetime.fromisoformat(after) if after else None)


def _is_place(partition: str, offset: object) -> bool:
    return partition.isdigit() and isinstance(offset, int)


def read(folder: Folder) -> Beginning:
    """The beginning of the query whose checkpoint this folder is."""
    return from_json(folder.read(FILE)) if folder.exists(FILE) else EVERYTHING
