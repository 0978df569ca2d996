"""`make latency`: for every event, from the time it was due to the first read of HBase that shows it."""

import argparse
import json
import logging
import os
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from thriftpy2.transport import TTransportException

from bench import resources
from bench.poller import Poller
from bench.recount import ledger, plain, topic
from bench.recount.in_time import Bounds
from bench.recount.verdict import judge, read_time
from bench.visibility import Cell, Event, Step, percentiles, stages
from settings import PROJECT_DIR, Settings, SettingsError, load_settings

STAGES = ("acknowledged", "batch started", "HBase answered", "visible")
FIELDS = {
    "view_count": "view",
    "cart_count": "cart",
    "purchase_count": "purchase",
    "remove_count": "remove_from_cart",
}


class LatencyError(Exception):
    """Nothing could be measured; the message says why."""


def read_events(settings: Settings, since: float, until: float) -> tuple[list[Event], int]:
    """Counted events whose window lies wholly inside the interval, in the order of the topic.

    And how many of the interval came too late to be counted: nobody can wait for them.
    """
    kafka, stream = settings.kafka, settings.stream
    limits = {"max_bytes": stream.max_event_bytes, "max_future": stream.max_future_seconds}
    found, late = [], 0
    event_ids: set[str] = set()
    bounds = Bounds(ledger.read(settings))
    for record in topic.read(kafka.bootstrap_servers, kafka.events_topic):
        if record.timestamp / 1000 < since:
            continue
        appended_at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        place = f"{record.topic}-{record.partition}-{record.offset}"
        verdict = plain.judge(record.value, appended_at, **limits) or judge(
            record.value, appended_at, place, **limits
        )
        # HBase counts a repeat once, so it must not take a number of its own.
        if verdict.event_id in event_ids:
            continue
        if verdict.reason or record.value is None:
            continue
        event_ids.add(verdict.event_id)
        due_at = read_time(json.loads(record.value).get("produced_at"))
        if due_at is None:
            continue
        second = int(verdict.event_time.timestamp())
        window = second - second % stream.window_seconds
        if since <= window and window + stream.window_seconds <= until:
            place_ms = (record.partition, record.offset, verdict.event_time.timestamp() * 1000)
            if bounds.is_late(*place_ms):
                late += 1
                continue
            cell = (window, verdict.event_type)
            found.append(Event(cell, due_at.timestamp(), appended_at.timestamp()))
    return found, late


def read_updates(settings: Settings, since: float) -> dict[Cell, list[Step]]:
    """Rising counts of each cell on ecommerce-analytics."""
    kafka = settings.kafka
    found: dict[Cell, list[Step]] = defaultdict(list)
    for record in topic.read(kafka.bootstrap_servers, kafka.analytics_topic):
        if record.value is None or record.timestamp / 1000 < since:
            continue
        row = json.loads(record.value)
        if row["dimension"] != "all":
            continue
        window = int(datetime.fromisoformat(row["window_started_at"]).timestamp())
        emitted_at = datetime.fromisoformat(row["emitted_at"]).timestamp()
        started_at = datetime.fromisoformat(row["batch_started_at"]).timestamp()
        for name, event_type in FIELDS.items():
            steps = found[window, event_type]
            if row[name] and (not steps or steps[-1].count < row[name]):
                steps.append(Step(row[name], emitted_at, started_at))
    return found


def measure(settings: Settings, seconds: int, console: Console) -> dict[str, Any]:
    """Poll for `seconds`, then match what was seen with what the topics say was sent."""
    poller = Poller(settings.hbase)
    before, started_at = resources.measure(settings), time.time()
    with console.status(f"reading HBase every 20 ms for {seconds} s"):
        poller.run(seconds)
    ended_at = time.time()
    usage = resources.between(before, resources.measure(settings), ended_at - started_at)
    # Events due at the very end could not be seen any more: ten seconds are left for the last ones.
    events, late = read_events(settings, started_at, ended_at - 10)
    if not events:
        raise LatencyError("no events came: start a stream first, make stream DETACH=1")
    found = stages(events, poller.steps, read_updates(settings, started_at))
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": seconds,
        "events": len(events),
        "late": late,
        "never_seen": len(found["never seen"]),
        "events_per_second": round(len(events) / (seconds - 10), 1),
        "polls": len(poller.gaps_ms),
        "poll_gap_ms": percentiles(poller.gaps_ms),
        "from_due_ms": {name: percentiles(found[name]) for name in STAGES if found[name]},
        "services": usage,
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "versions": settings.versions.model_dump(),
    }


def show(result: dict[str, Any], console: Console) -> None:
    """Stages and services as tables."""
    table = Table("from due to, ms", "p50", "p90", "p99", "max", box=None)
    for name, values in result["from_due_ms"].items():
        table.add_row(name, *(f"{values[rank]:,.0f}" for rank in ("p50", "p90", "p99", "max")))
    console.print(table)
    usage = Table("service", "CPU, % of a core", "memory, MB", box=None)
    for name, values in result["services"].items():
        usage.add_row(name, f"{values['cpu_percent']}", f"{values['memory_mb']}")
    console.print(usage)
    gap = result["poll_gap_ms"]
    console.print(
        f"{result['events']:,} events at {result['events_per_second']}/s, "
        f"{result['late']} late and so in no window, {result['never_seen']} never seen; "
        f"{result['polls']:,} reads, "
        f"{gap['p50']} ms apart (p99 {gap['p99']}, max {gap['max']})",
        highlight=False,
    )


def main() -> int:
    """0 when measured, 1 when nothing came, 2 when something does not run."""
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--out", type=Path, default=PROJECT_DIR / "bench/results/latency.json")
    logging.getLogger("kafka").setLevel(logging.ERROR)
    arguments = parser.parse_args()
    try:
        if arguments.seconds < 30:
            raise LatencyError("--seconds must be 30 or more")
        result = measure(load_settings(), arguments.seconds, Console(stderr=True))
    except (topic.TopicError, SettingsError, LatencyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1 if isinstance(error, LatencyError) else 2
    except TTransportException:
        print('error: no HBase Thrift server answers: run "make up"', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    show(result, Console(width=None if sys.stdout.isatty() else 120))
    return int(result["never_seen"] > 0)


if __name__ == "__main__":
    sys.exit(main())
