"""What the live page has to work on while it is measured: windows, their rows, events a second."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hbase.store import HBaseStore
from settings import Settings

SHOWN = timedelta(minutes=65)  # what the page's snapshot holds
PACE = timedelta(minutes=2)
COUNTS = ("views", "carts", "purchases", "removals")


def of_windows(
    shop: list[dict[str, str]], by_brand: list[dict[str, str]], now: datetime
) -> dict[str, float]:
    """Windows held, rows by brand of a window (mean) and events a second of the last minutes."""
    since = (now - PACE).strftime("%Y-%m-%d %H:%M:%S")
    newest = [row for row in shop if row["window_started_at"] >= since]
    events = sum(float(row[name]) for row in newest for name in COUNTS)
    return {
        "windows": len(shop),
        "brands_a_window": round(len(by_brand) / len(shop), 1) if shop else 0.0,
        "events_a_second": round(events / PACE.total_seconds(), 1),
    }


def measure(settings: Settings) -> dict[str, Any]:
    """The same of HBase as it is now."""
    hbase = settings.hbase
    store = HBaseStore(hbase.thrift_host, hbase.thrift_port, salt_buckets=hbase.salt_buckets)
    now = datetime.now(UTC)
    try:
        shop = store.scan_windows("event_counts", now - SHOWN, now)
        return of_windows(shop, store.scan_windows("brand_windows", now - SHOWN, now), now)
    finally:
        store.close()
