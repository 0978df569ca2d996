"""`python -m services up | down | status | stream | ...`: what the Makefile calls."""

import argparse
import logging
import os
import shutil
import sys
from datetime import UTC, datetime

from rich.console import Console

from hbase.store import HBaseError
from ingest import simulate, source
from ingest.arguments import Arguments, UsageError, parse
from ingest.command import prepare
from ingest.producer import DeliveryError
from ingest.run import steady_clock
from ingest.schedule import ReplayError
from services import demo, doctor, kafka, reset_stream, status, superset
from services.processes import ours
from services.reset_stream import agreed
from services.service import ServiceError
from services.stack import Stack
from settings import Settings, SettingsError, load_settings

COMMANDS = (
    "up",
    "topics",
    "down",
    "status",
    "stream",
    "jobs",
    "stream-stop",
    "logs",
    "doctor",
    "reset",
    "reset-stream",
    "dashboards",
    "demo",
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--service", default="", help="whose log")
    parser.add_argument("--only", default="", help="up: just these, e.g. kafka,hbase")
    parser.add_argument("--force", action="store_true", help="reset without asking")
    parser.add_argument("--detach", action="store_true", help="the producer under the supervisor")
    return parser


def _reset(settings: Settings, stack: Stack, force: bool) -> int:
    folder = settings.paths.data
    if not force and not agreed("reset", f"Delete every event, table and checkpoint in {folder}?"):
        print("Nothing was deleted.")
        return 0
    stack.down(print)
    if folder.exists():
        shutil.rmtree(folder)
    print(f"deleted {folder}")
    return 0


def _logs(settings: Settings, name: str) -> int:
    known = sorted(path.stem for path in settings.paths.logs.glob("*.log"))
    if name not in known:
        raise ServiceError(
            f"no log of {name!r}: use S= with one of {', '.join(known) or 'none yet'}"
        )
    path = settings.paths.logs / f"{name}.log"
    os.execvp("tail", ["tail", "-n", "100", "-F", str(path)])  # noqa: S606 (no shell)


def _stream(settings: Settings, arguments: argparse.Namespace, producer: list[str]) -> int:
    # A mistake in the request is told before anything is started, and not only in a log.
    if simulate.is_asked(producer):
        _check_topic(simulate.check(producer, settings).topic, settings)
        if arguments.detach:
            # A shop that is opened again is another one: it has no name to be resumed by.
            return _detach(Stack(settings, producer))
    else:
        request = parse(producer, settings, datetime.now(UTC))
        _check_topic(request.topic, settings)
        request.schedule(0)
        source.check(request.source)
        if arguments.detach:
            return _stream_detached(settings, request, producer)
    stack = Stack(settings)
    stack.require_no_producer()
    stack.start_jobs(print)
    command = [sys.executable, "-m", "ingest", *producer]
    os.execv(sys.executable, command)  # noqa: S606 (the producer takes over: Ctrl-C is its own)


def _check_topic(topic: str, settings: Settings) -> None:
    """Refuse a stream that no job would count."""
    read = settings.kafka.events_topic
    if topic != read:
        raise UsageError(
            f"the jobs read {read} (KAFKA_EVENTS_TOPIC), not {topic}: leave TOPIC= out, or send without "
            f"jobs: .venv/bin/python -m ingest --topic {topic}"
        )


def _stream_detached(settings: Settings, request: Arguments, producer: list[str]) -> int:
    # Named, so that the supervisor's next start of it goes on where the one before was killed.
    stack = Stack(settings, [*producer, "--replay-id", request.replay_id])
    stack.require_up()
    prepare(request, settings, steady_clock())
    return _detach(stack)


def _detach(stack: Stack) -> int:
    stack.require_no_producer()
    stack.start_jobs(print)
    stack.start_producer(print)
    return 0


def run(arguments: argparse.Namespace, producer: list[str]) -> int:
    """Carry out one command; the exit code."""
    settings = load_settings()
    stack, console = Stack(settings), Console(width=None if sys.stdout.isatty() else 160)
    match arguments.command:
        case "up":
            stack.up(console.print, console.status, arguments.only)
            status.show(stack, console, as_json=False)
        case "topics":
            kafka.ensure_topics(settings)
        case "down":
            if not ours(settings):
                print("down: nothing was running")
                return 0
            stack.down(print)
        case "status":
            status.show(stack, console, arguments.format == "json")
        case "stream":
            return _stream(settings, arguments, producer)
        case "jobs":
            stack.start_jobs(print)
        case "stream-stop":
            stack.stop_jobs(print)
        case "demo":
            return demo.run(settings, console)
        case "dashboards":
            with console.status("importing the dashboards"):
                superset.dashboards(settings)
            console.print(f"dashboards imported: {superset.url(settings)}", highlight=False)
        case "logs":
            return _logs(settings, arguments.service)
        case "doctor":
            return doctor.run(settings, console)
        case "reset":
            return _reset(settings, stack, arguments.force)
        case "reset-stream":
            return reset_stream.run(settings, stack, arguments.force, print)
    return 0


def main() -> int:
    """Arguments in, exit code out; a mistake is one line."""
    arguments, producer = _parser().parse_known_args()
    # While a service starts, its clients fail as a matter of course.
    logging.getLogger("hbase").setLevel(logging.ERROR)
    try:
        return run(arguments, [item for item in producer if item != "--"])
    except (ServiceError, DeliveryError, HBaseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (SettingsError, UsageError, ReplayError, source.SourceError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error}; free the disk or mend the folder, then try again", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
