"""The generator: the same seed gives the same file, exactly as long as asked for, in the real file's form."""

import gzip
import re
from itertools import pairwise
from pathlib import Path

import pytest

from data.generator.presets import PresetError, preset
from data.generator.shop import Shop
from data.generator.writer import write
from ingest.events import parse
from settings import PROJECT_DIR
from tests.unit.data.conftest import Rows, catalogue, text_of

SAMPLE = PROJECT_DIR / "data/sample/events.csv.gz"


def test_same_seed_gives_the_same_file_whatever_its_name(tmp_path: Path) -> None:
    digests = {
        write(Shop(preset("electronics"), 7, 3_000, catalogue()).texts(), tmp_path / name).sha256
        for name in ("a.csv.gz", "b.csv.gz", "c.csv")
    }
    assert len(digests) == 1
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    assert (
        gzip.decompress((tmp_path / "a.csv.gz").read_bytes()) == (tmp_path / "c.csv").read_bytes()
    )


def test_another_seed_gives_another_file() -> None:
    assert text_of(500, seed=7) != text_of(500, seed=2)


def test_committed_sample_is_a_slice_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    write(Shop(preset("electronics"), 7, 885_129, catalogue()).texts(), path, head=20_000)
    assert gzip.decompress(SAMPLE.read_bytes()) == path.read_bytes()


def test_committed_sample_is_small() -> None:
    assert SAMPLE.stat().st_size < 1_000_000


@pytest.mark.parametrize("rows", [1, 2, 11, 3_000])
def test_file_has_exactly_the_rows_asked_for(rows: int) -> None:
    text = text_of(rows)
    assert text.count(b"\n") == rows
    assert text.endswith(b"\n")


def test_file_ends_with_the_season() -> None:
    lines = text_of(20_000).splitlines()
    assert lines[0].startswith(b"2020-09-24 11:57:06 UTC,view,")
    assert lines[-1].startswith(b"2021-02-28 23:59:09 UTC,view,")


def test_every_row_is_an_event(first_rows: Rows) -> None:
    for row in first_rows:
        parse(row)


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("event_time", r"202\d-\d\d-\d\d \d\d:\d\d:\d\d UTC"),
        ("product_id", r"[1-9]\d{2,6}"),
        ("category_id", r"2[12]\d{17}"),
        ("category_code", r"([a-z_]+(\.[a-z_]+)+)?"),
        ("brand", r"[a-z0-9-]*"),
        ("price", r"\d+\.\d\d"),
        ("user_id", r"15159156\d{11}"),
        ("user_session", r"([A-Za-z0-9]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?"),
    ],
)
def test_text_has_the_real_files_form(first_rows: Rows, field: str, form: str) -> None:
    assert [row[field] for row in first_rows if not re.fullmatch(form, row[field])] == []


def test_unknown_preset_is_refused() -> None:
    with pytest.raises(PresetError, match="there is no preset 'toys': use one of"):
        preset("toys")


def test_copies_stand_right_behind_each_other() -> None:
    lines = text_of(50_000).splitlines()
    neighbours = sum(line == after for line, after in pairwise(lines))
    assert neighbours == len(lines) - len(set(lines))
    # 740 of a million, rounded down for the file and up to one for each day
    assert neighbours == pytest.approx(37, abs=3)
