"""Who comes: new visitors, and those who come back on the same day or weeks later."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from data.generator.presets import Behaviour
from data.generator.tables import Whole, happens, quantiles, zeta

MOST_VISITS = 200
# days between two visits of the same visitor, and one too many: 1 is the same day
RETURN_DAYS: dict[float, float] = {0: 1, 35: 1.4, 50: 2.6, 70: 9, 85: 30, 95: 75, 100: 150}


class Visits(NamedTuple):
    """Visits (user_session) in the order of their start: when, who, and a number that no other has."""

    started: Whole
    user: Whole
    number: Whole


class Visitors:
    """Hands out visitors day by day; remembers who will come back when."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._visits = zeta(behaviour.visits_alpha, MOST_VISITS)
        self._days = quantiles(RETURN_DAYS)
        self._returns: dict[int, list[Whole]] = defaultdict(list)
        self._next_user = behaviour.first_user_id
        self._next_number = 1

    def visits(self, random: np.random.Generator, day: int, started: Whole) -> Visits:
        """Who makes the visits that start on a day."""
        count = len(started)
        back = np.concatenate([*self._returns.pop(day, []), np.empty(0, np.int64)])
        if len(back) > count:
            self._returns[day + 1].append(back[count:])
        user = random.permutation(
            np.concatenate([back[:count], self._new(random, day, count - len(back))])
        )
        number = np.arange(self._next_number, self._next_number + count)
        self._next_number += count
        return Visits(started, user, number)

    def _new(self, random: np.random.Generator, day: int, count: int) -> Whole:
        """`count` visits of new visitors, of whom some come twice today."""
        if count <= 0:
            return np.empty(0, np.int64)
        user = self._next_user + np.cumsum(random.integers(1, self._behaviour.user_id_step, count))
        returns = happens(random, self._behaviour.returning, count)
        further = np.where(returns, self._visits.draw(random, count) + 1, 0)
        again = np.repeat(user, further)
        day_of = day - 1 + self._days.draw(random, len(again))
        today = np.bincount(np.repeat(np.arange(count), further)[day_of == day], minlength=count)
        # as many visitors as fill the day
        known = int(np.searchsorted(np.cumsum(1 + today), count, side="left")) + 1
        self._next_user = int(user[known - 1])
        self._remember(again, day_of, day, int(further[:known].sum()))
        visits = np.concatenate([user[:known], np.repeat(user[:known], today[:known])])
        return visits[:count]

    def _remember(self, again: Whole, day_of: Whole, day: int, known: int) -> None:
        later = day_of[:known] > day
        users, days = again[:known][later], day_of[:known][later]
        order = np.argsort(days, kind="stable")
        found, starts = np.unique(days[order], return_index=True)
        parts = np.split(users[order], starts[1:]) if len(found) else []
        for day_found, part in zip(found.tolist(), parts, strict=True):
            self._returns[day_found].append(part)
