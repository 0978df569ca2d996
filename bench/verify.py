"""`make verify`: recount ecommerce-events by an independent path and compare every place that holds windows."""

import argparse
import json
import logging
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from deltalake.exceptions import DeltaError, TableNotFoundError
from rich.console import Console
from rich.table import Table

from bench.recount import balance, lateness, ledger, owners, places, topic
from bench.recount.compare import Places, Result, compare
from bench.recount.source import Topic, in_topic, outlived, read_topic, same_messages
from bench.recount.windows import Key, Recounted, recount
from services.supervisor import Supervisor
from settings import Settings, SettingsError, load_settings

AGAIN_SECONDS = 3
SHOWN = 10
# A window is compared only while every place still keeps it; an hour of margin for compaction.
RETENTION_MARGIN = timedelta(hours=1)


def decide(settings: Settings, source: Topic) -> tuple[Topic, list[str]]:
    """The topic with a verdict for each event by the ledger, and where the ledger is wrong."""
    queries, stream = ledger.up_to(ledger.read(settings), source.ends), settings.stream
    rules = (source.events, queries, stream.watermark_seconds, stream.window_seconds)
    verdicts = owners.verdicts(*rules)
    # Once the topic has forgotten its first messages, its ranges do not give the old watermarks.
    is_whole = not any(source.begins.values())
    faults = owners.watermark_faults(*rules) if is_whole else []
    return replace(source, verdicts=verdicts), faults


def kept_since(settings: Settings, now: datetime) -> datetime:
    """A window that changed after this moment is still in every place that forgets."""
    in_hbase = timedelta(seconds=settings.hbase.ttl_seconds)
    on_topic = timedelta(hours=settings.kafka.analytics_retention_hours)
    return now - min(in_hbase, on_topic) + RETENTION_MARGIN


def _compared(settings: Settings, source: Topic, windows: dict[Key, Recounted]) -> dict[Key, bool]:
    since = kept_since(settings, datetime.now(UTC))
    closed_before = source.newest_event_time - timedelta(
        seconds=2 * settings.stream.watermark_seconds
    )
    waiting = recount(
        source.with_verdict(lateness.PENDING), window=settings.stream.window_seconds
    ).keys()
    return {
        key: found.changed_at > since
        and key not in waiting
        and (source.is_quiet or key[0] < closed_before)
        for key, found in windows.items()
    }


def check(settings: Settings, source: Topic) -> tuple[Result, list[str]]:
    """Compare every place once; the result and what is wrong with the balance."""
    window = settings.stream.window_seconds
    kept = places.event_stream(settings)
    counted = source.with_verdict(lateness.COUNTED)
    # Windows that also hold events which the topic has forgotten cannot be recounted from it, nor
    # those whose query or batches the ledger has forgotten.
    forgotten = {
        *recount(outlived(source, kept), window=window),
        *recount(source.with_verdict(lateness.UNKNOWN), window=window),
    }
    recounted = {k: w for k, w in recount(counted, window=window).items() if k not in forgotten}
    landed = recount(same_messages(in_topic(source, kept), counted), window=window)
    found: Places = {
        "HBase": places.hbase(settings),
        "ecommerce-analytics": places.analytics(settings),
        "raw.window_metrics": places.window_metrics(settings),
        "raw.event_stream": {key: window.numbers for key, window in landed.items()},
    }
    found = {
        name: {
            key: numbers
            for key, numbers in windows.items()
            if key not in forgotten and (source.is_quiet or key in recounted)
        }
        for name, windows in found.items()
    }
    is_compared = _compared(settings, source, recounted)
    open_since = source.newest_event_time - timedelta(seconds=settings.stream.watermark_seconds)
    result = compare(recounted, found, is_compared=is_compared, open_since=open_since)
    result.left_out += len(forgotten)
    if not source.is_quiet:
        return result, []
    raw = balance.raw_faults(source, kept, places.rejected(settings))
    return result, [*balance.sum_faults(source, result), *raw]


