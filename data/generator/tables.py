"""Tables of whole numbers to draw from: no draw depends on how a machine rounds.

Exponentials and logarithms appear here only, in tables that are the same for every seed. Each entry is checked to be
far from a half, where the last bit of a machine's arithmetic would decide.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
STEPS = 4096
MARGIN = 1e-7
MILLION = 1_000_000


def whole(value: float) -> int:
    """The nearest whole number; refuses a value so near to a half that machines could differ."""
    if abs(value - math.floor(value) - 0.5) < MARGIN:
        raise ValueError(f"{value!r} is too near to a half: change the table a little")
    return round(value)


@dataclass(frozen=True)
class Steps:
    """A distribution as `STEPS` equally likely values."""

    values: Whole

    def draw(self, random: np.random.Generator, count: int) -> Whole:
        """`count` values, independent of each other."""
        return self.values[random.integers(0, len(self.values), count, dtype=np.uint16)]


@dataclass(frozen=True)
class Weights:
    """A distribution over places 0, 1, ... by whole weights."""

    cumulative: Whole

    def draw(self, random: np.random.Generator, count: int) -> Whole:
        """`count` places, independent of each other."""
        drawn = random.integers(0, self.cumulative[-1], count)
        return np.searchsorted(self.cumulative, drawn, side="right")

    def mean_count(self) -> int:
        """The mean of place + 1, in thousandths."""
        total = int(self.cumulative[-1])
        # a place counts once for each weight that does not lie before it
        behind = [total - int(before) for before in [0, *self.cumulative[:-1]]]
        return sum(behind) * 1000 // total


def quantiles(anchors: Mapping[float, float]) -> Steps:
    """From percentages to values; between two of them values grow geometrically."""
    points = sorted(anchors.items())
    shares = [(step + 0.5) * 100 / STEPS for step in range(STEPS)]
    return Steps(np.array([whole(_between(points, share)) for share in shares], np.int64))


def _between(points: list[tuple[float, float]], share: float) -> float:
    for (low, start), (high, end) in pairwise(points):
        if share <= high:
            return float(start * (end / start) ** ((share - low) / (high - low)))
    return points[-1][1]


def zeta(alpha: float, longest: int) -> Weights:
    """Counts 0 .. longest - 1 with the probability of n + 1 falling as (n + 1) ** -alpha."""
    weights = [whole(2**40 * number**-alpha) for number in range(1, longest + 1)]
    return Weights(np.cumsum(np.array(weights, np.int64)))


def normal(deviation: float) -> Whole:
    """`STEPS` equally likely values of a normal distribution around 0, in thousandths."""
    curve = NormalDist(0, deviation * 1000)
    return np.array([whole(curve.inv_cdf((step + 0.5) / STEPS)) for step in range(STEPS)], np.int64)


def log_normal_ranks(count: int, total: float, sigma: float) -> Whole:
    """Weights of `count` log-normal things, greatest first; their sum is near `total`."""
    curve = NormalDist()
    levels = [-sigma * curve.inv_cdf((rank + 0.5) / count) for rank in range(count)]
    unit = total / (count * math.exp(sigma * sigma / 2))
    return np.array([max(1, whole(unit * math.exp(level))) for level in levels], np.int64)


def happens(random: np.random.Generator, chances: Whole | int, count: int) -> NDArray[np.bool_]:
    """Whether each of `count` things happens; chances are in millionths."""
    drawn = random.integers(0, MILLION, count, dtype=np.uint32)
    # a comparison of an unsigned with a signed array would go through floats
    return drawn.astype(np.int64) < chances


def seeded(seed: int, *place: int | str) -> np.random.Generator:
    """A generator of its own for each purpose, so that one draw more here changes nothing there."""
    words = [
        item if isinstance(item, int) else int.from_bytes(item.encode(), "big") for item in place
    ]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))
