"""CPU and memory of each service of this stack, known by the mark in its environment."""

from collections import defaultdict
from dataclasses import dataclass, field

import psutil

from settings import Settings

MARK, NAME = "STOREPULSE_STACK", "SUPERVISOR_PROCESS_NAME"


@dataclass
class Usage:
    """Seconds of CPU so far and resident bytes by service; the bytes of each process by "service/program"."""

    cpu_seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    memory_bytes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    processes: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))


def program(name: str) -> str:
    """What a process is, without its version: python for python3.11."""
    return name.rstrip("0123456789.") or name


def measure(settings: Settings) -> Usage:
    """One look at every process of the stack."""
    usage = Usage()
    for process in psutil.process_iter():
        try:
            environment = process.environ()
            if environment.get(MARK) != str(settings.paths.data):
                continue
            name = environment.get(NAME, "supervisor")
            times, memory = process.cpu_times(), process.memory_info().rss
            usage.cpu_seconds[name] += times.user + times.system
            usage.memory_bytes[name] += memory
            usage.processes[f"{name}/{program(process.name())}"][process.pid] = memory
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return usage


def between(before: Usage, after: Usage, seconds: float) -> dict[str, dict[str, float]]:
    """Per service: CPU in per cent of one core over the interval, memory in MB at its end."""
    return {
        name: {
            "cpu_percent": round(
                100 * (after.cpu_seconds[name] - before.cpu_seconds[name]) / seconds, 1
            ),
            "memory_mb": round(memory / 1024**2),
        }
        for name, memory in sorted(after.memory_bytes.items())
    }
