"""What happens in a visit: products are viewed, carted, taken out again and bought.

Everything is one long array over all visits of a block: first the views, then the rows that follow a view at once
(cart, cart again, another product, out of the cart), then the orders.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.generator.appeal import MOST_VIEWS
from data.generator.catalogue import Catalogue
from data.generator.presets import Behaviour
from data.generator.tables import MILLION, Steps, Weights, Whole, happens, quantiles, zeta
from data.generator.visitors import Visits

VIEW, CART, PURCHASE, REMOVAL = 0, 1, 2, 3
TYPES = ("view", "cart", "purchase", "remove_from_cart")
AGAIN_SECONDS: dict[float, float] = {0: 1, 50: 6, 90: 40, 100: 300}


class Events(NamedTuple):
    """Rows in the making: when, what, which product (its place), who, and the number of the visit."""

    at: Whole
    kind: Whole
    product: Whole
    user: Whole
    visit: Whole

    def take(self, places: Whole | NDArray[np.bool_]) -> "Events":
        """The rows at these places."""
        return Events(*(column[places] for column in self))

    def sorted_by_time(self) -> "Events":
        """In order; rows of the same second stay as they are."""
        return self.take(np.argsort(self.at, kind="stable"))


def joined(parts: list[Events]) -> Events:
    """The rows of all parts."""
    return Events(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


class Mood(NamedTuple):
    """What is special about a block of visits: how readily people buy, in thousandths, and what they look for."""

    popularity: Weights
    conversion: int = 1000
    first_product: Whole | None = None


class Views(NamedTuple):
    """One entry for each view: the place of its visit, the product, and whether the visitor leaves it."""

    visit: Whole
    product: Whole
    is_first: NDArray[np.bool_]
    is_left: NDArray[np.bool_]


@dataclass(frozen=True)
class Journeys:
    """Turns visits into events."""

    behaviour: Behaviour
    catalogue: Catalogue

    @cached_property
    def _view_counts(self) -> tuple[Weights, Weights]:
        without, intent = self.behaviour.views
        return zeta(without, MOST_VIEWS), zeta(intent, MOST_VIEWS)

    @cached_property
    def _gaps(self) -> dict[str, Steps]:
        behaviour = self.behaviour
        return {
            "browse": quantiles(behaviour.browse_gaps),
            "cart": quantiles(behaviour.cart_delays),
            "again": quantiles(AGAIN_SECONDS),
            "checkout": quantiles(behaviour.checkout_delays),
        }

    def events(self, random: np.random.Generator, visits: Visits, mood: Mood) -> Events:
        """Every event of the visits, not sorted; some lie days after the start."""
        first = self._first_products(random, len(visits.started), mood)
        intends = happens(random, self.catalogue.intent[first], len(first))
        views = self._views(random, first, intends, mood)
        chance = self._cart_chance(views, intends, mood)
        carted = happens(random, chance, len(chance))
        shopping = self._shopping(random, visits, views, carted)
        has_cart = np.zeros(len(first), np.bool_)
        has_cart[views.visit[carted]] = True
        extra = chance * self.behaviour.purchase_uncarted // MILLION
        direct = chance * self.behaviour.purchase_direct // MILLION
        uncarted = np.where(has_cart[views.visit], extra, direct)
        bought_uncarted = ~carted & happens(random, uncarted, len(chance))
        orders = self._orders(random, visits, shopping, views, bought_uncarted)
        return joined([shopping, orders])

    def _first_products(self, random: np.random.Generator, count: int, mood: Mood) -> Whole:
        drawn = mood.popularity.draw(random, count)
        if mood.first_product is None:
            return drawn
        return np.where(mood.first_product >= 0, mood.first_product, drawn)

    def _views(
        self, random: np.random.Generator, first: Whole, intends: NDArray[np.bool_], mood: Mood
    ) -> Views:
        without, intent = (table.draw(random, len(first)) + 1 for table in self._view_counts)
        counts = np.where(intends, intent, without)
        visit = np.repeat(np.arange(len(first)), counts)
        is_first = np.zeros(len(visit), np.bool_)
        is_first[np.cumsum(counts) - counts] = True
        product = self._products(random, first, is_first, mood)
        before = np.concatenate([[-1], product[:-1]])
        is_new = is_first | (product != before)
        is_left = np.concatenate([is_new[1:], [True]])
        return Views(visit, product, is_first, is_left)

    def _products(
        self, random: np.random.Generator, first: Whole, is_first: NDArray[np.bool_], mood: Mood
    ) -> Whole:
        """Views after the first are of the same product, of its category, or of anything."""
        behaviour, places = self.behaviour, np.arange(len(is_first))
        drawn = random.integers(0, MILLION, len(is_first))
        is_anything = ~is_first & (drawn >= behaviour.same_category)
        is_alike = ~is_first & ~is_anything & (drawn >= behaviour.same_product)
        product = np.zeros(len(is_first), np.int64)
        product[is_first] = first
        product[is_anything] = mood.popularity.draw(random, int(is_anything.sum()))
        origin = product[np.maximum.accumulate(np.where(is_first | is_anything, places, 0))]
        product[is_alike] = self._alike(random, origin[is_alike], mood.popularity)
        is_chosen = is_first | is_anything | is_alike
        return product[np.maximum.accumulate(np.where(is_chosen, places, 0))]

    def _alike(self, random: np.random.Generator, product: Whole, popularity: Weights) -> Whole:
        """Products of the same category ids, by popularity."""
        starts, ends = self.catalogue.runs
        cumulative = np.concatenate([[0], popularity.cumulative])
        low, high = cumulative[starts[product]], cumulative[ends[product]]
        return np.searchsorted(popularity.cumulative, random.integers(low, high), side="right")

    def _cart_chance(self, views: Views, intends: NDArray[np.bool_], mood: Mood) -> Whole:
        """Millionths; only those who came to buy do, and decide when they leave a product."""
        chance = self.catalogue.appeal[views.product] * mood.conversion // 1000
        idle = chance * self.behaviour.cart_without_intent // MILLION
        return np.where(views.is_left, np.where(intends[views.visit], chance, idle), 0)

    def _shopping(
        self, random: np.random.Generator, visits: Visits, views: Views, carted: NDArray[np.bool_]
    ) -> Events:
        """Views and, right after a view, what is put into the cart and taken out."""
        behaviour, count = self.behaviour, len(carted)
        again = carted & happens(random, behaviour.cart_again, count)
        unseen = carted & happens(random, behaviour.cart_unseen, count)
        removed = carted & happens(random, behaviour.removal, count)
        steps = np.stack([np.ones(count, np.bool_), carted, again, unseen, removed], axis=1)
        view, step = np.nonzero(steps)
        kinds = np.array([VIEW, CART, CART, CART, REMOVAL])
        product = views.product[view]
        product[step == 3] = self._neighbour(random, product[step == 3])
        gap = np.where(step == 0, self._gaps["browse"].draw(random, len(step)), 0)
        gap[step == 1] = self._gaps["cart"].draw(random, int((step == 1).sum()))
        gap[step >= 2] = self._gaps["again"].draw(random, int((step >= 2).sum()))
        starts = (step == 0) & views.is_first[view]
        gap[starts] = 0
        elapsed = np.cumsum(gap)
        visit = views.visit[view]
        at = visits.started[visit] + elapsed - elapsed[starts][visit]
        return Events(at, kinds[step], product, visits.user[visit], visit)

    def _neighbour(self, random: np.random.Generator, product: Whole) -> Whole:
        """Something else of the same category ids."""
        starts, ends = self.catalogue.runs
        low, high = starts[product], ends[product]
        return low + (product - low + random.integers(0, high - low)) % (high - low)

    def _orders(
        self,
        random: np.random.Generator,
        visits: Visits,
        shopping: Events,
        views: Views,
        bought_uncarted: NDArray[np.bool_],
    ) -> Events:
        count = len(visits.started)
        in_cart = self._last_in_cart(shopping)
        last = np.zeros(count, np.int64)
        last[shopping.visit] = np.arange(len(shopping.visit))
        factor = np.zeros(count, np.int64)
        factor[shopping.visit[in_cart]] = self.catalogue.checkout[shopping.product[in_cart]]
        buys = happens(random, self.behaviour.checkout * factor // 100, count)
        has_cart = factor > 0
        direct = np.flatnonzero(bought_uncarted & (buys | ~has_cart)[views.visit])
        carted = in_cart[buys[shopping.visit[in_cart]]]
        visit = np.concatenate([shopping.visit[carted], views.visit[direct]])
        product = np.concatenate([shopping.product[carted], views.product[direct]])
        # a product is one line of an order, however it got there
        pairs = np.unique(visit * len(self.catalogue.weight) + product)
        visit, product = np.divmod(pairs, len(self.catalogue.weight))
        at = shopping.at[last[visit]] + self._gaps["checkout"].draw(random, count)[visit]
        at += self._line_offsets(random, visit)
        kind = np.full(len(visit), PURCHASE)
        orders = Events(at, kind, product, visits.user[visit], visit)
        return orders

    def _last_in_cart(self, shopping: Events) -> Whole:
        """Places of the first cart row of each product of a visit that was not taken out again."""
        places = np.flatnonzero(shopping.kind != VIEW)
        pair = shopping.visit[places] * len(self.catalogue.weight) + shopping.product[places]
        order = np.argsort(pair, kind="stable")
        _, firsts = np.unique(pair[order], return_index=True)
        ends = np.concatenate([firsts[1:], [len(pair)]]).astype(np.int64) - 1
        kept = shopping.kind[places[order[ends]]] == CART if len(pair) else np.zeros(0, np.bool_)
        return np.sort(places[order[firsts[kept]]], kind="stable")

    def _line_offsets(self, random: np.random.Generator, visit: Whole) -> Whole:
        """Seconds behind the first line of an order."""
        is_first = np.concatenate([[True], visit[1:] != visit[:-1]])[: len(visit)]
        step = np.where(is_first | happens(random, self.behaviour.same_second, len(visit)), 0, 1)
        elapsed = np.cumsum(step)
        return elapsed - elapsed[is_first][np.cumsum(is_first) - 1]
