"""Durations as people write them (`90`, `3s`, `10m`, `2h`) and back (pure)."""

import re

UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
TEXT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h|)")


def seconds(text: str) -> float:
    """The seconds that the text names; raises ValueError with one line that says what is allowed."""
    found = TEXT.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no duration: write 500ms, 90, 3s, 10m or 2h")
    return round(float(found[1]) * UNITS[found[2]], 3)


def text(value: float) -> str:
    """The shortest form in seconds: 3s, 0.5s."""
    return f"{value:.3f}".rstrip("0").rstrip(".") + "s"
