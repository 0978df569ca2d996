"""What a run of dbt took, where its time went, and which limits it missed; pure."""

from collections import Counter
from typing import Any

SLOWEST = 10
LAYERS = {
    **{"stg": "staging", "int": "intermediate", "dim": "marts", "fct": "marts"},
    **{"profile": "profiling", "rpt": "reports"},
}
REBUILT, NEW_EVENTS = "models, all rebuilt", "models, 10,000 new events"
TESTED = "models, all rebuilt, and tests"
# rows at most: seconds for each step, two cores
LIMITS: dict[int, dict[str, float]] = {
    20_000: {REBUILT: 120, TESTED: 300},
    130_000: {TESTED: 420},
    885_129: {TESTED: 720},
}
LARGE_ROWS = 885_129
NEW_EVENTS_SHARE = 1 / 3


def _kind(unique_id: str) -> str:
    kind, _, name = unique_id.split(".", 2)
    return LAYERS.get(name.split("_")[0], "models") if kind == "model" else f"{kind}s"


def figures(results: dict[str, Any]) -> dict[str, Any]:
    """Seconds of an invocation without dbt's own start, and of its nodes (two at a time), from run_results.json."""
    nodes = {r["unique_id"]: r["execution_time"] for r in results["results"]}
    slowest = sorted(nodes.items(), key=lambda node: -node[1])[:SLOWEST]
    kinds: Counter[str] = Counter()
    for name, seconds in nodes.items():
        kinds[_kind(name)] += seconds
    return {
        "seconds": round(results["elapsed_time"], 1),
        "nodes": len(nodes),
        "node_seconds": {kind: round(seconds, 1) for kind, seconds in kinds.most_common()},
        "slowest": {name.split(".", 2)[2]: round(seconds, 1) for name, seconds in slowest},
    }


def limits(rows: int, rebuilt_seconds: float) -> dict[str, float]:
    """Seconds that each step may take at this number of rows; those that have no limit are left out."""
    fitting = [most for most in LIMITS if rows <= most]
    found = dict(LIMITS[min(fitting)]) if fitting else {}
    if rows >= LARGE_ROWS:
        found[NEW_EVENTS] = round(rebuilt_seconds * NEW_EVENTS_SHARE, 1)
    return found


def missed(steps: dict[str, dict[str, Any]], allowed: dict[str, float]) -> dict[str, str]:
    """Step to "seconds of those allowed", for those over their limit."""
    return {
        name: f"{steps[name]['seconds']} of {seconds} s"
        for name, seconds in allowed.items()
        if steps[name]["seconds"] > seconds
    }
