"""Where each product stands: how popular it is, and in which category and brand."""

import numpy as np

from data.generator.brands import Cells
from data.generator.presets import Assortment
from data.generator.tables import Weights, Whole, log_normal_ranks

# the sum of all weights, nearly
TOTAL = 10**9
# a product with more than this weight moves the figures of the whole shop
MUCH = TOTAL // 5_000
# products that are placed one by one, where there is room for them
HEAD_COUNT = 3_000
# what comes into fashion consists of few products that many look at
FASHION = 10
CATEGORY_ID_STEP = 900_000_000_000


def place_products(
    random: np.random.Generator, assortment: Assortment, cells: Cells, drifting: list[int]
) -> tuple[Whole, Whole]:
    """Weights, and the cell of each: every cell gets its views, every rank its weight."""
    weight = _weights(assortment)
    room = cells.views * (int(weight.sum()) // int(cells.views.sum()))
    cell = np.zeros(len(weight), np.int64)
    # the greatest sell all year, so they are nothing that came into fashion late
    steady = ~np.isin(cells.category, drifting)
    wish = np.where(steady, 1, FASHION)
    for rank in range(min(HEAD_COUNT, len(weight))):
        fits = (room >= 2 * weight[rank]) & (steady | (rank >= len(assortment.head)))
        chances = np.cumsum(np.where(fits, room, 0) * wish)
        if chances[-1] == 0:
            chances = np.cumsum(np.maximum(room, 0))
        cell[rank] = Weights(chances).draw(random, 1)[0]
        room[cell[rank]] -= weight[rank]
    rest = random.permutation(len(weight) - HEAD_COUNT) + HEAD_COUNT
    behind = np.cumsum(weight[rest])
    ends = np.cumsum(np.maximum(room, 0))
    filled = np.searchsorted(ends, behind - weight[rest] // 2, side="right")
    cell[rest] = np.minimum(filled, len(ends) - 1)
    return weight, cell


def _weights(assortment: Assortment) -> Whole:
    """How often each product is viewed, greatest first."""
    groups = [
        log_normal_ranks(count, TOTAL * share / 100, sigma)
        for count, share, sigma in assortment.groups
    ]
    weight = np.sort(np.concatenate(groups), kind="stable")[::-1].copy()
    weight[: len(assortment.head)] = np.array(assortment.head, np.int64) * (TOTAL // 100_000)
    return np.sort(weight, kind="stable")[::-1].copy()


def category_ids(random: np.random.Generator, assortment: Assortment, category: Whole) -> Whole:
    counts = np.array([item.ids for item in assortment.categories], np.int64)
    total = int(counts.sum())
    steps = random.integers(CATEGORY_ID_STEP // 2, CATEGORY_ID_STEP, total)
    numbers = random.permutation(assortment.first_category_id + np.cumsum(steps))
    limits = counts[category]
    # the lesser of two draws: the first ids of a code have more products
    draws = [random.integers(0, limits) for _ in range(2)]
    return numbers[(np.cumsum(counts) - counts)[category] + np.minimum(*draws)]
