"""The products: category, brand, price, popularity and appeal belong to the product."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.generator.shop import CATEGORIES, CODELESS_SHARE, Category

PRODUCT_COUNT = 85_000
LOWEST_ID, HIGHEST_ID = 102, 4_183_880
POPULARITY_SIGMA = 2.0
PRICE_LEVEL, PRICE_SIGMA = 0.82, 0.8
LOWEST_CENTS, HIGHEST_CENTS = 22, 6_477_106
NULL_BRAND_WITH_CODE, NULL_BRAND_WITHOUT_CODE = 0.16, 0.46
CARTED_PRODUCT_SHARE = 0.35
HIGHEST_APPEAL = 0.5
FIRST_CATEGORY_ID = 2_144_415_921_169_498_184
CATEGORY_ID_STEP = 33_554_432_017
IDS_PER_CODE, CODELESS_IDS = 4, 300


class Product(NamedTuple):
    """One product as the file writes it; empty text is null."""

    product_id: str
    category_id: str
    category_code: str
    brand: str
    price: str


@dataclass(frozen=True)
class Catalogue:
    """The products, with two numbers for each: share of the views, and carts a view."""

    products: list[Product]
    popularity: NDArray[np.float64]
    appeal: NDArray[np.float64]


def make_catalogue(random: np.random.Generator, carts_a_view: float) -> Catalogue:
    """A catalogue in which an average view leads to `carts_a_view` carts."""
    ids = random.choice(np.arange(LOWEST_ID, HIGHEST_ID + 1), PRODUCT_COUNT, replace=False)
    shares = np.array([category.share for category in CATEGORIES] + [CODELESS_SHARE])
    shares = shares / shares.sum()
    # one more than the list: the categories that have no code
    category_of = random.choice(len(shares), PRODUCT_COUNT, p=shares)
    popularity = _popularity(random, category_of, shares)
    products = [
        _product(random, int(number), _category(int(category)), int(category))
        for number, category in zip(ids, category_of, strict=True)
    ]
    return Catalogue(products, popularity, _appeal(random, category_of, popularity, carts_a_view))


def _category(index: int) -> Category | None:
    return CATEGORIES[index] if index < len(CATEGORIES) else None


def _product(
    random: np.random.Generator, number: int, category: Category | None, index: int
) -> Product:
    has_code = category is not None
    choices = IDS_PER_CODE if has_code else CODELESS_IDS
    category_number = index * IDS_PER_CODE + int(random.integers(choices))
    median = category.median_price if category else 45.0
    cents = round(median * 100 * PRICE_LEVEL * float(np.exp(random.normal(0, PRICE_SIGMA))))
    cents = min(max(cents, LOWEST_CENTS), HIGHEST_CENTS)
    return Product(
        product_id=str(number),
        category_id=str(FIRST_CATEGORY_ID + category_number * CATEGORY_ID_STEP),
        category_code=category.code if category else "",
        brand=_brand(random, category),
        price=f"{cents // 100}.{cents % 100:02d}",
    )


def _brand(random: np.random.Generator, category: Category | None) -> str:
    null_share = NULL_BRAND_WITH_CODE if category else NULL_BRAND_WITHOUT_CODE
    is_null = random.random() < null_share
    known = category.brands if category else ("sirius", "pioneer", "kenwood", "ugreen", "vention")
    # squaring favours the first brands of the list, as a market does
    place = int(len(known) * random.random() ** 2)
    return "" if is_null else known[place]


def _popularity(
    random: np.random.Generator, category_of: NDArray[np.int64], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    weight = np.exp(random.normal(0, POPULARITY_SIGMA, len(category_of)))
    totals = np.bincount(category_of, weights=weight, minlength=len(shares))
    popularity = weight / totals[category_of] * shares[category_of]
    return popularity / popularity.sum()


def _appeal(
    random: np.random.Generator,
    category_of: NDArray[np.int64],
    popularity: NDArray[np.float64],
    carts_a_view: float,
) -> NDArray[np.float64]:
    by_category = np.array([category.appeal for category in CATEGORIES] + [0.7])
    is_carted = random.random(len(category_of)) < CARTED_PRODUCT_SHARE
    appeal = random.gamma(2.0, 1.0, len(category_of)) * by_category[category_of] * is_carted
    # capping lowers the mean, so scale and cap until it is right
    for _ in range(20):
        appeal *= carts_a_view / float(np.sum(popularity * appeal))
        appeal = np.minimum(appeal, HIGHEST_APPEAL)
    return appeal
