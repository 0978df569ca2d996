"""Is a checkpoint whole? Asked before a job starts, because the engine notices some damage only after a batch."""

import json
from collections.abc import Callable
from typing import Protocol

from streaming import beginning
from streaming.folder import UnreadableError
from streaming.ledger import read_initial_offsets, read_offset_log

Check = Callable[[str], object]


class Files(Protocol):
    """The part of a Folder that is needed here."""

    def read(self, name: str) -> str:
        """The text of a file; UnreadableError."""

    def names(self, name: str) -> list[str]:
        """What a folder holds; empty when it is not there."""


def fault(files: Files, topic: str) -> str | None:
    """What is torn, in some words; None for a checkpoint that is whole, or that does not exist yet.

    Without its newest offsets the engine would run a batch again with other messages under the same
    number, which Delta then skips. The state is not looked at: the engine checks it when it loads it.
    """
    offsets, commits = _numbers(files, "offsets"), _numbers(files, "commits")
    optional: dict[str, Check] = {"metadata": _read_metadata, beginning.FILE: beginning.from_json}
    there = files.names("")
    checks = {name: check for name, check in optional.items() if name in there}
    if not offsets and not commits and not files.names("state"):
        # A query that was ended before its first batch.
        return _first(files, checks)
    disorder = _disorder(offsets, commits)
    if disorder:
        return disorder
    checks |= {
        "metadata": _read_metadata,
        "sources/0/0": lambda text: read_initial_offsets(text, topic),
    }
    # The engine goes on from the last two batches.
    last = [each for each in (offsets[-1] - 1, offsets[-1]) if each >= 0]
    checks |= {f"offsets/{each}": lambda text: read_offset_log(text, topic) for each in last}
    checks |= {f"commits/{each}": _read_commit for each in commits[-1:]}
    return _first(files, checks)


def topic_of(files: Files) -> str | None:
    """The topic whose offsets a checkpoint holds; None when it has none, or none that can be read."""
    newest = [f"offsets/{number}" for number in _numbers(files, "offsets")[-1:]]
    for name in ("sources/0/0", *newest):
        try:
            found = json.loads(files.read(name).splitlines()[-1])
        except (UnreadableError, ValueError, IndexError):
            continue
        if isinstance(found, dict) and [type(offsets) for offsets in found.values()] == [dict]:
            return str(*found)
    return None


def _numbers(files: Files, name: str) -> list[int]:
    return sorted(int(found) for found in files.names(name) if found.isdigit())


def _disorder(offsets: list[int], commits: list[int]) -> str | None:
    newest, committed = max(offsets, default=-1), max(commits, default=-1)
    if newest in (committed, committed + 1) and newest >= 0:
        return None
    return f"the newest file in offsets is {newest}, in commits {committed}"


def _first(files: Files, checks: dict[str, Check]) -> str | None:
    """The first file that its check does not understand."""
    for name, check in checks.items():
        try:
            check(files.read(name))
        except UnreadableError as error:
            return f"{name}: {error}"
        except (ValueError, KeyError, TypeError):
            writer = "a repair" if name == beginning.FILE else "the engine"
            return f"{name} is not what {writer} wrote"
    return None


def _read_metadata(text: str) -> object:
    return json.loads(text)["id"]


def _read_commit(text: str) -> object:
    version, metadata = text.splitlines()
    return version, json.loads(metadata)
