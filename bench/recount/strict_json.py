"""JSON as strictly as the contract reads it, in plain Python: one object, and numbers that a double can tell."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from typing import Any

# What the contract's readers take at most.
MOST_DEPTH, MOST_DIGITS, MOST_NAME = 999, 1000, 50_000
SURELY_SHALLOW = 100


def read(text: str) -> dict[str, Any] | None:
    """The one object that a message is, fractions as decimals, or None."""
    constants: list[Decimal] = []
    try:
        found = _load(text, constants)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    # NaN and infinities are no JSON; as the one price they are read, so that it is a bad price
    is_json = not constants or (len(constants) == 1 and found.get("price") is constants[0])
    return found if is_json else None


def _load(text: str, constants: list[Decimal]) -> Any:
    is_deep = text.count("[") + text.count("{") > SURELY_SHALLOW
    if is_deep and _depth(text) > MOST_DEPTH:
        raise ValueError(f"deeper than {MOST_DEPTH} levels")
    is_plain = len(text) <= MOST_NAME and "NaN" not in text and "Infinity" not in text
    with _room() if is_deep else nullcontext():
        return (PLAIN if is_plain else _decoder(constants)).decode(text)


def _decoder(constants: list[Decimal]) -> json.JSONDecoder:
    """One that writes NaN and infinities down, and looks at the length of names."""

    def constant(name: str) -> Decimal:
        constants.append(Decimal(name))
        return constants[-1]

    return json.JSONDecoder(
        parse_float=_fraction,
        parse_int=_whole,
        parse_constant=constant,
        object_pairs_hook=_named,
    )


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in re.findall(r"[][{}]", re.sub(r'"(?:[^"\\]|\\.)*"', "", text)):
        depth += 1 if sign in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


@contextmanager
def _room() -> Iterator[None]:
    """Python's own limit of calls counts what the caller has used of it; ours does not."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(before + 2 * MOST_DEPTH)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _fraction(text: str) -> Decimal:
    # A JSON number is a double; its shortest decimal is what was meant.
    _check_digits(text)
    return Decimal(repr(float(text)))


def _whole(text: str) -> int:
    _check_digits(text)
    return int(text)


def _check_digits(text: str) -> None:
    if len(text) > MOST_DIGITS and sum(sign.isdigit() for sign in text) > MOST_DIGITS:
        raise ValueError(f"a number of more than {MOST_DIGITS} digits")


def _named(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if any(len(name) > MOST_NAME for name, _ in pairs):
        raise ValueError(f"a name of more than {MOST_NAME} characters")
    return dict(pairs)


# made once, for the messages that have nothing of it
PLAIN = json.JSONDecoder(parse_float=_fraction, parse_int=_whole)
