"""What goes wrong, or goes wild, in a live shop: asked for on the command line, or a flash sale by chance (pure)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from data.generator.calendar import HOUR
from data.generator.tables import MILLION, happens, seeded

KINDS = ("checkout-broken", "spike")
FORM = re.compile(
    r"(?P<kind>[a-z-]+)(:(?P<field>brand|category)=(?P<value>\S+?))?(\s*x(?P<factor>\d+(\.\d+)?))?"
    r"(@(?P<start>\+?[0-9:]+[smh]?)/(?P<length>\d+[smh]))?"
)
UNITS = {"s": 1, "m": 60, "h": HOUR}
FOREVER = float("inf")
# a flash sale in so many hours of a million
FLASH_SALES = 120_000


class IncidentError(Exception):
    """An incident that cannot be; the message shows how one is written."""


@dataclass(frozen=True)
class Incident:
    """Something that is different between two instants (epoch seconds)."""

    kind: str
    field: str = ""
    value: str = ""
    factor: float = 1.0
    starts_at: float = 0.0
    ends_at: float = FOREVER

    def is_on(self, at: float) -> bool:
        """Whether it happens at that instant."""
        return self.starts_at <= at < self.ends_at


class FlashSale(NamedTuple):
    """A quarter of an hour or less in which one brand is everywhere."""

    starts_at: int
    ends_at: int
    factor: float
    ticket: int


def parse_incident(text: str, started_at: float) -> Incident:
    """`checkout-broken@12:00/10m`, `spike:brand=asus x8`, `spike:category=computers.notebook x3@+5m/10m`.

    The start is a time of day (UTC, the next one that is not over) or, with a plus, so long after the start of the
    shop; without it the incident lasts from the start on. Raises IncidentError.
    """
    found = FORM.fullmatch(text.strip())
    if found is None or found["kind"] not in KINDS:
        raise IncidentError(
            f"{text!r} is no incident: use checkout-broken@12:00/10m or spike:brand=asus x8"
        )
    parts = [found["field"] is not None, found["factor"] is not None]
    if parts != [found["kind"] == "spike"] * 2:
        raise IncidentError(
            f"{text!r}: a spike has a brand or category and a factor, as in spike:brand=asus x8"
        )
    starts_at, ends_at = _span(found["start"], found["length"], started_at)
    factor = float(found["factor"] or 1)
    return Incident(
        found["kind"], found["field"] or "", found["value"] or "", factor, starts_at, ends_at
    )


def _span(start: str | None, length: str | None, started_at: float) -> tuple[float, float]:
    if start is None or length is None:
        return started_at, FOREVER
    seconds = _seconds(length)
    if start.startswith("+"):
        return started_at + _seconds(start[1:]), started_at + _seconds(start[1:]) + seconds
    now = datetime.fromtimestamp(started_at, UTC)
    try:
        at = datetime.combine(now.date(), datetime.strptime(start, "%H:%M").time(), UTC)
    except ValueError:
        raise IncidentError(f"{start!r} is no time of day: use one like 12:00, or +5m") from None
    if at + timedelta(seconds=seconds) <= now:
        at += timedelta(days=1)
    return at.timestamp(), at.timestamp() + seconds


def _seconds(text: str) -> int:
    if text[-1] not in UNITS:
        raise IncidentError(f"{text!r} is no length of time: use one like 90s, 10m or 1h")
    return int(text[:-1]) * UNITS[text[-1]]


def flash_sale(seed: int, at: float) -> FlashSale | None:
    """The flash sale of the hour of an instant, if there is one: the same for a seed whenever it is asked."""
    hour = int(at) // HOUR
    random = seeded(seed, "flash sale", hour)
    if not happens(random, FLASH_SALES, 1)[0]:
        return None
    start, length = (int(random.integers(low, high)) for low, high in ((0, 45), (5, 16)))
    factor, ticket = float(random.integers(20, 41)) / 10, int(random.integers(0, MILLION))
    starts_at = hour * HOUR + start * 60
    return FlashSale(starts_at, starts_at + length * 60, factor, ticket)
