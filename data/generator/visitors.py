"""The visits: users come back, look at products, and some of them put into the cart and buy."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import numpy as np

from data.generator.calendar import visit_starts
from data.generator.catalogue import Catalogue

# of 100 views; the shares of the file are 89.68, 6.10 and 4.22 percent
CARTS_A_VIEW = 0.0680
PURCHASES_A_CART = 0.568
# so 18 percent of purchases have no logged cart
PURCHASES_WITHOUT_CART = 0.172
SAME_PRODUCT_AGAIN = 0.35
VIEWS_TAIL, VISITS_TAIL, LONGEST = 2.7, 3.0, 200
UUID_SHARE = 0.016
FIRST_USER_ID, USER_ID_GAP = 1_515_915_625_353_226_922, 3_000
LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
LONGEST_GAP = 86_400


class Visit(NamedTuple):
    """A session: who, its name, and when it starts (epoch seconds)."""

    user_id: str
    session: str
    started_at: int


class Action(NamedTuple):
    """One row in the making; `product` is its place in the catalogue."""

    at: int
    event_type: str
    product: int
    user_id: str
    session: str


def make_actions(
    random: np.random.Generator, catalogue: Catalogue, start: datetime, count: int
) -> list[Action]:
    """The first `count` actions of as many visits as they take, visit by visit."""
    # every visit has a view at least, so that many visits and products are always enough
    products = iter(random.choice(len(catalogue.products), count, p=catalogue.popularity).tolist())
    actions: list[Action] = []
    for visit in _visits(random, start, count):
        actions += _actions_of(random, catalogue, visit, products)
        if len(actions) >= count:
            break
    return actions[:count]


def _visits(random: np.random.Generator, start: datetime, count: int) -> Iterator[Visit]:
    user_number, visits_left, user_id = FIRST_USER_ID, 0, ""
    for started_at in visit_starts(random, start, count).tolist():
        if visits_left == 0:
            user_number += int(random.integers(1, USER_ID_GAP))
            user_id, visits_left = str(user_number), _tail(random, VISITS_TAIL)
        visits_left -= 1
        yield Visit(user_id, _session_name(random), started_at)


def _tail(random: np.random.Generator, exponent: float) -> int:
    return min(int(random.zipf(exponent)), LONGEST)


def _session_name(random: np.random.Generator) -> str:
    if random.random() < UUID_SHARE:
        return str(uuid.UUID(bytes=random.bytes(16), version=4))
    return "".join(random.choice(LETTERS, 10))


def _actions_of(
    random: np.random.Generator, catalogue: Catalogue, visit: Visit, products: Iterator[int]
) -> Iterator[Action]:
    at, product = visit.started_at, -1
    for view in range(_tail(random, VIEWS_TAIL)):
        if view == 0 or random.random() >= SAME_PRODUCT_AGAIN:
            product = next(products, product)
        if product < 0:
            return
        for event_type, at in _funnel(random, float(catalogue.appeal[product]), at):  # noqa: B020
            yield Action(at, event_type, product, visit.user_id, visit.session)
        at += _gap(random, 33, 0.95)


def _funnel(random: np.random.Generator, appeal: float, at: int) -> Iterator[tuple[str, int]]:
    yield "view", at
    is_carted = random.random() < appeal
    if is_carted:
        at += _gap(random, 6, 0.8)
        yield "cart", at
    chance = PURCHASES_A_CART if is_carted else appeal * PURCHASES_WITHOUT_CART
    if random.random() < chance:
        yield "purchase", at + _gap(random, 234, 2.27)


def _gap(random: np.random.Generator, median_seconds: float, sigma: float) -> int:
    return min(round(median_seconds * float(np.exp(random.normal(0, sigma)))), LONGEST_GAP)
