"""Why an event_id is on the topic again: on purpose, or because a producer sent a request twice. Pure."""

from typing import Any

from bench.recount.lateness import REPEATED
from bench.recount.source import Copy, Position, Topic

INJECTED, SENT_AGAIN, BY_PRODUCER = "injected", "sent_again", "by_the_producer"
CAUSES = {
    INJECTED: "injected as a duplicate",
    SENT_AGAIN: "sent again by a replay (a request of a producer that was killed)",
    BY_PRODUCER: "by a producer without a plan",
}
DUPLICATE = "duplicate"
FIRST = 10


class _Causes:
    """An injected duplicate has a place of its own in the plan; who has it again was sent again."""

    def __init__(self) -> None:
        self._planned: set[tuple[str, str]] = set()

    def of(self, copy: Copy) -> str:
        place = copy[:2]
        if not copy.send_index:
            return BY_PRODUCER
        if copy.fault != DUPLICATE or place in self._planned:
            return SENT_AGAIN
        self._planned.add(place)
        return INJECTED


def by_cause(source: Topic) -> dict[str, dict[str, Any]]:
    """How many repeats have which cause, and the first ten of each in full."""
    causes = _Causes()
    found: dict[str, dict[str, Any]] = {cause: {"count": 0, "first": []} for cause in CAUSES}
    for place, event_id in _repeated(source):
        copy = source.copies.get(place, Copy())
        row = found[causes.of(copy)]
        row["count"] += 1
        if len(row["first"]) < FIRST:
            where = dict(zip(("partition", "offset"), place, strict=True))
            row["first"].append({"event_id": event_id, **where, **copy._asdict()})
    return found


def _repeated(source: Topic) -> list[tuple[Position, str]]:
    rows = source.with_verdict(REPEATED)
    columns = (rows[name].to_pylist() for name in ("partition", "offset", "event_id"))
    return sorted(((number, offset), name) for number, offset, name in zip(*columns, strict=True))


def lines(found: dict[str, dict[str, Any]]) -> list[str]:
    """For a person: each cause that there is, and its first repeats."""
    said = []
    for cause, row in found.items():
        if row["count"]:
            said.append(f"{row['count']} {CAUSES[cause]}")
            said += [
                ", ".join(f"{k} {v}" for k, v in each.items() if v != "") for each in row["first"]
            ]
    return said
