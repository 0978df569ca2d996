"""What `make verify` answers, for scripts and for a person."""

from datetime import datetime

from rich.console import Console
from rich.table import Table

from bench.recount import lateness, repeats
from bench.recount.checks import Checked
from bench.recount.compare import Result
from bench.recount.source import Topic

SHOWN = 10
LISTS = {"not_checked": "not checked", "different": "different", "problems": "problem"}


def nothing_compared(source: Topic, result: Result) -> list[str]:
    """A line when there are events, but no window that could have shown a difference."""
    if result.compared or not source.events.num_rows:
        return []
    return [
        f"nothing was compared: none of the {result.left_out.total()} windows is decided and inside all "
        "retentions (HBASE_TTL_SECONDS, KAFKA_ANALYTICS_RETENTION_HOURS, KAFKA_EVENTS_RETENTION_HOURS)"
    ]


def _instant(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def summary(source: Topic, checked: Checked) -> dict[str, object]:
    """The whole answer; the balance is over all that the topic holds, the windows have their range."""
    result = checked.result
    return {
        "sent": source.messages,
        "counted": source.fates[lateness.COUNTED],
        "rejected": sum(source.rejected.values()),
        "late": source.fates[lateness.LATE],
        "repeated": source.fates[lateness.REPEATED],
        "pending": source.fates[lateness.PENDING],
        "unknown": source.fates[lateness.UNKNOWN],
        "rejected_by_reason": dict(source.rejected),
        "repeats": repeats.by_cause(source),
        "topic_is_quiet": source.is_quiet,
        "compared_from": _instant(result.first),
        "compared_to": _instant(result.last),
        "windows_compared": result.compared,
        "windows_equal": result.equal,
        "windows_open": result.still_open,
        "windows_left_out": result.left_out.total(),
        "windows_left_out_by_reason": {why: n for why, n in result.left_out.items() if n},
        "counted_in_windows_compared": result.recounted,
        "places": {
            name: {"windows": count, "different": result.different_in[name]}
            for name, count in result.windows_in.items()
        },
        "different": [*checked.faults, *result.different[:SHOWN]],
        "different_count": len(checked.faults) + len(result.different),
        "problems": [*checked.problems, *nothing_compared(source, result)],
        "not_checked": checked.unchecked,
    }


def pace(messages: int, seconds: float) -> dict[str, object]:
    """How long it took to read the topic, to count it and to compare once."""
    return {"seconds": round(seconds, 1), "events_per_second": round(messages / max(seconds, 0.1))}


def is_proof(answer: dict[str, object]) -> bool:
    """Whether something was compared and all of it is equal."""
    return not (answer["different_count"] or answer["problems"])


def _places_table(answer: dict[str, object]) -> Table:
    table = Table(box=None)
    table.add_column("place")
    for column in ("windows", "different"):
        table.add_column(column, justify="right")
    table.add_row("recount of the topic", str(answer["windows_compared"]), "")
    for name, row in answer["places"].items():  # type: ignore[attr-defined]
        table.add_row(name, str(row["windows"]), str(row["different"]))
    return table


def _balance(answer: dict[str, object]) -> str:
    names = ["counted", "rejected", "late", "repeated"]
    names += [name for name in ("pending", "unknown") if answer[name]]
    return f"{answer['sent']} sent = " + " + ".join(f"{answer[name]} {name}" for name in names)


def _range(answer: dict[str, object]) -> str:
    names = ("compared", "equal", "open", "left_out")
    windows = ", ".join(f"{answer[f'windows_{name}']} {name.replace('_', ' ')}" for name in names)
    events = (
        f"{answer['counted_in_windows_compared']} of {answer['counted']} counted events in them"
    )
    if not answer["windows_compared"]:
        return f"windows: {windows}"
    span = f"windows from {answer['compared_from']} to {answer['compared_to']} UTC"
    return f"{span}: {windows}; {events}"


def show(answer: dict[str, object], console: Console) -> None:
    """The balance, the comparison, the first differences and the verdict."""
    console.print(_balance(answer), highlight=False)
    if answer["rejected_by_reason"]:
        console.print(f"rejected by reason: {answer['rejected_by_reason']}", highlight=False)
    for line in repeats.lines(answer["repeats"]):  # type: ignore[arg-type]
        console.print(f"repeated: {line}", highlight=False, markup=False)
    console.print(_places_table(answer))
    console.print(_range(answer), highlight=False)
    took = f"took {answer['seconds']} s: {answer['events_per_second']:,} events a second"
    console.print(took, highlight=False)
    if not answer["topic_is_quiet"]:
        console.print(
            "events still arrive: only what is decided already was compared; for all of it, "
            "make stream-stop first"
        )
    for name, word in LISTS.items():
        for line in answer[name]:  # type: ignore[attr-defined]
            console.print(f"{word}: {line}", highlight=False, markup=False)
    console.print(_verdict(answer), highlight=False)


def _verdict(answer: dict[str, object]) -> str:
    if answer["different_count"]:
        return f"{answer['different_count']} differences"
    if answer["problems"]:
        return "no difference found, but see the problem: this is no proof"
    return "every window compared is equal in all five places"
