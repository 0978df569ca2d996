"""`python -m ingest`: replays a CSV into Kafka; arguments in, settings in, exit code out."""

import contextlib
import logging
import sys
from datetime import UTC, datetime
from functools import partial

from rich.console import Console
from rich.live import Live
from rich.logging import RichHandler

from ingest import simulate
from ingest.arguments import Arguments, UsageError, parse
from ingest.producer import DeliveryError, EventProducer
from ingest.progress import Progress
from ingest.replay import ReplayError, plan
from ingest.run import Run, Stop, steady_clock
from ingest.source import SourceError, check, rows_after
from settings import Settings, SettingsError, load_settings

EXIT_FAILED, EXIT_MISUSED, EXIT_INTERRUPTED = 1, 2, 130


def main(words: list[str]) -> int:
    """Run one replay; a mistake or a failure is one line on stderr and an exit code."""
    if simulate.is_asked(words):
        return simulate.main(words)
    console = Console()
    _log_to(console)
    try:
        settings = load_settings()
        replay(parse(words, settings, datetime.now(UTC)), settings, console)
    except (SettingsError, UsageError, SourceError, ReplayError) as error:
        return _end(error, EXIT_MISUSED)
    except DeliveryError as error:
        return _end(error, EXIT_FAILED)
    except KeyboardInterrupt:
        return _end("interrupted before the first event", EXIT_INTERRUPTED)
    return 0


def replay(arguments: Arguments, settings: Settings, console: Console) -> None:
    """Check everything that can be checked, then connect, send and sum up."""
    clock = steady_clock()
    # refused before anything else is opened
    arguments.schedule(clock())
    check(arguments.source)
    producer = EventProducer(settings.kafka, settings.ingest, arguments.topic)
    stop = Stop()
    stop.install()
    progress = Progress(arguments.schedule(clock()), producer, clock)
    run = Run(progress, stop, settings.ingest.delivery_timeout_seconds, not console.is_terminal)
    rows = partial(rows_after, arguments.source, arguments.skip)
    try:
        with _live(progress, console):
            run.send_all(plan(rows, progress.schedule, progress.reject, arguments.limit))
    finally:
        producer.close()
        seconds = clock() - progress.schedule.started_at
        console.print(progress.summary(seconds), soft_wrap=True, highlight=False, markup=False)


def _live(progress: Progress, console: Console) -> contextlib.AbstractContextManager[object]:
    if console.is_terminal:
        return Live(progress, console=console, refresh_per_second=2)
    return contextlib.nullcontext()


def _log_to(console: Console) -> None:
    # log lines must go through rich while it keeps a live line at the bottom
    if console.is_terminal:
        handler: logging.Handler = RichHandler(
            console=console, show_time=False, show_path=False, show_level=False
        )
        logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[handler])
    else:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")


def _end(error: Exception | str, code: int) -> int:
    sys.stderr.write(f"error: {error}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
