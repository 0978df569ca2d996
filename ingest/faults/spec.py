"""What is done wrong on purpose: shares and sizes, from options or a TOML file, and their one-line form (pure)."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from ingest import durations
from ingest.faults.bursts import Bursts

SHARES = ("late", "duplicates", "malformed", "out_of_order", "future")
NAMES = (*SHARES, "late_by", "bursts")
DEFAULT_LATE_BY = (3.0, 60.0)
PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%")
RANGE = re.compile(r"([0-9.a-z]+)\.\.([0-9.a-z]+)")


class FaultsError(Exception):
    """A fault that cannot be injected; one line that names the option and what it takes."""


@dataclass(frozen=True)
class Faults:
    """Shares of the events (0 to 1) that get each fault; an event gets one at most."""

    late: float = 0.0
    duplicates: float = 0.0
    malformed: float = 0.0
    out_of_order: float = 0.0
    future: float = 0.0
    late_by: tuple[float, float] = DEFAULT_LATE_BY
    bursts: Bursts | None = None

    def __post_init__(self) -> None:
        if sum(self.shares) > 1:
            raise FaultsError("the shares of all faults together are more than 100%")

    @property
    def shares(self) -> tuple[float, ...]:
        """The shares in the order of SHARES."""
        return (self.late, self.duplicates, self.malformed, self.out_of_order, self.future)

    def text(self) -> str:
        """One line that `of_text` reads again; empty when nothing is injected."""
        words = [
            f"{name}={round(share * 100, 4):g}%"
            for name, share in zip(SHARES, self.shares, strict=True)
            if share
        ]
        if self.late:
            words.append(f"late_by={'..'.join(durations.text(bound) for bound in self.late_by)}")
        if self.bursts:
            words.append(f"bursts={self.bursts.text()}")
        return " ".join(words)


def of_text(text: str) -> Faults:
    """The faults of a line that `text` wrote."""
    return of_options(dict(word.split("=", 1) for word in text.split()))


def of_toml(content: str) -> dict[str, str]:
    """The options in a TOML file: `late = "1%"`, `late_by = "3s..60s"`, `bursts = "5x/10s"`."""
    try:
        found = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise FaultsError(f"not TOML: {error}") from None
    for name, value in found.items():
        if name not in NAMES:
            raise FaultsError(f"{name!r} is no fault: use {', '.join(NAMES)}")
        if not isinstance(value, str):
            raise FaultsError(f'{name} is text in quotes, like "1%", not {value!r}')
    return found


def of_options(options: Mapping[str, str]) -> Faults:
    """The faults that the options ask for; raises FaultsError."""
    shares = {name: _share(name, options[name]) for name in SHARES if name in options}
    late_by = _range(options["late_by"]) if "late_by" in options else DEFAULT_LATE_BY
    return Faults(**shares, late_by=late_by, bursts=_bursts(options.get("bursts")))


def _share(name: str, text: str) -> float:
    found = PERCENT.fullmatch(text.strip())
    if not found or float(found[1]) > 100:
        raise FaultsError(f"{_option(name)} takes a percentage like 1% or 0.5%, not {text!r}")
    return round(float(found[1]) / 100, 6)


def _range(text: str) -> tuple[float, float]:
    found = RANGE.fullmatch(text.strip())
    try:
        if not found:
            raise ValueError
        low, high = durations.seconds(found[1]), durations.seconds(found[2])
        if not 0 < low <= high:
            raise ValueError
    except ValueError:
        raise FaultsError(f"--late-by takes a range like 3s..60s, not {text!r}") from None
    return low, high


def _bursts(text: str | None) -> Bursts | None:
    try:
        return Bursts.of_text(text) if text else None
    except ValueError as error:
        raise FaultsError(f"--bursts {error}") from None


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
