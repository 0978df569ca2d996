"""Which process is killed when: a seeded schedule. Pure."""

import random
from dataclasses import dataclass

EVERYTHING = "everything"
# How often each is killed in one full round of 24.
ROUND = {
    "live": 5,
    "producer": 5,
    "landing": 3,
    "hbase": 3,
    "hbase-thrift": 3,
    "kafka": 3,
    "spark-thrift": 1,
    EVERYTHING: 1,
}


@dataclass(frozen=True)
class Kill:
    """One SIGKILL of all processes of a service, `after_seconds` from the start of the soak."""

    victim: str
    after_seconds: float


def _round(chance: random.Random, without: frozenset[str]) -> list[str]:
    """One full round in any order, but every victim once before any is killed again."""
    times = {name: count for name, count in ROUND.items() if name not in without}
    first = list(times)
    again = [name for name, count in times.items() for _ in range(count - 1)]
    chance.shuffle(first)
    chance.shuffle(again)
    return first + again


def schedule(kills: int, seconds: float, seed: int, without: frozenset[str]) -> list[Kill]:
    """The beginning of a full round, or as many of them as it takes; one kill at a random instant of each slot.

    `seconds` is the length of the soak. The first and the last tenth of it stay without a kill, so
    that the numbers before and after can be compared.
    """
    chance = random.Random(seed)  # noqa: S311 (a schedule, not a secret)
    victims: list[str] = []
    while len(victims) < kills and without < ROUND.keys():
        victims += _round(chance, without)
    begin, slot = seconds * 0.1, seconds * 0.8 / max(1, kills)
    return [
        Kill(victim, begin + slot * (number + chance.random()))
        for number, victim in enumerate(victims[:kills])
    ]
