"""`python -m ingest truth`: reads the topic, recomputes each replay, prints JSON; never asks a producer."""

import argparse
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from ingest.arguments import UsageError
from ingest.contract import Limits
from ingest.fingerprint import source_sha256
from ingest.recipe import Recipe
from ingest.schedule import ReplayError
from ingest.source import check, rows_after
from ingest.topic import Record, TopicReader, headers_of
from ingest.truth import Seen, compare
from settings import PROJECT_DIR, Settings


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see --help)")


@dataclass
class OnTopic:
    """What was read: the replays by name, and how many messages are no replay's."""

    begins: dict[int, int]
    replays: dict[str, Seen] = field(default_factory=dict)
    others: int = 0
    _digests: dict[str, bytes] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """One message; raises ReplayError if two plans share one name."""
        headers = headers_of(record)
        name = headers.get("replay_id", b"").decode(errors="replace")
        if "plan_digest" not in headers:
            self.others += 1
            return
        if name not in self.replays:
            self.replays[name] = Seen(Recipe.of_headers(headers))
            self._digests[name] = headers["plan_digest"]
        if headers["plan_digest"] != self._digests[name]:
            raise ReplayError(f"replay {name} was sent by two plans: it has no one truth")
        place = (record.partition, record.offset)
        fault = headers.get("fault", b"").decode()
        self.replays[name].add(int(headers["send_index"]), place, fault, record.value)


def run(words: list[str], settings: Settings) -> int:
    """Print the truth; 0 if the topic has what the plans say, 1 if not."""
    asked = _parser(settings).parse_args(words)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    found = read(settings, asked.topic)
    wanted = asked.replay_id or sorted(found.replays)
    for name in wanted:
        if name not in found.replays:
            raise UsageError(f"replay {name} is not on topic {asked.topic}")
    files = _files([PROJECT_DIR / settings.ingest.source, *asked.source])
    reports = [_report(found, name, files, settings) for name in wanted]
    agrees = all(report["agrees"] for report in reports)
    said = {"topic": asked.topic, "agrees": agrees, "other_messages": found.others}
    print(json.dumps(said | {"replays": reports}, indent=1, ensure_ascii=False))
    return 0 if agrees else 1


def read(settings: Settings, topic: str) -> OnTopic:
    """Every message of the topic, up to the ends of this moment."""
    with TopicReader(settings.kafka, topic) as reader:
        bounds = reader.bounds()
        found = OnTopic({number: low for number, (low, _) in bounds.items()})
        for record in reader.read(bounds):
            found.add(record)
    return found


def _files(paths: Iterable[Path]) -> dict[str, Path]:
    files = {}
    for path in paths:
        check(path)
        files[source_sha256(path)] = path
    return files


def _report(
    found: OnTopic, name: str, files: dict[str, Path], settings: Settings
) -> dict[str, Any]:
    seen = found.replays[name]
    recipe, stream = seen.recipe, settings.stream
    headers = {key: value.decode() for key, value in recipe.headers()}
    said = headers | {"plan": json.loads(headers["plan"]), "messages": len(seen.send_index)}
    path = files.get(recipe.source_sha256)
    if path is None:
        problem = f"its file {recipe.source_name} is needed: name it with --source"
        return said | {"agrees": False, "problem": problem}
    limits = Limits(stream.max_event_bytes, stream.max_future_seconds)
    sends = recipe.sends(partial(rows_after, path, recipe.skip), lambda *_: None, limits)
    truth = compare(seen, sends, found.begins, limits, stream.watermark_seconds)
    return said | truth.report()


def _parser(settings: Settings) -> _Parser:
    parser = _Parser(prog="python -m ingest truth", description=__doc__)
    add = parser.add_argument
    add("--replay-id", action="append", help="only this one; may be repeated (all)")
    add("--source", action="append", type=Path, default=[], help="a file that was replayed")
    add("--topic", default=settings.kafka.events_topic, help="topic (%(default)s)")
    return parser
