"""How the sender keeps to the schedule, also after the machine has paused (pure: the clock is an argument)."""

SLEEP_SLICE_SECONDS = 0.1
SLACK_SECONDS = 0.25


class CatchUp:
    """Lets overdue events leave at no more than `factor` times the wanted rate.

    After a pause up to SLACK_SECONDS of them leave at once, like after any hiccup; the rest follows
    in its own rhythm, `factor` times as fast, until the schedule is caught up with. Due times never
    move, so the delay shows in every measurement.
    """

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._due_at: float | None = None
        self._left_at = 0.0

    def ready_at(self, due_at: float, now: float) -> float:
        """When the next event may leave; ask once for each event, in order."""
        gap = 0.0 if self._due_at is None else max(0.0, due_at - self._due_at)
        since = max(self._left_at, now - SLACK_SECONDS)
        self._due_at = due_at
        self._left_at = max(due_at, since + gap / self._factor)
        return self._left_at


def pause_seconds(until: float, now: float) -> float:
    """How long to sleep next: short, so that Ctrl-C works, and never beyond the time."""
    return min(SLEEP_SLICE_SECONDS, max(0.0, until - now))
