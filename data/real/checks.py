"""Is this the file? Columns, rows, first and last time, order, and the digest of its text (pure but for reading)."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.events import COLUMNS
from ingest.source import SourceError, open_text

TELL_EVERY = 100_000


class RealFileError(Exception):
    """The file is not the one that is expected; the message says in what it differs."""


@dataclass(frozen=True)
class Facts:
    """What a file holds; times as the file writes them."""

    rows: int
    first: str
    last: str
    sha256: str = ""


# data/README.md: the electronics store's events.csv
EXPECTED = Facts(885_129, "2020-09-24 11:57:06 UTC", "2021-02-28 23:59:09 UTC")


def read_facts(path: Path, tell: Callable[[int], None] = lambda rows: None) -> Facts:
    """Read the whole file once; raises RealFileError for other columns or times that go back."""
    digest, rows, first, last = hashlib.sha256(), 0, "", ""
    with open_text(path) as text:

        def lines() -> Iterator[str]:
            for line in text:
                digest.update(line.encode())
                yield line

        reader = csv.reader(lines())
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise RealFileError(f"{path} has the columns {header}, not {list(COLUMNS)}")
        for fields in reader:
            rows += 1
            if fields[0] < last:
                raise RealFileError(f"{path} line {reader.line_num} goes back in time: {fields[0]}")
            first, last = first or fields[0], fields[0]
            if rows % TELL_EVERY == 0:
                tell(rows)
    return Facts(rows, first, last, digest.hexdigest())


def check(found: Facts, expected: Facts = EXPECTED) -> None:
    """Raise RealFileError for the first figure that differs."""
    for name in ("rows", "first", "last"):
        is_, wanted = getattr(found, name), getattr(expected, name)
        if is_ != wanted:
            raise RealFileError(f"{name} is {is_}, not {wanted}: this is not the whole real file")


def remember(found: Facts, record: Path) -> bool:
    """Keep the digest at first use (True); later on raise RealFileError if it is another one."""
    if not record.exists():
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps(asdict(found), indent=1) + "\n", encoding="utf-8")
        return True
    before = json.loads(record.read_text(encoding="utf-8"))
    if before["sha256"] != found.sha256:
        raise RealFileError(
            f"the text has the sha256 {found.sha256}, at its first use it had {before['sha256']}: "
            f"if the new file is meant, delete {record}"
        )
    return False


def facts_or_reason(path: Path, tell: Callable[[int], None]) -> Facts:
    """read_facts, with every way in which a file can be no CSV told as RealFileError."""
    try:
        return read_facts(path, tell)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, SourceError, IndexError) as error:
        raise RealFileError(f"{path} cannot be read as the CSV file: {error}") from error
