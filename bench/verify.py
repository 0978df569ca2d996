"""`make verify`: recount ecommerce-events by an independent path and compare every place that holds windows."""

import argparse
import json
import logging
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from deltalake.exceptions import TableNotFoundError
from rich.console import Console
from thriftpy2.transport import TTransportException

from bench.recount import places, topic
from bench.recount.compare import Result, compare
from bench.recount.verdict import judge
from bench.recount.windows import EVENTS, Key, Recounted, recount
from settings import Settings, SettingsError, load_settings

AGAIN_SECONDS = 3
SHOWN = 10
# A window is compared only while every place still keeps it; an hour of margin for compaction.
RETENTION_MARGIN = timedelta(hours=1)


@dataclass(frozen=True)
class Topic:
    """The recounted topic."""

    messages: int
    events: pa.Table
    rejected: Counter[str]
    is_quiet: bool
    newest_event_time: datetime


def read_topic(settings: Settings, console: Console) -> Topic:
    """Judge every message of the topic."""
    kafka, stream = settings.kafka, settings.stream
    columns: dict[str, list[object]] = {name: [] for name in EVENTS.names}
    rejected: Counter[str] = Counter()
    ends = topic.end_offsets(kafka.bootstrap_servers, kafka.events_topic)
    count = 0
    with console.status("reading the topic") as status:
        for record in topic.read(kafka.bootstrap_servers, kafka.events_topic):
            count += 1
            if count % 20_000 == 0:
                status.update(f"reading the topic: {count:,} messages")
            appended_at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
            place = f"{record.topic}-{record.partition}-{record.offset}"
            verdict = judge(
                record.value,
                appended_at,
                place,
                max_bytes=stream.max_event_bytes,
                max_future=stream.max_future_seconds,
            )
            if verdict.reason:
                rejected[verdict.reason] += 1
                continue
            values = (
                *(verdict.event_id, verdict.event_time, verdict.event_type, verdict.brand),
                *(verdict.category, verdict.price, appended_at, record.partition, record.offset),
            )
            for name, value in zip(columns, values, strict=True):
                columns[name].append(value)
    is_quiet = ends == topic.end_offsets(kafka.bootstrap_servers, kafka.events_topic)
    newest = max(columns["event_time"], default=datetime.now(UTC))  # type: ignore[type-var]
    return Topic(count, pa.table(columns, EVENTS), rejected, is_quiet, newest)  # type: ignore[arg-type]


def _compared(settings: Settings, source: Topic, windows: dict[Key, Recounted]) -> dict[Key, bool]:
    kept = timedelta(seconds=settings.hbase.ttl_seconds) - RETENTION_MARGIN
    since = datetime.now(UTC) - kept
    closed_before = source.newest_event_time - timedelta(
        seconds=2 * settings.stream.watermark_seconds
    )
    return {
        key: found.changed_at > since and (source.is_quiet or key[0] < closed_before)
        for key, found in windows.items()
    }


def check(settings: Settings, source: Topic) -> tuple[Result, list[str]]:
    """Compare every place once; the result and what is wrong with the balance."""
    stream = settings.stream
    span = {"window": stream.window_seconds, "watermark": stream.watermark_seconds}
    recounted = recount(source.events, **span)
    kept = places.event_stream(settings)
    found = {
        "HBase": places.hbase(settings),
        "ecommerce-analytics": places.analytics(settings),
        "raw.window_metrics": places.window_metrics(settings),
        "raw.event_stream": {key: w.numbers for key, w in recount(kept, **span).items()},
    }
    if not source.is_quiet:
        found = {name: {k: v for k, v in w.items() if k in recounted} for name, w in found.items()}
    is_compared = _compared(settings, source, recounted)
    open_since = source.newest_event_time - timedelta(seconds=stream.watermark_seconds)
    result = compare(recounted, found, is_compared=is_compared, open_since=open_since)
    if not source.is_quiet:
        return result, []
    return result, [*_sum_faults(source, result), *_balance_faults(settings, source, kept)]


def _repeated(source: Topic) -> int:
    return source.events.num_rows - len(set(source.events["event_id"].to_pylist()))


def _sum_faults(source: Topic, result: Result) -> list[str]:
    parts = (result.counted, source.rejected.total(), result.late, _repeated(source))
    # Windows that HBase keeps no more are not in `counted`.
    if result.left_out or sum(parts) == source.messages:
        return []
    names = "counted={} rejected={} late={} repeated={}".format(*parts)
    return [f"sent={source.messages}, but {names} make {sum(parts)}"]


