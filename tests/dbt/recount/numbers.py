"""Arithmetic of the recount: money in cents, rates half up, exact percentiles."""

from decimal import Decimal
from fractions import Fraction

PERCENT = Decimal("0.01")


def rounded(value: Fraction, places: int) -> Decimal:
    """Half up (no value here is negative)."""
    scaled = int(value * 10**places + Fraction(1, 2))
    return Decimal(scaled).scaleb(-places)


def rate(part: int, whole: int) -> Decimal | None:
    """Per cent, two decimals; None of nothing."""
    return rounded(Fraction(100 * part, whole), 2) if whole else None


def average(total: int, count: int, places: int = 2) -> Decimal | None:
    """None of nothing."""
    return rounded(Fraction(total, count), places) if count else None


def money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def mean_money(cents: int, count: int, places: int = 2) -> Decimal | None:
    """The mean of so many cents, in whole units; None of nothing."""
    return rounded(Fraction(cents, 100 * count), places) if count else None


def percentile(ordered: list[int], share: str) -> Decimal:
    """Between two values interpolated by their distance."""
    place = Fraction(share) * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    value = ordered[below] + (place - below) * (ordered[above] - ordered[below])
    return rounded(value, 2)


def band(cents: int) -> str:
    """The price band."""
    for limit, name in (
        *((5_000, "0-50"), (10_000, "50-100"), (20_000, "100-200")),
        *((50_000, "200-500"), (100_000, "500-1000")),
    ):
        if cents < limit:
            return name
    return "1000+"


BANDS = ("0-50", "50-100", "100-200", "200-500", "500-1000", "1000+")
TYPES = ("view", "cart", "purchase", "remove_from_cart")
