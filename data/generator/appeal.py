"""How readily visitors buy: who comes to buy at all, and which products tempt them."""

import math

import numpy as np
from numpy.typing import NDArray

from data.generator.presets import Preset
from data.generator.shelves import MUCH
from data.generator.tables import MILLION, Whole, happens, normal, whole, zeta

MOST_VIEWS = 300
STRONGEST_INTENT, STRONGEST_APPEAL = 950_000, 900_000


def intents(preset: Preset) -> Whole:
    """Millionths of the visits that start in each category and come to buy."""
    items = preset.assortment.categories
    carts = sum(item.views * item.carts for item in items) / sum(item.views for item in items)
    chances = [preset.behaviour.intent * item.carts / carts for item in items]
    return np.array([min(STRONGEST_INTENT, whole(chance)) for chance in chances], np.int64)


def depths(preset: Preset) -> Whole:
    """Views of a visit that starts in each category, in thousandths: those who come to buy look at more."""
    without, intent = (zeta(alpha, MOST_VIEWS).mean_count() for alpha in preset.behaviour.views)
    chances = intents(preset)
    return ((MILLION - chances) * without + chances * intent) // MILLION


def appeals(
    random: np.random.Generator,
    preset: Preset,
    category: Whole,
    brand: NDArray[np.str_],
    weight: Whole,
    charm: Whole,
) -> Whole:
    """Millionths of those who came to buy and leave the product with one in the cart."""
    assortment = preset.assortment
    noise = np.array(
        [whole(1000 * math.exp(step / 1000)) for step in normal(assortment.appeal_spread)]
    )
    drawn = random.integers(0, len(noise), len(category))
    # what everybody looks at is nothing extreme
    raw = noise[np.where(weight >= MUCH, drawn // 2 + len(noise) // 4, drawn)]
    raw = raw * (
        happens(random, assortment.carted_products * (MILLION // 100), len(category))
        | (weight >= MUCH)
    )
    raw = raw * charm // 100
    wanted = [whole(item.carts * 10_000) * MILLION for item in assortment.categories]
    means = np.array(wanted, np.int64) // intents(preset)
    names = ("", *assortment.brand_appeal)
    percents = np.array([100, *assortment.brand_appeal.values()], np.int64)
    group = np.zeros(len(brand), np.int64)
    for number, name in enumerate(names[1:], start=1):
        group[brand == name] = number
    mean = means[category] * percents[group] // 100
    appeal = raw * mean // _means(raw, weight, category * len(names) + group)
    return np.minimum(appeal, STRONGEST_APPEAL)


def _means(values: Whole, weight: Whole, group: Whole) -> Whole:
    """For each entry the weighted mean of its group, at least 1."""
    # thousandths of the weight are enough, and keep the sums far from the limits of int64
    share = weight // 1000 + 1
    sums, shares = (np.zeros(int(group.max()) + 1, np.int64) for _ in range(2))
    np.add.at(sums, group, values * share)
    np.add.at(shares, group, share)
    return np.maximum(sums // np.maximum(shares, 1), 1)[group]
