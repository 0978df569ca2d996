"""A shop over its whole season: one day at a time, in order, exactly as many rows as asked for."""

from collections.abc import Iterator

import numpy as np

from data.generator.calendar import Calendar
from data.generator.catalogue import Catalogue, make_catalogue
from data.generator.defects import copies_until, with_copies, without_some_sessions
from data.generator.journeys import Events, Journeys, Mood, joined
from data.generator.names import SessionNames
from data.generator.presets import Preset
from data.generator.tables import Whole, seeded
from data.generator.text import Lines
from data.generator.visitors import Visitors

NOTHING = Events(*(np.empty(0, np.int64) for _ in Events._fields))
# visits of the last day beyond those that are needed, so that the rows can be met exactly
SPARE_VISITS = 40
# and one for so many, because the ends of open visits are cut off with the season
SPARE_ONE_IN = 4


class Shop:
    """The file of a preset, a seed and a number of rows; memory holds one day of it."""

    def __init__(
        self, preset: Preset, seed: int, rows: int, catalogue: Catalogue | None = None
    ) -> None:
        self._preset, self._seed, self._rows = preset, seed, rows
        self._calendar = Calendar(preset.season)
        catalogue = catalogue or make_catalogue(preset, seed)
        self._journeys = Journeys(preset.behaviour, catalogue)
        self._lines = Lines(catalogue, SessionNames(preset.defects, seed))

    def texts(self) -> Iterator[bytes]:
        """The lines of each day."""
        for events in self.days():
            yield self._lines.text(events)

    def days(self) -> Iterator[Events]:
        """The rows of each day, in order."""
        visitors = Visitors(self._preset.behaviour)
        open_visits, done, copied = NOTHING, 0, 0
        for day in range(self._calendar.days):
            random = seeded(self._seed, self._preset.name, "day", day)
            target = self._target(day)
            is_last = day == self._calendar.days - 1
            due = max(0, target - done)
            copies = max(0, min(copies_until(self._preset.defects, target) - copied, due // 2))
            wanted = due - copies
            found = self._day(random, visitors, day, wanted, open_visits, is_last)
            ends = self._calendar.end if is_last else self._calendar.midnight(day + 1) - 1
            is_today = found.at <= ends
            open_visits = found.take(~is_today)
            today = found.take(is_today).sorted_by_time()
            # a file of a few rows can be full long before the season ends
            today = _exactly(today, wanted if is_last else self._rows - done - copies)
            today = without_some_sessions(random, today, self._preset.defects)
            today = with_copies(random, today, copies, self._preset.defects.copies_of_views)
            done += len(today.at)
            copied += copies
            yield today

    def _target(self, day: int) -> int:
        part, total = self._calendar.share_until(day)
        return self._rows * part // total

    def _day(
        self,
        random: np.random.Generator,
        visitors: Visitors,
        day: int,
        wanted: int,
        open_visits: Events,
        is_last: bool,
    ) -> Events:
        """The open visits of earlier days and the visits that start today, to their ends."""
        count = round(wanted / self._preset.behaviour.rows_per_visit)
        count += SPARE_VISITS + count // SPARE_ONE_IN if is_last else 0
        started = self._calendar.starts(random, day, count)
        if day == 0 and count:
            started[0] = self._calendar.start
        if is_last:
            started[-1] = self._calendar.end
        visits = visitors.visits(random, day, started)
        events = self._journeys.events(random, visits, self._mood(day, len(started)))
        return joined([open_visits, events._replace(visit=visits.number[events.visit])])

    def _mood(self, day: int, count: int) -> Mood:
        catalogue, calendar = self._journeys.catalogue, self._calendar
        popularity = catalogue.popularity(calendar.factors(catalogue.codes, day))
        first = np.full(count, -1)
        # each product with an absurd price is looked at on one day of the season
        for number, product in enumerate(catalogue.absurd.tolist(), start=1):
            if day == calendar.days * number // (len(catalogue.absurd) + 1):
                first[:1] = product
        return Mood(popularity, calendar.conversion(day), first)


def _exactly(events: Events, count: int) -> Events:
    """As many events as asked for: whole visits are left out, and those of one event where it must fit."""
    surplus = len(events.at) - count
    if surplus <= 0:
        return events
    _, place, sizes = np.unique(events.visit, return_inverse=True, return_counts=True)
    is_kept = np.ones(len(sizes), np.bool_)
    # the last visit ends the file, so the search starts behind it
    singles = np.flatnonzero(sizes == 1)[:-1][::-1][:surplus]
    is_kept[singles] = False
    kept = events.take(is_kept[place])
    return kept.take(_all_but_surplus(kept, count))


def _all_but_surplus(events: Events, count: int) -> Whole:
    """Places of `count` events; a file of a few rows may have no single visit left to give up."""
    return np.concatenate([np.arange(count - 1), [len(events.at) - 1]])[:count]
