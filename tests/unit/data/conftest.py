"""One made file of 200,000 rows, and its figures, for all tests."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from data.generator.measures import Measures, measure
from data.generator.presets import preset
from data.generator.shop import Shop
from data.generator.text import HEADER
from data.generator.writer import write

SAMPLE_ROWS = 200_000
Rows = list[dict[str, str]]


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


@pytest.fixture(scope="session")
def text_of() -> Callable[..., bytes]:
    """The whole text of a small file."""

    def make(rows: int, seed: int = 1, name: str = "electronics") -> bytes:
        return b"".join(shop(rows, seed, name))

    def shop(rows: int, seed: int, name: str) -> Iterator[bytes]:
        return Shop(preset(name), seed, rows).texts()

    return make
