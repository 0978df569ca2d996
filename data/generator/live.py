"""An endless shop: its rows with the instants at which they are due, for as long as somebody takes them.

There is no clock in here. Whoever takes a row waits until it is due; a test takes ten minutes of rows at once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from data.generator.calendar import DAY, HOUR
from data.generator.catalogue import Catalogue, make_catalogue
from data.generator.incidents import Incident, IncidentError, flash_sale
from data.generator.journeys import PURCHASE, TYPES, Events, Journeys, Mood, joined
from data.generator.names import SessionNames, scramble
from data.generator.presets import Preset
from data.generator.tables import MILLION, Weights, Whole, happens, seeded
from data.generator.visitors import Visits

# visits are made for so many seconds at once
STEP = 30
# the shop has been open for an hour when it is first looked at: visits of any age are under way
WARM_SECONDS, WARM_ROWS = HOUR, 1_000_000
# who comes back is one of so many recent visitors
RECENT = 50_000
RETURNING = 170_000
FLASH_CONVERSION = 1_500
COLUMNS = ("product_id", "category_id", "category_code", "brand", "price")


class Due(NamedTuple):
    """A row of the file's form, and when it must be there (epoch seconds, with milliseconds)."""

    at: float
    row: dict[str, str]


@dataclass(frozen=True)
class Crowd:
    """Visitors on top of the usual ones, who come for some products."""

    share: float
    products: Whole


