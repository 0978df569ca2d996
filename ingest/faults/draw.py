"""Which event gets which fault: drawn from the seed, one event after the other (pure)."""

from random import Random
from typing import NamedTuple

from ingest.faults.malformed import DAMAGES
from ingest.faults.spec import SHARES, Faults

DUPLICATE_AFTER = (0.5, 5.0)  # seconds; well inside the watermark, so that a repeat is known as one
OUT_OF_ORDER_BY = (0.05, 2.0)


class Fault(NamedTuple):
    """The name that the header carries, and how much: seconds, or a place in the message (0 to 1)."""

    name: str
    amount: float


class Draw:
    """The faults of a replay in the order of its events: the same for the same faults and seed."""

    def __init__(self, faults: Faults, seed: int) -> None:
        # not for secrets; random() and randrange() give the same numbers in every Python 3
        self._random = Random(f"storepulse {seed}")  # noqa: S311
        self._faults = faults
        self._any_share = sum(faults.shares)
        self._kinds: list[str] = []

    def next(self) -> Fault | None:
        """The fault of the next event; most have none."""
        chance = self._random.random()
        if chance >= self._any_share:
            return None
        for name, share in zip(SHARES, self._faults.shares, strict=True):
            if chance < share:
                return self._fault(name)
            chance -= share
        return None

    def _fault(self, name: str) -> Fault:
        between = self._random.uniform
        match name:
            case "late":
                return Fault("late", round(between(*self._faults.late_by), 3))
            case "duplicates":
                return Fault("duplicate", round(between(*DUPLICATE_AFTER), 3))
            case "out_of_order":
                return Fault("out_of_order", round(between(*OUT_OF_ORDER_BY), 3))
            case "malformed":
                return Fault(f"malformed:{self._kind()}", self._random.random())
            case _:
                return Fault("future", 0.0)

    def _kind(self) -> str:
        # one after the other in an order of the seed's: even a short replay has all of them
        if not self._kinds:
            self._kinds = sorted(DAMAGES)
            self._random.shuffle(self._kinds)
        return self._kinds.pop()