def _balance_faults(settings: Settings, source: Topic, kept: pa.Table) -> list[str]:
    faults = []
    positions = {(row["partition"], row["offset"]) for row in _positions(kept)}
    wanted = {(row["partition"], row["offset"]) for row in _positions(source.events)}
    if len(positions) != kept.num_rows:
        faults.append(f"raw.event_stream has {kept.num_rows - len(positions)} messages twice")
    if positions != wanted:
        faults.append(
            f"raw.event_stream lacks {len(wanted - positions)} messages "
            f"and has {len(positions - wanted)} that the topic has not"
        )
    reasons = Counter(places.rejected_reasons(settings))
    if reasons != source.rejected:
        faults.append(f"raw.rejected_event {dict(reasons)}, recount {dict(source.rejected)}")
    return faults


def _positions(rows: pa.Table) -> list[dict[str, int]]:
    return rows.select(["partition", "offset"]).to_pylist()


def summary(source: Topic, result: Result, faults: list[str]) -> dict[str, object]:
    """The whole answer, for scripts and for the printed form."""
    return {
        "sent": source.messages,
        "counted": result.counted,
        "rejected": sum(source.rejected.values()),
        "late": result.late,
        "repeated": _repeated(source),
        "rejected_by_reason": dict(source.rejected),
        "topic_is_quiet": source.is_quiet,
        "windows_compared": result.compared,
        "windows_equal": result.equal,
        "windows_open": result.still_open,
        "windows_undecided": len(result.undecided),
        "windows_left_out": result.left_out,
        "different": [*faults, *result.different[:SHOWN]],
        "different_count": len(faults) + len(result.different),
    }


def show(answer: dict[str, object], console: Console) -> None:
    """The balance, the comparison and the first differences."""
    names = ("sent", "counted", "rejected", "late", "repeated")
    console.print("  ".join(f"{name}={answer[name]}" for name in names), highlight=False)
    if answer["rejected_by_reason"]:
        console.print(f"rejected by reason: {answer['rejected_by_reason']}", highlight=False)
    windows = ("compared", "equal", "open", "undecided", "left_out")
    numbers = "  ".join(f"{name}={answer[f'windows_{name}']}" for name in windows)
    console.print(f"windows: {numbers}", highlight=False)
    if not answer["topic_is_quiet"]:
        console.print(
            "events still arrive: windows that may change are left out; run it again after make stream-stop"
        )
    for line in answer["different"]:  # type: ignore[attr-defined]
        console.print(f"different: {line}", highlight=False)
    if answer["different_count"]:
        console.print(f"{answer['different_count']} differences")
    else:
        console.print("every window is equal in all five places")


def run(arguments: argparse.Namespace) -> int:
    """Recount, compare again until all is equal or the time to wait is over, and tell."""
    settings, console = load_settings(), Console(stderr=True, soft_wrap=True)
    source = read_topic(settings, console)
    if source.messages == 0:
        raise topic.TopicError("the topic is empty: run make stream first")
    deadline = time.monotonic() + arguments.wait
    with console.status("comparing; the Delta tables follow the topic by some seconds"):
        while True:
            result, faults = check(settings, source)
            if not (result.different or faults) or time.monotonic() > deadline:
                break
            time.sleep(AGAIN_SECONDS)
    answer = summary(source, result, faults)
    if arguments.format == "json":
        print(json.dumps(answer, indent=1))
    else:
        show(answer, Console(soft_wrap=True))
    return int(bool(answer["different_count"]))


def main() -> int:
    """0 when every window is equal, 1 when one differs, 2 when something does not run."""
    parser = argparse.ArgumentParser(prog="python -m bench.verify", description=__doc__)
    parser.add_argument(
        "--wait", type=int, default=120, help="seconds to wait for the Delta tables"
    )
    parser.add_argument("--format", choices=("table", "json"), default="table")
    logging.getLogger("kafka").setLevel(logging.ERROR)
    try:
        return run(parser.parse_args())
    except (topic.TopicError, SettingsError) as error:
        print(f"error: {error}", file=sys.stderr)
    except TTransportException:
        print('error: no HBase Thrift server answers: run "make up"', file=sys.stderr)
    except TableNotFoundError as error:
        print(f'error: {error}: run "make up"', file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 2


if __name__ == "__main__":
    sys.exit(main())
