"""What is wrong with real files: rows that are there twice, and rows without a session."""

import numpy as np

from data.generator.journeys import VIEW, Events
from data.generator.names import NAMELESS
from data.generator.presets import Defects
from data.generator.tables import MILLION, Whole, happens

# of 1,000 groups of equal rows: pairs, threes, fours
EXTRA_COPIES = np.repeat([1, 2, 3], [965, 29, 6])


def copies_until(defects: Defects, rows: int) -> int:
    """How many of the first `rows` rows are copies of the row before them."""
    return rows * defects.copies // MILLION


def with_copies(
    random: np.random.Generator, events: Events, copies: int, view_share: int
) -> Events:
    """The events with `copies` rows more, each right behind the row that it repeats."""
    if not copies or not len(events.at):
        return events
    repeats = np.ones(len(events.at), np.int64)
    for place, extra in zip(*_groups(random, events, copies, view_share), strict=True):
        repeats[place] += extra
    return events.take(np.repeat(np.arange(len(repeats)), repeats))


def _groups(
    random: np.random.Generator, events: Events, copies: int, view_share: int
) -> tuple[list[int], list[int]]:
    extra = EXTRA_COPIES[random.integers(0, len(EXTRA_COPIES), copies)]
    count = int(np.searchsorted(np.cumsum(extra), copies, side="left")) + 1
    extra = extra[:count]
    extra[-1] -= int(extra.sum()) - copies
    is_view = events.kind == VIEW
    views, others = np.flatnonzero(is_view), np.flatnonzero(~is_view)
    chosen = happens(random, view_share, count) & (len(views) > 0) | (len(others) == 0)
    places = np.where(chosen, _some(random, views, count), _some(random, others, count))
    return places.tolist(), extra.tolist()


def _some(random: np.random.Generator, places: Whole, count: int) -> Whole:
    if not len(places):
        return np.zeros(count, np.int64)
    # few among many: the same place twice is rare, and only makes a larger group
    return places[random.integers(0, len(places), count)]


def without_some_sessions(random: np.random.Generator, events: Events, defects: Defects) -> Events:
    """The events, a few of them without the name of their session."""
    nameless = happens(random, defects.null_sessions, len(events.visit))
    return events._replace(visit=np.where(nameless, NAMELESS, events.visit))
