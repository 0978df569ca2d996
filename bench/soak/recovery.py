"""EDGE HBase, Delta, Spark: how long after a kill a new window can be read, and its victim works again."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from bench.soak import victims
from bench.soak.plan import EVERYTHING
from hbase.store import HBaseError, HBaseStore
from services import thriftserver
from settings import Settings

Check = Callable[[], bool]

POLL_SECONDS = 0.2
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


def seconds_until_each(checks: dict[str, Check], since: float, limit: float) -> dict[str, float]:
    """Seconds from `since` (monotonic) until each check is true; without those that are not within `limit`."""
    found: dict[str, float] = {}
    while len(found) < len(checks) and time.monotonic() - since < limit:
        for name, is_true in checks.items():
            if name not in found and is_true():
                found[name] = time.monotonic() - since
        time.sleep(POLL_SECONDS)
    return found


def has_new_row(settings: Settings, killed_at: datetime) -> Check:
    """Whether a window that began after the kill can be read.

    Never before the rest of the running window is over: two seconds, as a rule.
    """
    window = settings.stream.window_seconds
    second = int(killed_at.timestamp())
    first_new = datetime.fromtimestamp(second - second % window, UTC) + timedelta(seconds=window)
    return lambda: _has_row(settings, first_new)


def landed_version(settings: Settings) -> int:
    """The version of raw.event_stream; -1 while there is none."""
    try:
        return DeltaTable(settings.raw_table("event_stream"), without_files=True).version()
    except DeltaError:
        return -1


def answers_sql(settings: Settings) -> bool:
    """Whether the Spark Thrift server answers `select 1`."""
    try:
        thriftserver.probe(settings)
    except Exception:
        # Its client has many errors for "not yet": all of them mean waiting.
        return False
    return True


def works_again(settings: Settings, victim: str, killed: set[int]) -> Check:
    """Whether a service that was killed a moment ago does its own work again.

    Rows go on without landing and the Spark Thrift server: those have to land something, and to
    answer. Of the others a process that runs is enough, because the first new row needs them.
    """
    version = landed_version(settings)

    def is_true() -> bool:
        return (
            victims.is_back(settings, victim, killed)
            and (victim not in ("landing", EVERYTHING) or landed_version(settings) > version)
            and (victim not in ("spark-thrift", EVERYTHING) or answers_sql(settings))
        )

    return is_true
