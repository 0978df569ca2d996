"""EDGE to files: the shop's CSV, plain or gzipped, as numbered rows."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ingest.events import COLUMNS, EXTRA_FIELDS

GZIP_MAGIC = b"\x1f\x8b"
NumberedRow = tuple[int, dict[str, str]]


class SourceError(Exception):
    """The file cannot be replayed; one line that says why and what to do."""


def read_rows(path: Path) -> Iterator[NumberedRow]:
    """Yield (line number, row) of the file; raises SourceError for a file that is no event CSV."""
    _check_is_file(path)
    try:
        with open_text(path) as text:
            yield from _rows(path, text)
    except UnicodeDecodeError:
        raise SourceError(f"{path} is not UTF-8 text: {_give_csv()}") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise SourceError(f"{path} is a damaged gzip file: download or make it again") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from None


def rows_after(path: Path, skip: int) -> Iterator[NumberedRow]:
    """The rows of the file behind its first `skip`; raises SourceError when none is left."""
    rows = read_rows(path)
    for count in range(skip):
        if next(rows, None) is None:
            raise SourceError(f"{path} has {count} rows: --skip {skip} leaves none of them")
    found = False
    for row in rows:
        found = True
        yield row
    if not found:
        raise SourceError(f"{path} has {skip} rows: --skip {skip} leaves none of them")


def check(path: Path) -> None:
    """Raise SourceError now, rather than later, if the file cannot start a replay."""
    rows = read_rows(path)
    next(rows)
    # closes the file
    del rows


def _check_is_file(path: Path) -> None:
    if path.is_dir():
        raise SourceError(f"{path} is a folder: name the CSV file in it with --source")
    if not path.exists():
        raise SourceError(f"{path} does not exist: correct --source, or INGEST_SOURCE in .env")
    # a pipe has no size and cannot be read twice
    if not path.is_file():
        raise SourceError(f"{path} is not a regular file: {_give_csv()}")
    if path.stat().st_size == 0:
        raise SourceError(f"{path} is empty: {_give_csv()}")


def open_text(path: Path) -> IO[str]:
    """The file as text, unpacked if it is gzipped."""
    with path.open("rb") as file:
        is_gzip = file.read(2) == GZIP_MAGIC
    if is_gzip:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _rows(path: Path, text: IO[str]) -> Iterator[NumberedRow]:
    reader = csv.reader(_without_nul(path, text))
    try:
        header = next(reader, [])
        _check_header(path, header)
        row_count = 0
        for fields in reader:
            if fields:
                row_count += 1
                yield reader.line_num, _row(header, fields)
    except csv.Error as error:
        raise SourceError(f"{path} line {reader.line_num} is not CSV: {error}") from None
    if row_count == 0:
        raise SourceError(f"{path} has a header but no rows: {_give_csv()}")


def _row(header: list[str], fields: list[str]) -> dict[str, str]:
    row = dict(zip(header, fields, strict=False))
    if len(fields) > len(header):
        row[EXTRA_FIELDS] = ",".join(fields[len(header) :])
    return row


def _check_header(path: Path, header: list[str]) -> None:
    if not header:
        raise SourceError(f"{path} is empty: {_give_csv()}")
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise SourceError(
            f"{path} lacks the columns {', '.join(missing)}: its first line must name them"
        )


def _without_nul(path: Path, text: IO[str]) -> Iterator[str]:
    for line in text:
        if "\0" in line:
            raise SourceError(f"{path} is binary, not text: {_give_csv()}")
        yield line


def _give_csv() -> str:
    return "give an event CSV (data/README.md says which) with --source"
