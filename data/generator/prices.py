"""Prices: each category has its level, and all events together have the quantiles of the real file."""

import numpy as np
from numpy.typing import NDArray

from data.generator.presets import Assortment
from data.generator.tables import STEPS, Whole, normal, quantiles, whole

# (below this many hundredths, the price is a multiple of so many hundredths)
LATTICE = ((10_000, 1), (30_000, 2), (10**9, 10))
LOWEST = 22
# price in percent of the usual one of its category, and how readily it is carted, in percent
DEARNESS = np.array([25, 40, 63, 100, 158, 250, 400])
TEMPTATION = np.array([330, 235, 168, 122, 80, 52, 35, 22])


def prices(
    random: np.random.Generator,
    assortment: Assortment,
    category: Whole,
    weight: Whole,
    is_calm: NDArray[np.bool_],
) -> Whole:
    """The price of each product, in hundredths."""
    cents = _on_lattice(_cents(random, assortment, category, weight, is_calm))
    return np.maximum(cents, LOWEST)


def temptation(assortment: Assortment, category: Whole, cents: Whole) -> Whole:
    """How readily a product is carted at its price, in percent: what is dear for its kind sells less."""
    usual = np.array([whole(item.price * 100) for item in assortment.categories], np.int64)
    return TEMPTATION[np.searchsorted(DEARNESS, cents * 100 // usual[category], side="right")]


def _cents(
    random: np.random.Generator,
    assortment: Assortment,
    category: Whole,
    weight: Whole,
    is_calm: NDArray[np.bool_],
) -> Whole:
    """Products in the order of their price level take the quantiles of the wanted distribution."""
    levels = np.array([_level(item.price) for item in assortment.categories], np.int64)
    noise = normal(assortment.price_spread)
    drawn = random.integers(0, STEPS, len(category))
    score = levels[category] + noise[np.where(is_calm, drawn // 2 + STEPS // 4, drawn)]
    order = np.argsort(score, kind="stable")
    behind = np.cumsum(weight[order])
    middle = behind - weight[order] // 2
    # sixteen steps of a table entry, then a straight line between two entries
    place = middle * (STEPS * 16) // (int(behind[-1]) + 1)
    table = quantiles(assortment.prices).values
    low = np.clip(place // 16, 0, STEPS - 2)
    cents = np.empty(len(order), np.int64)
    cents[order] = table[low] + (table[low + 1] - table[low]) * (place % 16) // 16
    return cents


def _level(price: float) -> int:
    return whole(1000 * float(np.log(price)))


def _on_lattice(cents: Whole) -> Whole:
    limits = np.array([limit for limit, _ in LATTICE], np.int64)
    step = np.array([step for _, step in LATTICE], np.int64)[
        np.searchsorted(limits, cents, side="right")
    ]
    return np.maximum(cents // step, 1) * step


def price_text(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
