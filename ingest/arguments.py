"""The command line of `python -m ingest`; every default is a setting."""

import argparse
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from ingest import durations
from ingest.faults import spec
from ingest.schedule import MODES, Mode, Schedule
from settings import PROJECT_DIR, Settings

NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
NEW_NAME = re.compile(r"[a-z]+-([0-9]{8}T[0-9]{6})-[0-9a-f]{4}")
EPOCH = re.compile(r"[0-9]{10}(?:\.[0-9]{1,3})?|[0-9]{13}")


class UsageError(Exception):
    """A wrong argument; one line."""


@dataclass(frozen=True)
class Arguments:
    """What one replay is asked to do; `given` names the options that were not left to their defaults."""

    source: Path
    rate: float
    mode: Mode
    loop: bool
    limit: int | None
    skip: int
    replay_id: str
    topic: str
    speedup: float
    start_at_ms: int | None
    duration: float | None
    seed: int
    faults: spec.Faults
    given: frozenset[str]

    def schedule(self, started_at: float) -> Schedule:
        """When each event is due; raises ReplayError for what cannot be replayed."""
        return Schedule(
            replay_id=self.replay_id,
            mode=self.mode,
            rate=self.rate,
            started_at=started_at,
            loop=self.loop,
            speedup=self.speedup,
            start_at=None if self.start_at_ms is None else self.start_at_ms / 1000,
            bursts=self.faults.bursts,
        )

    @property
    def named_at_ms(self) -> int | None:
        """When a replay with a name of our own making was first asked for; no message is older."""
        found = NEW_NAME.fullmatch(self.replay_id)
        if found is None:
            return None
        return _epoch_ms(datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see --help)")


def parse(words: list[str], settings: Settings, now: datetime) -> Arguments:
    """The arguments, with the settings as defaults; raises UsageError."""
    found = vars(_parser(settings).parse_args(words))
    given = frozenset(name for name, value in found.items() if value is not None)
    ingest = settings.ingest
    mode: Mode = found["mode"] or ("speedup" if "speedup" in given else ingest.mode)
    _check_mode(mode, given)
    source = found["source"]
    return Arguments(
        source=PROJECT_DIR / ingest.source if source is None else source,
        rate=_or(found["rate"], ingest.rate),
        mode=mode,
        loop=bool(found["loop"]),
        limit=_whole("--limit", found["limit"], 1),
        skip=_whole("--skip", found["skip"], 0) or 0,
        replay_id=_name("--replay-id", _or(found["replay_id"], new_replay_id(mode, now))),
        topic=_name("--topic", _or(found["topic"], settings.kafka.events_topic)),
        speedup=_or(found["speedup"], ingest.speedup),
        start_at_ms=_start_at(found["start_at"]),
        duration=_seconds("--duration", found["duration"]),
        seed=_or(_whole("--seed", found["seed"], 0), ingest.seed),
        faults=_faults(found),
        given=given,
    )


def new_replay_id(kind: str, now: datetime) -> str:
    """A name that no other replay has: its kind (a mode, as a rule), start, and four random digits."""
    return f"{kind}-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _check_mode(mode: Mode, given: frozenset[str]) -> None:
    if "speedup" in given and mode != "speedup":
        raise UsageError(f"--speedup does not fit --mode {mode}: use --mode speedup")
    if "rate" in given and mode == "speedup":
        raise UsageError("--rate does not fit --mode speedup: the file's gaps say how fast it is")


def _whole(option: str, value: int | None, least: int) -> int | None:
    if value is not None and value < least:
        raise UsageError(f"{option} must be {least} or more, not {value}")
    return value


def _name(option: str, value: str) -> str:
    if not NAME.fullmatch(value):
        raise UsageError(f"{option} takes up to 100 letters, digits, '.', '_', '-', not {value!r}")
    return value


def _seconds(option: str, text: str | None) -> float | None:
    try:
        return durations.seconds(text) if text is not None else None
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _start_at(text: str | None) -> int | None:
    if text is None:
        return None
    if EPOCH.fullmatch(text):
        return int(text) if len(text) == 13 and "." not in text else round(float(text) * 1000)
    try:
        found = datetime.fromisoformat(text)
        return _epoch_ms(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise UsageError(
            f"--start-at takes a time like 2026-01-31T12:00:00Z or epoch seconds, not {text!r}"
        ) from None


def _epoch_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _faults(found: dict[str, Any]) -> spec.Faults:
    options: dict[str, str] = {}
    path: Path | None = found["faults"]
    try:
        if path is not None:
            options |= spec.of_toml(path.read_text(encoding="utf-8"))
        options |= {name: found[name] for name in spec.NAMES if found[name] is not None}
        return spec.of_options(options)
    except spec.FaultsError as error:
        raise UsageError(str(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--faults {path} cannot be read: {error}") from None


def _parser(settings: Settings) -> _Parser:
    ingest = settings.ingest
    parser = _Parser(prog="python -m ingest", description="Replay an event CSV into Kafka.")
    add = parser.add_argument
    add("--source", type=Path, help=f"CSV, plain or gzipped ({ingest.source})")
    add("--mode", choices=MODES, help=f"which times the events carry ({ingest.mode})")
    add("--rate", type=float, help=f"events a second ({ingest.rate:g})")
    add("--speedup", type=float, help=f"how many times as fast as the file ({ingest.speedup:g})")
    add("--start-at", help="event_time of the first event, ISO 8601 or epoch seconds (now)")
    add("--loop", action="store_const", const=True, help="start again at the end of the file")
    add("--limit", type=int, help="stop after this many messages")
    add("--duration", help="stop after this long: 90, 10m, 2h")
    add("--skip", type=int, help="leave out the first rows of the file")
    add("--replay-id", help="name of the replay; one that is on the topic already goes on")
    add("--topic", help=f"topic ({settings.kafka.events_topic})")
    _add_faults(parser, ingest.seed)
    return parser


def _add_faults(parser: _Parser, seed: int) -> None:
    add = parser.add_argument_group("faults on purpose").add_argument
    add("--faults", type=Path, help="TOML file with the options below; options win over it")
    add("--late", help="share of the events that get an older time: 1%%")
    add("--late-by", help="how much older: 3s..60s")
    add("--duplicates", help="share that is sent twice")
    add("--malformed", help="share that no reader can take")
    add("--out-of-order", help="share that others overtake")
    add("--future", help="share that gets a time a day ahead")
    add("--bursts", help="5x/10s: each 10 s, one second at 5 times the rate")
    add("--seed", type=int, help=f"of the faults ({seed})")
