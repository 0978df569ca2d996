"""Events whose time is wrong: behind what was counted already, or far ahead of the clock (pure)."""

from datetime import UTC, datetime, timedelta

from ingest.events import Event, utc_text

# far enough that an event is still ahead when it is sent again after an outage of hours
FUTURE = timedelta(days=1)


def late(event: Event, seconds: float) -> Event:
    """The same event, that long ago; produced_at stays, because it was due now."""
    occurred_at = datetime.fromisoformat(event["event_time"]) - timedelta(seconds=seconds)
    return {**event, "event_time": utc_text(occurred_at)}


def future(event: Event, due_at: float) -> Event:
    """The same event, a day after it is due."""
    ahead = datetime.fromtimestamp(due_at, UTC) + FUTURE
    return {**event, "event_time": utc_text(ahead)}


def delayed(event: Event, due_at: float) -> Event:
    """The same event, due later: the time at which it happened stays."""
    return {**event, "produced_at": utc_text(datetime.fromtimestamp(round(due_at, 3), UTC))}
