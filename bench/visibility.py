"""Which poll showed which event first, and percentiles. Pure; times in seconds since the epoch."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

Cell = tuple[int, str]  # window start in seconds, column


@dataclass(frozen=True)
class Event:
    """An accepted event: its cell, when it was due and when the broker appended it."""

    cell: Cell
    due_at: float
    appended_at: float


@dataclass(frozen=True)
class Step:
    """A cell reached `count` at `at`; `batch_started_at` is known for steps of the results topic only."""

    count: int
    at: float
    batch_started_at: float = 0.0


def first_reaching(steps: list[Step], count: int) -> Step | None:
    """The first step whose count is `count` or more; steps have rising counts."""
    index = bisect_left(steps, count, key=lambda step: step.count)
    return steps[index] if index < len(steps) else None


def stages(
    events: Iterable[Event], polls: dict[Cell, list[Step]], updates: dict[Cell, list[Step]]
) -> dict[str, list[float]]:
    """Milliseconds from due to each stage, for every event that all of them show.

    The n-th event of a cell, in the order of the topic, is there at the first step with count n.
    """
    found: dict[str, list[float]] = defaultdict(list)
    numbers: dict[Cell, int] = defaultdict(int)
    for event in sorted(events, key=lambda event: (event.appended_at, event.due_at)):
        numbers[event.cell] += 1
        seen = first_reaching(polls.get(event.cell, []), numbers[event.cell])
        update = first_reaching(updates.get(event.cell, []), numbers[event.cell])
        if seen is None or update is None:
            found["never seen"].append(0.0)
            continue
        moments = {
            "acknowledged": event.appended_at,
            "batch started": update.batch_started_at,
            "HBase answered": update.at,
            "visible": seen.at,
        }
        for name, moment in moments.items():
            found[name].append((moment - event.due_at) * 1000)
    return found


def percentiles(values: list[float]) -> dict[str, float]:
    """p50, p90, p99 and max by nearest rank, rounded to 0.1."""
    ordered = sorted(values)
    ranks = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    last = len(ordered) - 1
    return {
        name: round(ordered[min(last, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))], 1)
        for name, share in ranks.items()
    }
