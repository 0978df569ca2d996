"""The replay from its arguments to its exit code: check, find out what was sent before, connect, send."""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from rich.console import Console
from rich.live import Live
from rich.logging import RichHandler

from ingest import newest, resume, simulate, truth_command
from ingest.arguments import Arguments, UsageError, parse
from ingest.contract import Limits
from ingest.fingerprint import source_sha256
from ingest.pacing import CatchUp
from ingest.producer import DeliveryError, EventProducer
from ingest.progress import Progress, Tally
from ingest.recipe import Recipe
from ingest.run import Run, steady_clock
from ingest.schedule import ReplayError
from ingest.sends import Send
from ingest.source import SourceError, check, rows_after
from ingest.stop import Stop
from ingest.topic import CLOCK_MS, Found, TopicReader, find
from settings import Settings, SettingsError, load_settings

EXIT_FAILED, EXIT_MISUSED = 1, 2


class Prepared(NamedTuple):
    """A replay that may start: what it is made of, what is left of it, and what was counted so far."""

    recipe: Recipe
    sends: Iterator[Send]
    tally: Tally


def main(words: list[str], stop: Stop) -> int:
    """Run one replay; a mistake or a failure is one line on stderr and an exit code."""
    console = Console()
    try:
        settings = load_settings()
        if words[:1] == ["truth"]:
            return truth_command.run(words[1:], settings)
        _log_to(console)
        if simulate.is_asked(words):
            simulate.run(simulate.parse(words, settings, datetime.now(UTC)), settings, stop)
            return 0
        replay(parse(words, settings, datetime.now(UTC)), settings, console, stop)
    except (SettingsError, UsageError, SourceError, ReplayError) as error:
        return _end(error, EXIT_MISUSED)
    except DeliveryError as error:
        return _end(error, EXIT_FAILED)
    return 0


def replay(asked: Arguments, settings: Settings, console: Console, stop: Stop) -> None:
    """Check everything that can be checked, then connect, send and sum up."""
    clock = steady_clock()
    check_request(asked)
    producer = EventProducer(settings.kafka, settings.ingest, asked.topic)
    try:
        prepared = prepare(asked, settings, clock)
        stop.start_sending()
        _send(prepared, producer, settings, console, stop, clock)
    finally:
        producer.close()


def check_request(asked: Arguments) -> None:
    """Raise for a mistake in the request itself, before anything is opened."""
    asked.schedule(0)
    check(asked.source)


def prepare(asked: Arguments, settings: Settings, clock: Callable[[], float]) -> Prepared:
    """Find out what is left to send; raises if the replay must not be."""
    limits = limits_of(settings)
    with TopicReader(settings.kafka, asked.topic) as reader:
        is_new = "replay_id" not in asked.given
        found = find(reader, asked.replay_id, is_new=is_new, since_ms=asked.named_at_ms)
        recipe, tally = _recipe(asked, settings, found, clock()), Tally()
        rows = partial(rows_after, asked.source, recipe.skip)
        planned = recipe.sends(rows, tally.reject, limits)
        asked_for = resume.cut(planned, recipe.started_at_ms / 1000, asked.limit, asked.duration)
        left = tally.without(asked_for, resume.is_on_topic(recipe, found.highest))
        at, left = resume.planned_at(left)
        if at is not None:
            enough = at + settings.stream.watermark_seconds
            known = _known(asked, settings, reader, recipe if found.headers else None)
            others = newest.newest_event_at(reader, limits, enough, recipe.replay_id, known)
            latest = clock() + limits.max_future_seconds
            resume.check_time(at, others, settings.stream.watermark_seconds, latest)
    return Prepared(recipe, left, tally)


def _known(
    asked: Arguments, settings: Settings, reader: TopicReader, recorded: Recipe | None
) -> newest.Counted:
    """What need not be read to find the newest event of the others.

    A replay that goes on was checked when it began. Of a new one on the topic of the jobs the live
    query knows the rest; its watermark is of no use to the former, whose own events moved it.
    """
    nothing = newest.Counted(float("-inf"), {})
    if recorded:
        return nothing._replace(floors=reader.since(recorded.started_at_ms - CLOCK_MS))
    if asked.topic != settings.kafka.events_topic:
        return nothing
    return newest.of_ledger(settings.kafka, settings.stream.watermark_seconds) or nothing


def _send(
    prepared: Prepared,
    producer: EventProducer,
    settings: Settings,
    console: Console,
    stop: Stop,
    clock: Callable[[], float],
) -> None:
    progress = Progress(prepared.recipe.schedule(), producer, clock, prepared.tally)
    run = Run(
        recipe=prepared.recipe,
        progress=progress,
        stop=stop,
        catch_up=CatchUp(settings.ingest.catch_up_factor),
        delivery_seconds=settings.ingest.delivery_timeout_seconds,
        logs_lines=not console.is_terminal,
    )
    try:
        with _live(progress, console):
            run.send_all(prepared.sends)
    finally:
        console.print(progress.summary(), soft_wrap=True, highlight=False, markup=False)


def limits_of(settings: Settings) -> Limits:
    """What the contract of this stack refuses."""
    return Limits(settings.stream.max_event_bytes, settings.stream.max_future_seconds)


def _recipe(asked: Arguments, settings: Settings, found: Found, now: float) -> Recipe:
    digest = source_sha256(asked.source)
    by = settings.ingest.partition_by
    new = resume.new_recipe(asked, digest, now, by, found.partition_count)
    if found.headers is None:
        return new
    recorded = Recipe.of_headers(found.headers)
    resume.check_same(recorded, new, asked)
    logging.getLogger("ingest").info("%s goes on where it ended", recorded.replay_id)
    return recorded


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
    # an outage shows in the live line; the client's own warnings would flood the terminal
    logging.getLogger("kafka").setLevel(logging.CRITICAL)


def _end(error: Exception | str, code: int) -> int:
    sys.stderr.write(f"error: {error}\n")
    return code
