"""When visits start: the season, the day of the week and the hour of the real shop."""

from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

DAYS = 158
# percent of views in each hour of the day, UTC
HOURS = (
    *(1.2, 1.1, 1.3, 1.7, 2.4, 3.4, 4.5, 5.3, 5.6, 5.9, 5.9, 6.0),
    *(5.9, 5.7, 5.6, 5.5, 5.7, 5.9, 5.8, 5.2, 4.2, 2.9, 1.9, 1.4),
)
# mean views a day, Monday to Sunday
WEEKDAYS = (5430, 5280, 5180, 4900, 4890, 4580, 4790)
# (day since the start, views a day): up to mid-November, slump, New Year, rebound
SEASON = (
    *((0, 4000), (7, 4400), (37, 5300), (52, 6300), (68, 5000), (73, 3900)),
    *((90, 4500), (98, 3700), (108, 5400), (128, 5700), (157, 5000)),
)


def visit_starts(random: np.random.Generator, start: datetime, count: int) -> NDArray[np.int64]:
    """Epoch seconds at which `count` visits start, in random order."""
    days = random.choice(DAYS, count, p=_day_shares(start))
    hours = random.choice(24, count, p=np.array(HOURS) / sum(HOURS))
    seconds = random.integers(0, 3600, count)
    midnight = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = int(midnight.timestamp()) + days * 86_400 + hours * 3600 + seconds
    # the first day is a part of a day: its early visits happen at the start or later
    return np.maximum(starts, int(start.timestamp()) + seconds)


def _day_shares(start: datetime) -> NDArray[np.float64]:
    season = np.interp(np.arange(DAYS), [day for day, _ in SEASON], [views for _, views in SEASON])
    weekdays = [(start + timedelta(days=day)).weekday() for day in range(DAYS)]
    views = season * np.array([WEEKDAYS[weekday] for weekday in weekdays])
    return views / views.sum()
