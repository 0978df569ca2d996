"""The command line of `python -m ingest`; every default is a setting."""

import argparse
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn, cast

from ingest.replay import Mode, Schedule
from settings import PROJECT_DIR, Settings

NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


class UsageError(Exception):
    """A wrong argument; one line."""


@dataclass(frozen=True)
class Arguments:
    """What one replay is asked to do."""

    source: Path
    rate: float
    mode: Mode
    loop: bool
    limit: int | None
    skip: int
    replay_id: str
    topic: str

    def schedule(self, started_at: float) -> Schedule:
        """When each event is due; raises ReplayError for what cannot be replayed."""
        return Schedule(self.replay_id, self.mode, self.rate, started_at, self.loop)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see --help)")


def parse(words: list[str], settings: Settings, now: datetime) -> Arguments:
    """The arguments, with the settings as defaults; raises UsageError."""
    found = _parser(settings).parse_args(words)
    if found.limit is not None and found.limit < 1:
        raise UsageError(f"--limit must be 1 or more, not {found.limit}")
    if found.skip < 0:
        raise UsageError(f"--skip must be 0 or more, not {found.skip}")
    mode = cast(Mode, found.mode)
    return Arguments(
        source=PROJECT_DIR / found.source
        if found.source == settings.ingest.source
        else found.source,
        rate=found.rate,
        mode=mode,
        loop=found.loop,
        limit=found.limit,
        skip=found.skip,
        replay_id=_name("--replay-id", found.replay_id or new_replay_id(mode, now)),
        topic=_name("--topic", found.topic),
    )


def new_replay_id(mode: Mode, now: datetime) -> str:
    """A name that no other replay has: mode, start, and four random digits."""
    return f"{mode}-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


def _name(option: str, value: str) -> str:
    if not NAME.fullmatch(value):
        raise UsageError(f"{option} takes up to 100 letters, digits, '.', '_', '-', not {value!r}")
    return value


def _parser(settings: Settings) -> _Parser:
    ingest = settings.ingest
    parser = _Parser(prog="python -m ingest", description="Replay an event CSV into Kafka.")
    add = parser.add_argument
    add("--source", type=Path, default=ingest.source, help="CSV, plain or gzipped (%(default)s)")
    add("--rate", type=float, default=ingest.rate, help="events a second (%(default)s)")
    add(
        "--mode",
        choices=("rate", "original"),
        default=ingest.mode,
        help="event times (%(default)s)",
    )
    add("--loop", action="store_true", help="start again at the end of the file")
    add("--limit", type=int, help="stop after this many events")
    add("--skip", type=int, default=0, help="leave out the first rows of the file")
    add("--replay-id", help="name of the replay (mode, time and four digits)")
    add("--topic", default=settings.kafka.events_topic, help="topic (%(default)s)")
    return parser
