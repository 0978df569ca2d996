"""Writes a shop's file, plain or gzipped, in one pass and without a date inside."""

import gzip
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

from data.generator.text import HEADER

# the text is what is promised; packing harder costs more time than making it
QUICK, SMALL = 1, 9


class Written(NamedTuple):
    """What was written: rows, and the digest of the uncompressed text."""

    rows: int
    sha256: str


def write(
    texts: Iterator[bytes], path: Path, head: int | None = None, level: int = QUICK
) -> Written:
    """Write header and lines (the first `head` if given) to `path`; .gz packs it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, rows = hashlib.sha256(HEADER.encode()), 0
    with _opened(path, level) as file:
        file.write(HEADER.encode())
        for text in texts:
            lines = text.count(b"\n")
            if head is not None and rows + lines > head:
                text = b"".join(text.splitlines(keepends=True)[: head - rows])
                lines = head - rows
            file.write(text)
            digest.update(text)
            rows += lines
            if rows == head:
                break
    return Written(rows, digest.hexdigest())


@contextmanager
def _opened(path: Path, level: int) -> Iterator[IO[bytes]]:
    with path.open("wb") as raw:
        if path.suffix != ".gz":
            yield raw
            return
        with gzip.GzipFile("", "wb", level, raw, mtime=0) as packed:
            yield cast(IO[bytes], packed)