class LiveShop:
    """A shop with `rate` events a second on the average of a day."""

    def __init__(
        self,
        preset: Preset,
        seed: int,
        rate: float,
        started_at: float,
        catalogue: Catalogue | None = None,
    ) -> None:
        self._preset, self._seed, self._rate = preset, seed, rate
        self._started_at = started_at
        self._catalogue = catalogue or make_catalogue(preset, seed)
        self._journeys = Journeys(preset.behaviour, self._catalogue)
        average = np.full(len(self._catalogue.codes), 1000, np.int64)
        self._popularity = self._catalogue.popularity(average)
        self._names = SessionNames(preset.defects, seed)
        self._products = [
            dict(zip(COLUMNS, text.split(","), strict=False)) for text in self._catalogue.texts
        ]
        self._incidents: tuple[Incident, ...] = ()
        self._users = preset.behaviour.first_user_id + np.arange(RECENT)
        self._next_number = 1

    def expect(self, incidents: Iterable[Incident]) -> None:
        """Let these happen; raises IncidentError for a brand or category that the shop does not have."""
        self._incidents = tuple(incidents)
        for incident in self._incidents:
            if incident.field and not len(places(self._catalogue, incident.field, incident.value)):
                raise IncidentError(f"the shop has no {incident.field} {incident.value!r}")

    def rate_at(self, at: float) -> float:
        """Events a second that are usual at this time of day."""
        return self._rate * hour_factor(self._preset.season.hours, at)

    def rows(self) -> Iterator[Due]:
        """Every row from the start on, in order, without an end."""
        warm = min(WARM_SECONDS, WARM_ROWS / self._rate)
        step = (int(self._started_at - warm)) // STEP
        under_way = Events(*(np.empty(0, np.int64) for _ in Events._fields))
        while True:
            found = joined([under_way, self._step(step * STEP, seeded(self._seed, "live", step))])
            step += 1
            is_due = found.at < step * STEP * 1000
            under_way = found.take(~is_due)
            yield from self._due(found.take(is_due).sorted_by_time())

    def _step(self, at: int, random: np.random.Generator) -> Events:
        """The events of the visits that start in one step, to their ends; their times are milliseconds."""
        visits_a_second = self.rate_at(at) / self._preset.behaviour.rows_per_visit
        crowds, conversion = self._crowds(at)
        usual = int(random.poisson(visits_a_second * STEP))
        extra = [int(random.poisson(visits_a_second * STEP * crowd.share)) for crowd in crowds]
        first = np.full(usual + sum(extra), -1)
        end = usual
        for crowd, count in zip(crowds, extra, strict=True):
            first[end : end + count] = self._wanted(random, crowd.products, count)
            end += count
        visits = self._visits(random, at, len(first))
        events = self._journeys.events(random, visits, Mood(self._popularity, conversion, first))
        number = visits.number[events.visit]
        # all events of a visit have the same milliseconds, so that the gaps stay whole seconds
        fraction = (scramble(number.astype(np.uint64)) % np.uint64(1000)).astype(np.int64)
        return events._replace(at=events.at * 1000 + fraction, visit=number)

    def _visits(self, random: np.random.Generator, at: int, count: int) -> Visits:
        started = np.sort(at + random.integers(0, STEP, count), kind="stable")
        is_back = happens(random, RETURNING, count)
        user = int(self._users[-1]) + 1 + np.cumsum(~is_back)
        user[is_back] = self._users[random.integers(0, RECENT, int(is_back.sum()))]
        self._users = np.concatenate([self._users, user[~is_back]])[-RECENT:]
        number = np.arange(self._next_number, self._next_number + count)
        self._next_number += count
        return Visits(started, user, number)

    def _crowds(self, at: float) -> tuple[list[Crowd], int]:
        """Who comes on top, and how readily all buy, in thousandths."""
        crowds = [
            Crowd((incident.factor - 1) * self._share(products), products)
            for incident in self._incidents
            if incident.kind == "spike" and incident.is_on(at)
            for products in [places(self._catalogue, incident.field, incident.value)]
        ]
        sale = flash_sale(self._seed, at)
        if sale is None or not sale.starts_at <= at < sale.ends_at:
            return crowds, 1000
        brand = self._brand_on_sale(sale.ticket)
        crowds.append(Crowd(sale.factor - 1, places(self._catalogue, "brand", brand)))
        return crowds, FLASH_CONVERSION

    def _brand_on_sale(self, ticket: int) -> str:
        """A brand by its popularity: one that more people know is more often on sale."""
        branded = np.where(self._catalogue.brand == "", 0, self._catalogue.weight)
        ends = np.cumsum(branded)
        place = np.searchsorted(ends, int(ends[-1]) * ticket // MILLION, side="right")
        return str(self._catalogue.brand[place])

    def _share(self, products: Whole) -> float:
        weight = self._catalogue.weight
        return float(weight[products].sum()) / float(weight.sum())

    def _wanted(self, random: np.random.Generator, products: Whole, count: int) -> Whole:
        weights = Weights(np.cumsum(self._catalogue.weight[products]))
        return products[weights.draw(random, count)]

    def _due(self, events: Events) -> Iterator[Due]:
        is_seen = events.at >= round(self._started_at * 1000)
        events = events.take(is_seen & ~self._is_refused(events))
        names = self._names.names(events.visit)
        columns = (events.at, events.kind, events.product, events.user)
        for at, kind, product, user, name in zip(
            *(c.tolist() for c in columns), names, strict=True
        ):
            second = datetime.fromtimestamp(at // 1000, UTC)
            row = {
                "event_time": f"{second:%Y-%m-%d %H:%M:%S} UTC",
                "event_type": TYPES[kind],
                **self._products[product],
                "user_id": str(user),
                "user_session": name,
            }
            yield Due(at / 1000, row)

    def _is_refused(self, events: Events) -> np.ndarray:
        """Orders that a broken checkout does not take."""
        refused = np.zeros(len(events.at), np.bool_)
        for incident in self._incidents:
            if incident.kind == "checkout-broken":
                at = events.at / 1000
                refused |= (at >= incident.starts_at) & (at < incident.ends_at)
        return refused & (events.kind == PURCHASE)


def places(catalogue: Catalogue, field: str, value: str) -> Whole:
    """Where the products of a brand or category are in the catalogue."""
    if field == "brand":
        return np.flatnonzero(catalogue.brand == value)
    known = [place for place, code in enumerate(catalogue.codes) if code and code == value]
    return np.flatnonzero(np.isin(catalogue.category, known))


def hour_factor(hours: tuple[float, ...], at: float) -> float:
    """How busy a time of day is, 1 on the average; straight lines between the middles of the hours."""
    middle = (at % DAY - HOUR / 2) / HOUR
    before, part = int(np.floor(middle)), middle - np.floor(middle)
    share = hours[before % 24] * (1 - part) + hours[(before + 1) % 24] * part
    return float(share * 24 / sum(hours))
