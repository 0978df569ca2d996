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

from bench.recount import balance, lateness, ledger, owners, places, topic
from bench.recount.answer import is_proof, nothing_compared, pace, show, summary
from bench.recount.compare import Places, Result, compare
from bench.recount.source import Topic, in_topic, outlived, read_topic, same_messages
from bench.recount.windows import Key, Recounted, recount
from services.supervisor import Supervisor
from settings import Settings, SettingsError, load_settings

AGAIN_SECONDS = 3
# A window is compared only while every place still keeps it; a margin for what forgets early: an
# hour, but no more than a third of a short life, of which something must be left to compare.
RETENTION_MARGIN = timedelta(hours=1)
RETENTION_SHARE = 3


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
    life = min(in_hbase, on_topic)
    return now - life + min(RETENTION_MARGIN, life / RETENTION_SHARE)


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
    problems = nothing_compared(source, result)
    answer = summary(source, result, faults, problems) | pace(source.messages, seconds)
    if arguments.format == "json":
        print(json.dumps(answer, indent=1))
    else:
        show(answer, Console(soft_wrap=True))
    return int(not is_proof(answer))


def main() -> int:
    """0 when what was compared is equal, 1 when it is not or nothing was, 2 when something does not run."""
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
