"""The rows as text: sorted by time, with the real file's defects, in a gzip without a date."""

import gzip
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data.generator.catalogue import Catalogue, make_catalogue
from data.generator.visitors import CARTS_A_VIEW, Action, make_actions

HEADER = (
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
)
DUPLICATE_SHARE = 0.00074
NULL_SESSION_SHARE = 0.00019


def make_lines(row_count: int, seed: int, start: datetime) -> list[str]:
    """The header and `row_count` rows; the same arguments give the same lines."""
    random = np.random.default_rng(seed)
    catalogue = make_catalogue(random, CARTS_A_VIEW)
    duplicate_count = round(row_count * DUPLICATE_SHARE)
    actions = make_actions(random, catalogue, start, row_count - duplicate_count)
    actions.sort(key=lambda action: action.at)
    actions = _without_some_sessions(random, actions)
    return [HEADER, *_with_duplicates(random, _rows(catalogue, actions), duplicate_count)]


def write(lines: Iterable[str], path: Path) -> None:
    """Write the lines as gzip, without the time and name that would make every file differ."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{line}\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def _rows(catalogue: Catalogue, actions: list[Action]) -> Iterator[str]:
    for action in actions:
        product = catalogue.products[action.product]
        at = f"{datetime.fromtimestamp(action.at, UTC):%Y-%m-%d %H:%M:%S} UTC"
        yield ",".join((at, action.event_type, *product, action.user_id, action.session))


def _without_some_sessions(random: np.random.Generator, actions: list[Action]) -> list[Action]:
    count = round(len(actions) * NULL_SESSION_SHARE)
    without = set(random.choice(len(actions), count, replace=False).tolist())
    return [
        action._replace(session="") if place in without else action
        for place, action in enumerate(actions)
    ]


def _with_duplicates(random: np.random.Generator, rows: Iterator[str], count: int) -> Iterator[str]:
    all_rows = list(rows)
    repeated = set(random.choice(len(all_rows), count, replace=False).tolist())
    for place, row in enumerate(all_rows):
        yield row
        if place in repeated:
            yield row