def _instant(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def summary(source: Topic, result: Result, faults: list[str]) -> dict[str, object]:
    """The whole answer, for scripts and for the printed form."""
    return {
        "sent": source.messages,
        "counted": result.counted,
        "rejected": sum(source.rejected.values()),
        "late": source.fates[lateness.LATE],
        "repeated": source.fates[lateness.REPEATED],
        "pending": source.fates[lateness.PENDING],
        "unknown": source.fates[lateness.UNKNOWN],
        "rejected_by_reason": dict(source.rejected),
        "topic_is_quiet": source.is_quiet,
        "compared_from": _instant(result.first),
        "compared_to": _instant(result.last),
        "windows_compared": result.compared,
        "windows_equal": result.equal,
        "windows_open": result.still_open,
        "windows_left_out": result.left_out,
        "places": {
            name: {"windows": count, "different": result.different_in[name]}
            for name, count in result.windows_in.items()
        },
        "different": [*faults, *result.different[:SHOWN]],
        "different_count": len(faults) + len(result.different),
    }


def pace(messages: int, seconds: float) -> dict[str, object]:
    """How long it took to read the topic, to count it and to compare once."""
    return {"seconds": round(seconds, 1), "events_per_second": round(messages / max(seconds, 0.1))}


def _places_table(answer: dict[str, object]) -> Table:
    table = Table(box=None)
    table.add_column("place")
    for column in ("windows", "different"):
        table.add_column(column, justify="right")
    table.add_row("recount of the topic", str(answer["windows_compared"]), "")
    for name, row in answer["places"].items():  # type: ignore[attr-defined]
        table.add_row(name, str(row["windows"]), str(row["different"]))
    return table


def show(answer: dict[str, object], console: Console) -> None:
    """The balance, the comparison and the first differences."""
    names = ["counted", "rejected", "late", "repeated"]
    names += [name for name in ("pending", "unknown") if answer[name]]
    parts = " + ".join(f"{answer[name]} {name}" for name in names)
    console.print(f"{answer['sent']} sent = {parts}", highlight=False)
    if answer["rejected_by_reason"]:
        console.print(f"rejected by reason: {answer['rejected_by_reason']}", highlight=False)
    console.print(_places_table(answer))
    span = f"windows from {answer['compared_from']} to {answer['compared_to']} UTC"
    windows = ("compared", "equal", "open", "left_out")
    numbers = ", ".join(f"{answer[f'windows_{name}']} {name.replace('_', ' ')}" for name in windows)
    console.print(f"{span}: {numbers}", highlight=False)
    took = f"took {answer['seconds']} s: {answer['events_per_second']:,} events a second"
    console.print(took, highlight=False)
    if not answer["topic_is_quiet"]:
        console.print(
            "events still arrive: windows that may change are left out; for all of them, "
            "make stream-stop first"
        )
    for line in answer["different"]:  # type: ignore[attr-defined]
        console.print(f"different: {line}", highlight=False, markup=False)
    if answer["different_count"]:
        console.print(f"{answer['different_count']} differences", highlight=False)
    else:
        console.print("every window is equal in all five places")


def _patience(settings: Settings, seconds: float, console: Console) -> float:
    # Without the landing job raw.* cannot catch up: there is nothing to wait for.
    if Supervisor(settings, []).is_running("landing"):
        return seconds
    console.print("the landing job is stopped: raw.* stays as it is")
    return 0


def run(arguments: argparse.Namespace) -> int:
    """Recount, compare again until all is equal or the time to wait is over, and tell."""
    settings, console = load_settings(), Console(stderr=True, soft_wrap=True)
    started = time.monotonic()
    with console.status("reading the topic") as status:
        source = read_topic(
            settings, lambda count: status.update(f"reading the topic: {count:,} messages")
        )
    if source.messages == 0:
        raise topic.TopicError("the topic is empty: run make stream first")
    read_seconds = time.monotonic() - started
    deadline = time.monotonic() + _patience(settings, arguments.wait, console)
    with console.status("comparing; the Delta tables follow the topic by some seconds"):
        while True:
            started = time.monotonic()
            source, wrong = decide(settings, source)
            result, faults = check(settings, source)
            faults = [*wrong, *faults]
            if not (result.different or faults) or time.monotonic() > deadline:
                break
            time.sleep(AGAIN_SECONDS)
    # What was waited for the Delta tables is none of the recount's time.
    seconds = read_seconds + time.monotonic() - started
    answer = summary(source, result, faults) | pace(source.messages, seconds)
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
    except TableNotFoundError as error:
        print(f'error: {error}: run "make up"', file=sys.stderr)
    except DeltaError as error:
        print(f"error: raw.* cannot be read: {str(error).splitlines()[0]}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 2


if __name__ == "__main__":
    sys.exit(main())
