"""`make figures`: the README's table of figures, from what the commands measured last (bench/results)."""

import json
import sys
from collections.abc import Callable
from typing import Any

from settings import PROJECT_DIR

RESULTS = PROJECT_DIR / "bench" / "results"
BEGIN, END = "<!-- make figures -->", "<!-- end of figures -->"
HEAD = ["| What | Measured | By |", "| --- | --- | --- |"]
Result = dict[str, Any]


def latency(found: Result) -> str:
    """How long an event takes to be readable."""
    ms = found["from_due_ms"]["visible"]
    return f"p50 {ms['p50']:,.0f} ms, p99 {ms['p99']:,.0f} ms at {found['events_per_second']:.0f} events/s"


def _recounted(found: Result) -> str:
    verified = found["verify"]
    equal, compared = verified["windows_equal"], verified["windows_compared"]
    return (
        f"{verified['sent']:,} messages, {equal:,} of {compared:,} windows equal in five places, "
        f"{verified['different_count']} differences"
    )


def soak(found: Result) -> str:
    """What was left after the kills, and how soon rows came again."""
    recovery = found["recovery_seconds"]
    told = (f"{name} {row['visible']['p50']:.0f}" for name, row in sorted(recovery.items()))
    return f"{_recounted(found)}; first new row after (p50, s): {', '.join(told)}"


def hour(found: Result) -> str:
    """What an hour left, and what grew."""
    grown = found["memory_growth_percent"]
    name = max(grown, key=lambda each: grown[each])
    return f"{_recounted(found)}; most memory in the last half hour: {name} {grown[name]:+.1f} %"


def verify(found: Result) -> str:
    """How long the recount of the soak took."""
    verified = found["verify"]
    windows, seconds = verified["windows_compared"], verified["seconds"]
    return f"{verified['sent']:,} messages and {windows:,} windows in {seconds:.0f} s"


def live_page(found: Result) -> str:
    """How fast the live page's charts answer, and what looking costs the stream."""
    alone, told = found["stream_alone_ms"]["p99"], []
    for one in found["live_store"]:
        who = f"{one['viewers']} each {one['refresh_seconds']} s {one['where']}"
        cost = one["stream_ms"]["p99"] / alone
        told.append(f"{who}: {one['milliseconds']['p95']:.0f} ms, {cost:.2f} times")
    return "; ".join(told)


def opening(found: Result) -> str:
    """How long the pages on Spark take to open, median."""
    medians = {
        name: sorted(one["seconds"])[len(one["seconds"]) // 2]
        for name, one in found["opening"].items()
    }
    return "; ".join(f"{name} {seconds:.1f} s" for name, seconds in medians.items())


def models(found: Result) -> str:
    """Everything built anew, with the tests of the data."""
    step = "models, all rebuilt, and tests"
    by_size = sorted(found.values(), key=lambda one: int(one["rows"]))
    return "; ".join(
        f"{one['rows']:,} rows {one['steps'][step]['seconds']:.0f} s" for one in by_size
    )


def deduplication(found: Result) -> str:
    """A batch of one second, without and with counting each event_id once."""
    forms = {name: one["batch_ms"]["p50"] for name, one in found["forms"].items()}
    rates = dict.fromkeys(name.rsplit(", ", 1)[0] for name in forms)
    return "; ".join(
        f"{rate}: {forms[f'{rate}, repeats counted']} -> "
        f"{forms[f'{rate}, repeats counted once']} ms"
        for rate in rates
    )


ROWS: list[tuple[str, str, str, Callable[[Result], str]]] = [
    ("From due to readable in HBase", "latency", "make latency", latency),
    ("SIGKILL to every service while 500 events/s with faults flow", "soak", "make soak", soak),
    ("The recount of that soak", "soak", "make verify", verify),
    (
        *("An hour at 100 events/s with faults", "soak-hour"),
        *("make soak KILLS=0 MINUTES=63 RATE=100", hour),
    ),
    (
        *(
            "Viewers of Live store: p95 of an answer; the stream's p99 against that without them",
            "dashboards",
        ),
        *("make bench-dashboards", live_page),
    ),
    ("Pages open, while events stream", "dashboards", "make bench-dashboards", opening),
    ("dbt, everything rebuilt and tested", "models", "make bench-models", models),
    (
        *("A batch, repeats counted once (p50)", "deduplication"),
        *("make bench-deduplication", deduplication),
    ),
]


def table() -> str:
    """The table as Markdown."""
    rows = []
    for what, name, command, told in ROWS:
        found = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
        rows.append(f"| {what} | {told(found)} | `{command}` |")
    return "\n".join([*HEAD, *rows])


def put_in(text: str, figures: str) -> str:
    """A document with the table between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{figures}\n{END}{after}"


def main() -> int:
    """0 when written; 2 without a file of results."""
    readme = PROJECT_DIR / "README.md"
    try:
        text = put_in(readme.read_text(encoding="utf-8"), table())
    except FileNotFoundError as error:
        print(
            f"error: {error.filename} is not there: run the command that makes it", file=sys.stderr
        )
        return 2
    readme.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
