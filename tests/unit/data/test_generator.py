"""The generator: the same seed gives the same file, and the file looks like the real one."""

import csv
import gzip
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.generator.writer import make_lines, write
from ingest.events import parse
from settings import PROJECT_DIR

START = datetime(2020, 9, 24, 11, 57, 6, tzinfo=UTC)
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return make_lines(20_000, 7, START)


@pytest.fixture(scope="module")
def rows(lines: list[str]) -> Rows:
    return list(csv.DictReader(lines))


def share(rows: Rows, field: str, value: str) -> float:
    return sum(row[field] == value for row in rows) / len(rows)


def test_same_seed_gives_the_same_bytes_whatever_the_name(tmp_path: Path) -> None:
    write(make_lines(500, 1, START), tmp_path / "a.csv.gz")
    write(make_lines(500, 1, START), tmp_path / "b.csv.gz")
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


def test_another_seed_gives_another_file() -> None:
    assert make_lines(500, 1, START) != make_lines(500, 2, START)


def test_file_has_exactly_the_rows_asked_for(rows: Rows) -> None:
    assert len(rows) == 20_000


def test_committed_sample_is_what_the_command_makes(lines: list[str]) -> None:
    sample = gzip.decompress((PROJECT_DIR / "data/sample/events.csv.gz").read_bytes())
    assert sample.decode().splitlines() == lines


def test_every_row_is_an_event(rows: Rows) -> None:
    for row in rows:
        parse(row)


def test_rows_are_sorted_by_time_from_the_start_on(rows: Rows) -> None:
    times = [row["event_time"] for row in rows]
    assert times == sorted(times)
    assert times[0] >= "2020-09-24 11:57:06 UTC"


@pytest.mark.parametrize(
    ("field", "value", "expected", "tolerance"),
    [
        ("event_type", "view", 0.8968, 0.01),
        ("event_type", "cart", 0.0610, 0.007),
        ("event_type", "purchase", 0.0422, 0.007),
        ("category_code", "", 0.2669, 0.03),
        ("brand", "", 0.2399, 0.03),
        ("category_code", "computers.components.videocards", 0.1096, 0.03),
    ],
)
def test_share_is_near_the_real_files(
    rows: Rows, field: str, value: str, expected: float, tolerance: float
) -> None:
    assert share(rows, field, value) == pytest.approx(expected, abs=tolerance)


def test_product_never_changes(rows: Rows) -> None:
    seen: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for row in rows:
        seen[row["product_id"]].add(
            (row["category_id"], row["category_code"], row["brand"], row["price"])
        )
    assert {len(forms) for forms in seen.values()} == {1}


def test_category_id_has_one_code(rows: Rows) -> None:
    codes: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        codes[row["category_id"]].add(row["category_code"])
    assert {len(found) for found in codes.values()} == {1}


def test_exact_duplicates_and_null_sessions_are_as_many_as_asked_for(lines: list[str]) -> None:
    copies = sum(count - 1 for count in Counter(lines).values())
    assert copies == 15
    assert sum(line.endswith(",") for line in lines) == 4
