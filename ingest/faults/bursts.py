"""Bursts: in the last second of each period the schedule runs several times as fast (pure)."""

import re
from dataclasses import dataclass
from typing import Self

from ingest import durations

BURST_SECONDS = 1.0
TEXT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)x/([0-9.a-z]+)")


@dataclass(frozen=True)
class Bursts:
    """`factor` times the rate in the last second of every `period_seconds`.

    The burst comes on top of the rate: a period sends what period - 1 + factor seconds would.
    """

    factor: float
    period_seconds: float

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Of `5x/10s`; raises ValueError with one line."""
        found = TEXT.fullmatch(text.strip())
        try:
            factor, period = float(found[1]), durations.seconds(found[2])  # type: ignore[index]
        except (TypeError, ValueError):
            raise ValueError(f"takes a factor and a period like 5x/10s, not {text!r}") from None
        if factor <= 1 or period <= BURST_SECONDS:
            raise ValueError(f"takes a factor above 1x and a period above 1s, not {text!r}")
        return cls(factor, period)

    def text(self) -> str:
        """The form that `of_text` reads."""
        return f"{self.factor:g}x/{durations.text(self.period_seconds)}"

    def warp(self, seconds: float) -> float:
        """When something is due that a steady schedule would send after `seconds`."""
        periods, inside = divmod(seconds, self._steady_seconds)
        calm = self.period_seconds - BURST_SECONDS
        if inside >= calm:
            inside = calm + (inside - calm) / self.factor
        return periods * self.period_seconds + inside

    def covers(self, seconds: float) -> bool:
        """Whether what a steady schedule would send after `seconds` falls into a burst."""
        return seconds % self._steady_seconds >= self.period_seconds - BURST_SECONDS

    @property
    def _steady_seconds(self) -> float:
        return self.period_seconds - BURST_SECONDS + self.factor * BURST_SECONDS
