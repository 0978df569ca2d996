"""How many visits start on each day, and when: season, weekday and hour of the real shop."""

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np

from data.generator.presets import Season
from data.generator.tables import MILLION, Weights, Whole, whole

DAY = 86_400
HOUR = 3_600


class Calendar:
    """The days of a season, numbered from 0, in UTC."""

    def __init__(self, season: Season) -> None:
        self._season = season
        self.start = int(season.start.timestamp())
        self.end = int(season.end.timestamp())
        self.first_midnight = self.start - self.start % DAY
        self.days = (self.end - self.first_midnight) // DAY + 1
        self.weights = self._day_weights()
        self.hours = Weights(np.cumsum([whole(share * 1000) for share in season.hours]))

    def midnight(self, day: int) -> int:
        """Epoch seconds at which a day starts."""
        return self.first_midnight + day * DAY

    def share_until(self, day: int) -> tuple[int, int]:
        """Which part of all rows lies on this day or before, as numerator and denominator."""
        return int(self.weights[: day + 1].sum()), int(self.weights.sum())

    def starts(self, random: np.random.Generator, day: int, count: int) -> Whole:
        """Epoch seconds at which `count` visits of a day start, in order."""
        if day == 0:
            return np.sort(self._starts_of_first_day(random, count), kind="stable")
        seconds = self.hours.draw(random, count) * HOUR + random.integers(0, HOUR, count)
        starts = np.minimum(self.midnight(day) + seconds, self.end)
        return np.sort(starts, kind="stable")

    def conversion(self, day: int) -> int:
        """How readily visitors buy on a day, in thousandths of the average."""
        return between(self._season.conversion, day)

    def factors(self, codes: tuple[str, ...], day: int) -> Whole:
        """How popular each category is on a day, in thousandths of its average."""
        factors = np.full(len(codes), 1000, np.int64)
        for code, anchors in self._season.drift.items():
            factors[codes.index(code)] = between(anchors, day)
        return factors

    def _starts_of_first_day(self, random: np.random.Generator, count: int) -> Whole:
        left = np.diff(self.hours.cumulative, prepend=0).copy()
        first = self.start % DAY // HOUR
        left[:first] = 0
        left[first] = left[first] * (HOUR - self.start % HOUR) // HOUR
        hours = Weights(np.cumsum(left)).draw(random, count)
        early = np.where(hours == first, self.start % HOUR, 0)
        return self.midnight(0) + hours * HOUR + random.integers(early, HOUR, count)

    def _day_weights(self) -> Whole:
        """Anchors times weekday, scaled so that each month has its views."""
        days = [datetime.fromtimestamp(self.midnight(day), UTC) for day in range(self.days)]
        raw = [
            between(self._season.views, day) * self._season.weekdays[at.weekday()]
            for day, at in enumerate(days)
        ]
        raw[0] = raw[0] * self._rest_of_first_day() // MILLION
        months = [(at.year, at.month) for at in days]
        weights = np.zeros(self.days, np.int64)
        for month, views in zip(sorted(set(months)), self._season.months, strict=True):
            total = sum(weight for weight, at in zip(raw, months, strict=True) if at == month)
            for day, at in enumerate(months):
                if at == month:
                    weights[day] = raw[day] * views * 1000 // total
        return weights

    def _rest_of_first_day(self) -> int:
        hours = self._season.hours
        hour, second = divmod(self.start % DAY, HOUR)
        rest = sum(hours[hour + 1 :]) + hours[hour] * (HOUR - second) / HOUR
        return whole(rest / sum(hours) * MILLION)


def between(anchors: tuple[tuple[int, int], ...], day: int) -> int:
    """The value at a day on the straight lines between the anchors."""
    for (low, start), (high, end) in pairwise(anchors):
        if day <= high:
            return start + (end - start) * max(0, day - low) // (high - low)
    return anchors[-1][1]
