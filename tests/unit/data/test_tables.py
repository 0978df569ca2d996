"""Tables of whole numbers: what a machine's arithmetic could turn is refused."""

import numpy as np
import pytest

from data.generator.tables import STEPS, Weights, happens, quantiles, seeded, whole, zeta


def test_value_near_a_half_is_refused() -> None:
    assert whole(2.4999) == 2
    with pytest.raises(ValueError, match="too near to a half"):
        whole(2.5 + 1e-9)


def test_quantiles_grow_geometrically_between_anchors() -> None:
    values = quantiles({0: 100, 50: 10_000, 100: 10_000}).values
    assert len(values) == STEPS
    # a quarter of the way is the square root between 100 and 10,000
    assert values[STEPS // 4] == pytest.approx(1_000, rel=0.01)
    assert set(values[STEPS // 2 :]) == {10_000}


def test_weights_are_drawn_in_proportion() -> None:
    drawn = Weights(np.cumsum([1, 0, 3])).draw(seeded(1, "test"), 40_000)
    counts = np.bincount(drawn, minlength=3)
    assert counts[1] == 0
    # three standard deviations of 40,000 draws at 1/4 are 260
    assert counts[0] == pytest.approx(10_000, abs=300)


def test_mean_count_of_a_zeta_table() -> None:
    # 1 + 1/2 + 1/3 counts over weights 1, 1/4, 1/9: 1.8333 / 1.3611
    assert zeta(2, 3).mean_count() == 1346


def test_chance_in_millionths() -> None:
    found = happens(seeded(1, "test"), 250_000, 40_000).sum()
    assert found == pytest.approx(10_000, abs=300)
    assert not happens(seeded(1, "test"), 0, 1_000).any()
    assert happens(seeded(1, "test"), 1_000_000, 1_000).all()


def test_purposes_have_draws_of_their_own() -> None:
    first, again, other = (
        seeded(7, *place).integers(0, 1 << 60) for place in (("day", 1), ("day", 1), ("day", 2))
    )
    assert first == again != other
