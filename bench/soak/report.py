"""What a soak showed: recovery by victim, the balance of the recount, memory over time."""

from collections import defaultdict
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.visibility import percentiles


def recoveries(kills: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By victim: p50 and max of the seconds to the first new row, and until it did its own work again."""
    by_victim: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for kill in kills:
        by_victim[kill["victim"]].append(kill)
    return {
        victim: {
            "kills": len(found),
            "visible": _ranks([kill["visible_seconds"] for kill in found]),
            "back": _ranks([kill["back_seconds"] for kill in found]),
        }
        for victim, found in sorted(by_victim.items())
    }


def _ranks(seconds: list[float]) -> dict[str, float]:
    ranks = percentiles(seconds)
    return {"p50": ranks["p50"], "max": ranks["max"]}


def growth(samples: list[dict[str, Any]]) -> dict[str, float]:
    """By "service/program": memory at the end against the middle of the soak, in per cent.

    Each process by itself, because one that leaks beside a big one is lost in their sum; of several
    of a name the one that grew most. Only those that live in both count, so a service that was
    started again meanwhile has no growth. Each is the median of a tenth of the samples: one sample
    decides nothing.
    """
    if len(samples) < 20:
        return {}
    tenth = len(samples) // 10
    middle, end = _medians(samples[len(samples) // 2 :][:tenth]), _medians(samples[-tenth:])
    worst: dict[str, float] = {}
    for name, pid in sorted(middle.keys() & end.keys()):
        before, after = middle[name, pid], end[name, pid]
        if before:
            percent = round(100 * (after / before - 1), 1)
            worst[name] = max(worst.get(name, percent), percent)
    return worst


def _medians(part: list[dict[str, Any]]) -> dict[tuple[str, int], float]:
    found: dict[tuple[str, int], list[int]] = defaultdict(list)
    for sample in part:
        for name, processes in sample["processes"].items():
            for pid, megabytes in processes.items():
                found[name, pid].append(megabytes)
    return {process: float(sorted(used)[len(used) // 2]) for process, used in found.items()}


def show(result: dict[str, Any], console: Console) -> None:
    """Tables for a person."""
    heads = ("first new row after, s: p50", "max", "works again after, s: p50", "max")
    table = Table("killed", "times", *heads, box=None)
    for victim, row in result["recovery_seconds"].items():
        seconds = [row[what][rank] for what in ("visible", "back") for rank in ("p50", "max")]
        table.add_row(victim, str(row["kills"]), *(f"{each:.1f}" for each in seconds))
    console.print(table)
    verified = result["verify"]
    names = ("sent", "counted", "rejected", "late", "repeated")
    console.print(", ".join(f"{verified[name]:,} {name}" for name in names), highlight=False)
    console.print(
        f"{verified['windows_equal']:,} of {verified['windows_compared']:,} windows equal; "
        f"{verified['different_count']} differences; truth: {result['truth']}",
        highlight=False,
    )
    for problem in verified["problems"]:
        console.print(f"problem: {problem}", highlight=False, markup=False)
    if result["memory_growth_percent"]:
        changes = (f"{n} {p:+.1f} %" for n, p in result["memory_growth_percent"].items())
        console.print("memory, end against middle: " + ", ".join(changes), highlight=False)
