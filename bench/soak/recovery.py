"""EDGE HBase: how long after a kill the first window that began after it can be read."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hbase.store import HBaseError, HBaseStore
from settings import Settings

POLL_SECONDS = 0.1
ANSWER_MS = 2000
LATER = timedelta(minutes=10)  # nobody waits longer for a window


def _has_row(settings: Settings, since: datetime) -> bool:
    """Whether event_counts has a row of a window that starts at `since` or later."""
    hbase = settings.hbase
    store = HBaseStore(
        hbase.thrift_host,
        hbase.thrift_port,
        timeout_ms=ANSWER_MS,
        salt_buckets=hbase.salt_buckets,
        patience_seconds=0,
    )
    try:
        return bool(store.scan_windows("event_counts", since, since + LATER))
    except HBaseError:
        return False
    finally:
        store.close()


def seconds_until(is_true: Callable[[], bool], since: float, limit: float) -> float | None:
    """Seconds from `since` (monotonic) until it is true; None when it is not within `limit`."""
    while time.monotonic() - since < limit:
        if is_true():
            return time.monotonic() - since
        time.sleep(POLL_SECONDS)
    return None


def visible_after(settings: Settings, killed_at: datetime, limit: float) -> float | None:
    """Seconds from the kill until a window that began after it is read; None when none was.

    Never less than the rest of the running window: of two seconds, as a rule.
    """
    window = settings.stream.window_seconds
    second = int(killed_at.timestamp())
    first_new = datetime.fromtimestamp(second - second % window, UTC) + timedelta(seconds=window)
    passed = (datetime.now(UTC) - killed_at).total_seconds()
    return seconds_until(lambda: _has_row(settings, first_new), time.monotonic() - passed, limit)
