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

from bench.recount import ledger, owners, places, topic
from bench.recount.answer import is_proof, pace, show, summary
from bench.recount.checks import Checked, Rules, check
from bench.recount.reader import read_topic
from bench.recount.source import Topic
from bench.recount.windows import moment
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
    final_before = moment(owners.final_before_ms(*rules) * 1000)
    return replace(source, verdicts=verdicts, final_before=final_before), faults


def still_quiet(settings: Settings, source: Topic) -> Topic:
    """What arrived while the places were read may be in them: then the topic is not quiet."""
    kafka = settings.kafka
    ends = topic.offsets(kafka.bootstrap_servers, kafka.events_topic)[1]
    return replace(source, is_quiet=source.is_quiet and ends == source.ends)


def kept_since(settings: Settings, now: datetime) -> datetime:
    """A window that changed after this moment is still in every place that forgets."""
    in_hbase = timedelta(seconds=settings.hbase.ttl_seconds)
    on_topic = timedelta(hours=settings.kafka.analytics_retention_hours)
    life = min(in_hbase, on_topic)
    return now - life + min(RETENTION_MARGIN, life / RETENTION_SHARE)


def compared(settings: Settings, source: Topic) -> tuple[Topic, Checked]:
    """Judge the topic by the ledger, read every place once and hold it against the recount."""
    judged, wrong = decide(settings, source)
    found = places.read(settings)
    judged, now, stream = still_quiet(settings, judged), datetime.now(UTC), settings.stream
    seconds = (stream.window_seconds, stream.watermark_seconds, stream.landing_trigger_seconds)
    checked = check(judged, found, Rules(*seconds, kept_since(settings, now)), now)
    return judged, replace(checked, faults=[*wrong, *checked.faults])


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
            source, checked = compared(settings, source)
            is_equal = not (checked.result.different or checked.faults)
            if is_equal or time.monotonic() > deadline:
                break
            time.sleep(AGAIN_SECONDS)
    # What was waited for the Delta tables is none of the recount's time.
    seconds = read_seconds + time.monotonic() - started
    answer = summary(source, checked) | pace(source.messages, seconds)
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
