"""The products. Category, brand, price, popularity and appeal belong to the product and never change."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data.generator.appeal import appeals, depths, intents
from data.generator.brands import make_cells
from data.generator.presets import Assortment, Preset
from data.generator.prices import price_text, prices, temptation
from data.generator.shelves import MUCH, category_ids, place_products
from data.generator.tables import Weights, Whole, seeded

LOWEST_ID, HIGHEST_ID = 102, 4_183_880


@dataclass(frozen=True)
class Catalogue:
    """Products in the order of their category ids, so that a category is a run of places."""

    category: Whole
    category_id: Whole
    brand: NDArray[np.str_]
    weight: Whole
    intent: Whole
    appeal: Whole
    checkout: Whole
    absurd: Whole
    texts: list[str]
    codes: tuple[str, ...]
    depth: Whole

    @cached_property
    def runs(self) -> tuple[Whole, Whole]:
        """For each product the first place of its category id, and the place behind the last."""
        starts = np.searchsorted(self.category_id, self.category_id, side="left")
        ends = np.searchsorted(self.category_id, self.category_id, side="right")
        return starts.astype(np.int64), ends.astype(np.int64)

    def popularity(self, factors: Whole) -> Weights:
        """What is viewed, when each category is `factors` thousandths as popular as on average."""
        return Weights(np.cumsum(self.weight * (factors * 1000 // self.depth)[self.category]))


def make_catalogue(preset: Preset, seed: int) -> Catalogue:
    """The catalogue of a seed: the same whatever is made with it."""
    assortment = preset.assortment
    random = seeded(seed, preset.name, "catalogue")
    cells = make_cells(assortment)
    drifting = [
        place
        for place, item in enumerate(assortment.categories)
        if item.code in preset.season.drift
    ]
    weight, cell = place_products(random, assortment, cells, drifting)
    identity = category_ids(random, assortment, cells.category[cell])
    order = np.argsort(identity, kind="stable")
    weight, cell, identity = weight[order], cell[order], identity[order]
    category, brand = cells.category[cell], np.array(cells.brand)[cell]
    cents = prices(random, assortment, category, weight, weight >= MUCH)
    # nobody finds these by himself
    absurd = np.argsort(weight, kind="stable")[: len(assortment.absurd_prices)]
    weight[absurd], cents[absurd] = 1, assortment.absurd_prices
    _spoil(random, assortment, cents, weight < MUCH)
    charm = temptation(assortment, category, cents)
    appeal = appeals(random, preset, category, brand, weight, charm)
    numbers = random.choice(HIGHEST_ID - LOWEST_ID, len(weight), replace=False) + LOWEST_ID
    codes = tuple(item.code for item in assortment.categories)
    code = [codes[place] for place in category.tolist()]
    columns = (numbers.tolist(), identity.tolist(), code, brand.tolist(), cents.tolist())
    texts = [
        f"{number},{identity},{code},{name},{price_text(price)},"
        for number, identity, code, name, price in zip(*columns, strict=True)
    ]
    checkout = np.array([item.checkout for item in assortment.categories], np.int64)
    return Catalogue(
        category=category,
        category_id=identity,
        brand=brand,
        weight=weight,
        intent=intents(preset)[category],
        appeal=appeal,
        checkout=checkout[category],
        absurd=absurd,
        texts=texts,
        codes=codes,
        depth=depths(preset),
    )


def _spoil(
    random: np.random.Generator, assortment: Assortment, cents: Whole, is_minor: NDArray[np.bool_]
) -> None:
    """Give some products that are not much looked at a price of nothing, or less."""
    wrong = (*assortment.negative_prices, *(0,) * assortment.zero_prices)
    cents[random.permutation(np.flatnonzero(is_minor))[: len(wrong)]] = wrong
