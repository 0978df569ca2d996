"""Window by window: does each place say what the recount says? Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from bench.recount.windows import Key, Numbers, Recounted

LIVE_PLACES = ("HBase", "ecommerce-analytics", "raw.window_metrics")


@dataclass
class Result:
    """What a comparison found; `different` holds a line for each window and place that disagrees."""

    compared: int = 0
    equal: int = 0
    still_open: int = 0
    undecided: list[Key] = field(default_factory=list)
    left_out: int = 0
    counted: int = 0
    late: int = 0
    different: list[str] = field(default_factory=list)


def _events(numbers: Numbers | None) -> int:
    return sum(numbers[:4]) if numbers else 0


def _line(key: Key, place: str, expected: object, found: object) -> str:
    opened_at, dimension, value = key
    window = f"{opened_at:%Y-%m-%d %H:%M:%S} {dimension} {value!r}"
    return f"{window}: recount {expected}, {place} {found}"


def _judge_window(
    key: Key, recounted: Recounted, places: dict[str, dict[Key, Numbers]]
) -> list[str]:
    if recounted.late_candidates == 0:
        return [
            _line(key, name, recounted.numbers, windows.get(key))
            for name, windows in places.items()
            if windows.get(key) != recounted.numbers
        ]
    most = _events(recounted.numbers)
    least = most - recounted.late_candidates
    answers = {name: places[name].get(key) for name in LIVE_PLACES}
    found = [
        _line(key, name, f"{least} to {most} events", numbers)
        for name, numbers in answers.items()
        if not least <= _events(numbers) <= most
    ]
    if len(set(answers.values())) > 1:
        found.append(_line(key, "places differ:", recounted.numbers, answers))
    kept = places["raw.event_stream"].get(key)
    if kept != recounted.numbers:
        found.append(_line(key, "raw.event_stream", recounted.numbers, kept))
    return found


def compare(
    recounted: dict[Key, Recounted],
    places: dict[str, dict[Key, Numbers]],
    *,
    is_compared: dict[Key, bool],
    open_since: datetime,
) -> Result:
    """Every window that `is_compared`, and every window that a place has and the recount has not.

    Windows with late candidates are undecided: the live places must agree with each other and lie
    between the counts without and with them. Windows that started after `open_since` are open.
    """
    result = Result()
    for key, found in recounted.items():
        if not is_compared[key]:
            result.left_out += 1
            continue
        lines = _judge_window(key, found, places)
        result.compared += 1
        result.equal += not lines
        result.still_open += key[0] > open_since
        result.different += lines
        if found.late_candidates:
            result.undecided.append(key)
        if key[1] == "all":
            counted = _events(places["HBase"].get(key))
            result.counted += counted
            # Only a candidate may be late: what else is missing is lost, and must not balance.
            missing = _events(found.numbers) - counted
            result.late += min(found.late_candidates, max(0, missing))
    for name, windows in places.items():
        extra = windows.keys() - recounted.keys()
        result.different += [_line(key, name, None, windows[key]) for key in sorted(extra)]
    return result
