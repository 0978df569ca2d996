"""`python -m data.generator.profile`: target against reached, for a made file or for any other of the same form."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from data.generator.measures import Measures, measure
from data.generator.presets import preset
from data.generator.shop import Shop
from data.generator.targets import COUNTED, ROWS, TARGETS, UNTUNED, Target
from data.generator.writer import write


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    found = _parser().parse_args()
    console = Console(width=None if sys.stdout.isatty() else 120)
    if found.source:
        return show(measure(found.source), console)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        started = time.monotonic()
        done = write(Shop(preset("electronics"), found.seed, found.rows).texts(), path)
        seconds = time.monotonic() - started
        console.print(
            f"{done.rows:,} rows of seed {found.seed} in {seconds:.1f} s: {done.rows / seconds:,.0f} a second; "
            f"sha256 of the text {done.sha256}",
            highlight=False,
        )
        return show(measure(path), console)


def show(measures: Measures, console: Console) -> int:
    """Both tables; 1 if a target is missed."""
    rows = int(measures["rows"])
    is_whole = rows == ROWS
    table = Table("figure", "real file", "here", "allowed", "", title="Targets")
    missed = 0
    for target in TARGETS:
        near = target.near if is_whole else target.sample
        if near is not None:
            aim = scaled(target, rows)
            # a short file has no measure of what it does not hold
            value = float(measures.get(target.measure) or 0)
            is_near = aim.allows(value, near)
            missed += not is_near
            table.add_row(
                target.measure,
                _text(aim.value),
                _text(value),
                _allowed(aim, near),
                "ok" if is_near else "MISSED",
            )
    console.print(table)
    console.print(_untuned(measures))
    console.print(f"{missed} targets missed" if missed else "every target is met", highlight=False)
    return int(missed > 0)


def scaled(target: Target, rows: int) -> Target:
    """The target of a file with so many rows."""
    is_count = target.measure.split(" ")[0] in COUNTED
    return target._replace(value=target.value * rows / ROWS) if is_count else target


def _untuned(measures: Measures) -> Table:
    table = Table("figure", "real file", "here", title="Figures that nobody tuned for (whole file)")
    for name, published in UNTUNED.items():
        real = "not published" if published is None else _text(published)
        table.add_row(name, real, _text(float(measures.get(name) or 0)))
    return table


def _allowed(target: Target, near: float) -> str:
    return f"± {near:.1%}" if target.is_share_of_value else f"± {near:g}"


def _text(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data.generator.profile", description=__doc__)
    parser.add_argument("--source", type=Path, help="measure this file instead of making one")
    parser.add_argument("--rows", type=int, default=ROWS, help="rows to make (%(default)s)")
    parser.add_argument("--seed", type=int, default=7)
    return parser


if __name__ == "__main__":
    sys.exit(main())
