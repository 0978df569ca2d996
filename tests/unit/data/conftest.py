"""One made file of 200,000 rows, and its figures, for all tests."""

from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from data.generator.catalogue import Catalogue, make_catalogue
from data.generator.measures import Measures, measure
from data.generator.presets import preset
from data.generator.shop import Shop
from data.generator.text import HEADER
from data.generator.writer import write

SAMPLE_ROWS = 200_000
Rows = list[dict[str, str]]


@cache
def catalogue(name: str = "electronics", seed: int = 7) -> Catalogue:
    """A catalogue that is made once."""
    return make_catalogue(preset(name), seed)


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("generator") / "events.csv"
    write(Shop(preset("electronics"), 7, SAMPLE_ROWS).texts(), path)
    return path


@pytest.fixture(scope="session")
def measures(made_file: Path) -> Measures:
    return measure(made_file)


@pytest.fixture(scope="session")
def first_rows(made_file: Path) -> Rows:
    """The first 20,000 rows, read by hand: no field of this format is quoted."""
    names = HEADER.strip().split(",")
    with made_file.open(encoding="utf-8") as file:
        next(file)
        return [
            dict(zip(names, line.rstrip("\n").split(","), strict=True))
            for line in islice(file, 20_000)
        ]


def text_of(rows: int, seed: int = 7, name: str = "electronics") -> bytes:
    """The whole text of a small file."""
    return b"".join(Shop(preset(name), seed, rows, catalogue(name, seed)).texts())
