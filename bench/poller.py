"""EDGE HBase: read the newest windows at most 20 ms apart, and note when a count changed."""

import time
from collections import defaultdict
from datetime import UTC, datetime

import happybase

from bench.visibility import Cell, Step
from settings import HBaseSettings

EVERY_SECONDS = 0.02
LOOK_BACK_SECONDS = 40
COLUMNS = {
    "views": "view",
    "carts": "cart",
    "purchases": "purchase",
    "removals": "remove_from_cart",
}


def _key(seconds: float) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%d_%H%M%S").encode()


class Poller:
    """Real reads through the gateway; `steps` maps a cell to its rising counts."""

    def __init__(self, settings: HBaseSettings) -> None:
        self._connection = happybase.Connection(
            settings.thrift_host, settings.thrift_port, timeout=10_000
        )
        self._table = self._connection.table("event_counts")
        self._columns = [f"metrics:{name}".encode() for name in COLUMNS]
        self.steps: dict[Cell, list[Step]] = defaultdict(list)
        self.gaps_ms: list[float] = []

    def run(self, seconds: float) -> None:
        """Poll for so long."""
        ends_at = time.monotonic() + seconds
        last = time.monotonic()
        while last < ends_at:
            self.poll()
            pause = EVERY_SECONDS - (time.monotonic() - last)
            if pause > 0:
                time.sleep(pause)
            now = time.monotonic()
            self.gaps_ms.append((now - last) * 1000)
            last = now
        self._connection.close()

    def poll(self) -> None:
        """One scan; a count is seen when the whole answer has arrived."""
        first = _key(time.time() - LOOK_BACK_SECONDS)
        rows = list(self._table.scan(row_start=first, columns=self._columns, batch_size=200))
        now = time.time()
        for key, cells in rows:
            moment = datetime.strptime(key.decode(), "%Y%m%d_%H%M%S").replace(tzinfo=UTC)
            for name, event_type in COLUMNS.items():
                self._note(
                    (int(moment.timestamp()), event_type),
                    int(cells[f"metrics:{name}".encode()]),
                    now,
                )

    def _note(self, cell: Cell, count: int, now: float) -> None:
        steps = self.steps[cell]
        if count and (not steps or steps[-1].count < count):
            steps.append(Step(count, now))
