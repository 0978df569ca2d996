"""Window by window: does each place say what the recount says? Pure."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from bench.recount.windows import Content, Key, Recounted


@dataclass
class Result:
    """What a comparison found; `different` holds a line for each window and place that disagrees.

    Of the windows that were compared HBase holds `counted` events, the recount `recounted`.
    `left_out` counts the others by reason, `awaited` those that a place need not have yet.
    """

    compared: int = 0
    equal: int = 0
    still_open: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    counted: int = 0
    recounted: int = 0
    different: list[str] = field(default_factory=list)
    different_in: Counter[str] = field(default_factory=Counter)
    windows_in: Counter[str] = field(default_factory=Counter)
    awaited: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def add(self, place: str, line: str) -> None:
        """Note that a place disagrees."""
        self.different_in[place] += 1
        self.different.append(line)


def _events(content: Content | None) -> int:
    return 0 if content is None or isinstance(content, str) else sum(content[:4])


def _line(key: Key, place: str, expected: object, found: object) -> str:
    opened_at, dimension, value = key
    window = f"{opened_at:%Y-%m-%d %H:%M:%S} {dimension} {value!r}"
    return f"{window}: recount {expected}, {place} {found}"


Places = dict[str, dict[Key, Content]]
Difference = tuple[str, str]  # place and line


Awaited = dict[str, set[Key]]  # by place


def _judge_window(
    key: Key, recounted: Recounted, places: Places, awaited: Awaited
) -> list[Difference]:
    return [
        (name, _line(key, name, recounted.numbers, windows.get(key)))
        for name, windows in places.items()
        if windows.get(key) != recounted.numbers and key not in awaited.get(name, ())
    ]


def compare(
    recounted: dict[Key, Recounted],
    places: Places,
    *,
    left_out: dict[Key, str],
    awaited: Awaited,
    open_since: datetime,
) -> Result:
    """Every window that is not `left_out`, and every window that a place has and the recount has not.

    What a place may lack or have older than the recount is `awaited`. Windows that started after
    `open_since` are open.
    """
    result = Result(windows_in=Counter({name: len(found) for name, found in places.items()}))
    for key, found in recounted.items():
        if key in left_out:
            result.left_out[left_out[key]] += 1
        else:
            _add_window(result, key, found, places, awaited)
            result.still_open += key[0] > open_since
    for name, windows in places.items():
        for key in sorted(windows.keys() - recounted.keys()):
            result.add(name, _line(key, name, None, windows[key]))
    return result


def _add_window(
    result: Result, key: Key, found: Recounted, places: Places, awaited: Awaited
) -> None:
    differences = _judge_window(key, found, places, awaited)
    for place, line in differences:
        result.add(place, line)
    result.awaited.update(name for name, keys in awaited.items() if key in keys)
    result.compared += 1
    result.equal += not differences
    result.first = min(result.first or key[0], key[0])
    result.last = max(result.last or key[0], key[0])
    if key[1] == "all":
        result.counted += _events(places["HBase"].get(key))
        result.recounted += _events(found.numbers)
