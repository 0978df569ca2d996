"""Who makes what: the named brands of each category, brandless goods, and a long tail of made-up names."""

from typing import NamedTuple

import numpy as np

from data.generator.presets import Assortment, Category
from data.generator.tables import Whole

SYLLABLES = (
    *("ba", "do", "fe", "gi", "ka", "lu", "me", "ni", "po", "ra", "se", "ti", "vo", "xa", "zu"),
    *("bren", "dar", "fin", "gor", "kel", "lan", "mar", "nor", "pel", "ron", "sil", "tor", "vik"),
)
# the n-th made-up brand of a category has the weight 1 / (n + TAIL_OFFSET)
TAIL_OFFSET = 10


class Cells(NamedTuple):
    """Pairs of category and brand, with the views each should get; brand '' is none."""

    category: Whole
    brand: list[str]
    views: Whole


def make_cells(assortment: Assortment) -> Cells:
    """Split the views of every category among brands; views are in single views of the real file."""
    cells: list[tuple[int, str, int]] = []
    names = iter(tail_names(assortment))
    tails = _tail_counts(assortment)
    null_shares = _null_shares(assortment)
    for place, category in enumerate(assortment.categories):
        rest = _thousands(category.views) - sum(
            _thousands(views) for views in category.brands.values()
        )
        brandless = rest * null_shares[bool(category.code)] // 1_000_000
        cells += [(place, brand, _thousands(views)) for brand, views in category.brands.items()]
        cells.append((place, "", brandless))
        weights = [1_000_000 // (number + TAIL_OFFSET) for number in range(tails[place])]
        cells += [
            (place, next(names), (rest - brandless) * weight // sum(weights)) for weight in weights
        ]
    categories, brands, views = zip(*cells, strict=True)
    return Cells(np.array(categories, np.int64), list(brands), np.array(views, np.int64))


def tail_names(assortment: Assortment) -> list[str]:
    """Made-up brands, as many as are missing from the wanted number."""
    known = {brand for category in assortment.categories for brand in category.brands}
    names: list[str] = []
    number = 0
    while len(names) < assortment.brand_count - len(known):
        # a step that shares no factor with the number of names: neighbours look unlike
        name = _spell(number * 7919 % len(SYLLABLES) ** 3)
        number += 1
        if name not in known:
            names.append(name)
    return names


def _spell(number: int) -> str:
    first, rest = divmod(number, len(SYLLABLES) ** 2)
    second, third = divmod(rest, len(SYLLABLES))
    return SYLLABLES[first] + SYLLABLES[second] + SYLLABLES[third]


def _tail_counts(assortment: Assortment) -> list[int]:
    """How many made-up brands each category has: in proportion to the views that no named brand takes."""
    wanted = len(tail_names(assortment))
    rests = [_rest(category) for category in assortment.categories]
    shares = [wanted * sum(rests[: place + 1]) // sum(rests) for place in range(len(rests))]
    return [share - before for share, before in zip(shares, [0, *shares], strict=False)]


def _null_shares(assortment: Assortment) -> tuple[int, int]:
    """Without and with a code: millionths of the views left by named brands that have no brand."""
    targets = (assortment.null_brand_without_code, assortment.null_brand_with_code)
    return tuple(_null_share(assortment, has_code, targets[has_code]) for has_code in (False, True))  # type: ignore[return-value]


def _null_share(assortment: Assortment, has_code: bool, percent: float) -> int:
    group = [category for category in assortment.categories if bool(category.code) == has_code]
    views = sum(_thousands(category.views) for category in group)
    wanted = views * round(percent * 10_000)
    return wanted // max(1, sum(_rest(category) for category in group))


def _rest(category: Category) -> int:
    named = sum(_thousands(views) for views in category.brands.values())
    return max(0, _thousands(category.views) - named)


def _thousands(views: float) -> int:
    return round(views * 1000)
