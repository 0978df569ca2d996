"""The shops that can be made, each a TOML file and a table of categories in shops/.

`electronics` follows the published file in every figure of targets.py; `multicategory` and `cosmetics` have the form,
the shares of types and the defects of its sisters.
"""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter

SHOPS = Path(__file__).parent / "shops"
Anchors = tuple[tuple[int, int], ...]
Quantiles = Mapping[float, float]


class PresetError(Exception):
    """No such preset; the message names those that exist."""


class Category(NamedTuple):
    """A category code: views in thousands, usual price, carts in percent of the visitors, checkouts against 100,
    how many category ids, and the views of the named brands. An empty code stands for all categories without one.
    """

    code: str
    views: float
    price: float
    carts: float
    checkout: int
    ids: int
    brands: Mapping[str, float]


@dataclass(frozen=True)
class Assortment:
    """What is on the shelves; the units are explained in shops/electronics.toml."""

    categories: tuple[Category, ...]
    groups: tuple[tuple[int, float, float], ...]
    head: tuple[int, ...]
    prices: Quantiles
    price_spread: float
    null_brand_with_code: float
    null_brand_without_code: float
    brand_count: int
    carted_products: int
    appeal_spread: float
    first_category_id: int
    brand_appeal: Mapping[str, int] = field(default_factory=dict)
    absurd_prices: tuple[int, ...] = ()
    zero_prices: int = 0
    negative_prices: tuple[int, ...] = ()


@dataclass(frozen=True)
class Season:
    """When people come, and what they want then."""

    start: datetime
    end: datetime
    hours: tuple[float, ...]
    weekdays: tuple[int, ...]
    views: Anchors
    months: tuple[int, ...]
    conversion: Anchors
    drift: Mapping[str, Anchors] = field(default_factory=dict)


@dataclass(frozen=True)
class Behaviour:
    """What visitors do."""

    rows_per_visit: float
    intent: int
    views: tuple[float, float]
    same_product: int
    same_category: int
    browse_gaps: Quantiles
    cart_delays: Quantiles
    checkout_delays: Quantiles
    checkout: int
    cart_again: int
    cart_unseen: int
    purchase_uncarted: int
    purchase_direct: int
    same_second: int
    returning: int
    visits_alpha: float
    first_user_id: int
    user_id_step: int
    cart_without_intent: int = 0
    removal: int = 0


@dataclass(frozen=True)
class Defects:
    """What is wrong with the file, in millionths: of its rows, of the copies, of the rows, of the visits."""

    copies: int
    copies_of_views: int
    null_sessions: int
    uuid_sessions: int


@dataclass(frozen=True)
class Preset:
    """A whole shop."""

    name: str
    assortment: Assortment
    season: Season
    behaviour: Behaviour
    defects: Defects


def names() -> list[str]:
    """The presets that there are."""
    return sorted(path.stem for path in SHOPS.glob("*.toml"))


def preset(name: str) -> Preset:
    """The preset of that name; raises PresetError."""
    if name not in names():
        raise PresetError(f"there is no preset {name!r}: use one of {', '.join(names())}")
    content: dict[str, Any] = tomllib.loads((SHOPS / f"{name}.toml").read_text(encoding="utf-8"))
    content["assortment"]["categories"] = _categories(name)
    return TypeAdapter(Preset).validate_python({"name": name, **content})


def _categories(name: str) -> list[Category]:
    with (SHOPS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [_category(row) for row in csv.DictReader(file)]


def _category(row: dict[str, str]) -> Category:
    pairs = (pair.split(":") for pair in row["brands"].split())
    return Category(
        row["code"],
        float(row["views"]),
        float(row["price"]),
        float(row["carts"]),
        int(row["checkout"]),
        int(row["ids"]),
        {brand: float(views) for brand, views in pairs},
    )
