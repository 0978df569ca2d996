"""The live page's numbers in one form, from a chart's answer and from HBase itself."""

import json
from datetime import UTC, datetime
from typing import Any

from tests.browser.view import View
from tests.stack import StackUnderTest

ALL = ("--last", "1d")


def scan(stack: StackUnderTest, table: str, *span: str) -> list[dict[str, Any]]:
    """The windows of a table of HBase, all or those in `--from ... --to ...`."""
    done = stack.run("hbase", "scan", table, *(span or ALL), "--format", "json")
    return list(json.loads(done.stdout))


def scan_views(stack: StackUnderTest) -> int:
    """All views in HBase."""
    return sum(int(row["views"]) for row in scan(stack, "event_counts"))


def kept_windows(stack: StackUnderTest) -> dict[datetime, list[float]]:
    """The same from HBase itself."""
    return {
        datetime.fromisoformat(row["window_started_at"]).replace(tzinfo=UTC): [
            float(row[name]) for name in ("views", "carts", "purchases", "removals")
        ]
        for row in scan(stack, "event_counts")
    }


def card(view: View, title: str) -> dict[int, float]:
    """What a card with a change was given: the start of a range (ms) to its number."""
    return of_ranges(view.rows(title))


def of_ranges(rows: list[dict[str, Any]]) -> dict[int, float]:
    """The start of a range (ms) to the only number that stands beside it."""
    return {row.pop("range_started_at"): next(iter(row.values())) for row in map(dict, rows)}


def drawn_windows(rows: list[dict[str, Any]]) -> dict[datetime, list[float]]:
    """Start of a window to views, carts, purchases and removals, from the answer to the chart of windows."""
    return {
        datetime.fromtimestamp(row["window_started_at"] / 1000, UTC): [
            float(row[name] or 0) for name in ("Views", "Carts", "Purchases", "Removals")
        ]
        for row in rows
    }
