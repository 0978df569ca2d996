"""Memory of each process while a soak goes on."""

import threading
import time
from typing import Any

from bench import resources
from settings import Settings

EVERY_SECONDS = 10
MEGABYTE = 1024**2


class Memory(threading.Thread):
    """Resident memory of each service and of each of its processes, every ten seconds."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(daemon=True)
        self._settings = settings
        self._ended = threading.Event()
        self.samples: list[dict[str, Any]] = []

    def run(self) -> None:
        """Until `stop()`."""
        started = time.monotonic()
        while not self._ended.wait(EVERY_SECONDS):
            usage = resources.measure(self._settings)
            self.samples.append(
                {
                    "after_seconds": round(time.monotonic() - started),
                    "memory_mb": {n: round(b / MEGABYTE) for n, b in usage.memory_bytes.items()},
                    "processes": {
                        name: {pid: round(used / MEGABYTE) for pid, used in found.items()}
                        for name, found in usage.processes.items()
                    },
                }
            )

    def stop(self) -> None:
        """Wait for the last sample."""
        self._ended.set()
        if self.is_alive():
            self.join()
