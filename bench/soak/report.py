"""What a soak showed: recovery by victim, the balance of the recount, memory over time."""

from collections import defaultdict
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.visibility import percentiles


def recoveries(kills: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Number, p50 and max of the seconds to the first new row, by victim."""
    by_victim: dict[str, list[float]] = defaultdict(list)
    for kill in kills:
        by_victim[kill["victim"]].append(kill["visible_seconds"])
    found = {}
    for victim, seconds in sorted(by_victim.items()):
        ranks = percentiles(seconds)
        found[victim] = {"kills": len(seconds), "p50": ranks["p50"], "max": ranks["max"]}
    return found


def growth(samples: list[dict[str, Any]]) -> dict[str, float]:
    """Per service: memory at the end against the middle of the soak, in per cent.

    Each is the median of a tenth of the samples, so that one sample during a restart decides nothing.
    """
    if len(samples) < 20:
        return {}
    tenth = len(samples) // 10
    middle, end = samples[len(samples) // 2 :][:tenth], samples[-tenth:]
    names = set.intersection(*(set(sample["memory_mb"]) for sample in [*middle, *end]))

    def median(part: list[dict[str, Any]], name: str) -> float:
        return float(sorted(sample["memory_mb"][name] for sample in part)[len(part) // 2])

    return {
        name: round(100 * (median(end, name) / median(middle, name) - 1), 1)
        for name in sorted(names)
    }


def show(result: dict[str, Any], console: Console) -> None:
    """Tables for a person."""
    table = Table("killed", "times", "first new row after, s: p50", "max", box=None)
    for victim, row in result["recovery_seconds"].items():
        table.add_row(victim, str(row["kills"]), f"{row['p50']:.1f}", f"{row['max']:.1f}")
    console.print(table)
    verified = result["verify"]
    names = ("sent", "counted", "rejected", "late", "repeated")
    console.print(", ".join(f"{verified[name]:,} {name}" for name in names), highlight=False)
    console.print(
        f"{verified['windows_equal']:,} of {verified['windows_compared']:,} windows equal; "
        f"{verified['different_count']} differences; truth: {result['truth']}",
        highlight=False,
    )
    if result["memory_growth_percent"]:
        changes = (f"{n} {p:+.1f} %" for n, p in result["memory_growth_percent"].items())
        console.print("memory, end against middle: " + ", ".join(changes), highlight=False)
