"""Whether a replay is new, goes on, or must not be: decided from what is on the topic (pure)."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

from ingest.arguments import Arguments
from ingest.contract import seconds_of
from ingest.recipe import Recipe
from ingest.schedule import ReplayError, utc
from ingest.sends import Send, partition_of

LOOK_AHEAD = 1000
Shown = Callable[[Recipe], Any]
# option -> what the recorded replay has for it
RECORDED: dict[str, Shown] = {
    "mode": lambda recipe: recipe.mode,
    "rate": lambda recipe: recipe.rate,
    "speedup": lambda recipe: recipe.speedup,
    "start_at": lambda recipe: recipe.start_at_ms,
    "skip": lambda recipe: recipe.skip,
    "loop": lambda recipe: recipe.loop,
    "seed": lambda recipe: recipe.seed,
}
FAULTS = (
    "faults",
    "late",
    "late_by",
    "duplicates",
    "malformed",
    "out_of_order",
    "future",
    "bursts",
)


def new_recipe(
    asked: Arguments, source_sha256: str, now: float, partition_by: str, partition_count: int
) -> Recipe:
    """The recipe of a replay that starts now."""
    return Recipe(
        replay_id=asked.replay_id,
        mode=asked.mode,
        # the one that does not fit the mode is not recorded
        rate=1.0 if asked.mode == "speedup" else asked.rate,
        speedup=asked.speedup if asked.mode == "speedup" else 1.0,
        # whole milliseconds, as the headers have it: a resumed replay must find the same times
        started_at_ms=round(now * 1000),
        start_at_ms=asked.start_at_ms,
        skip=asked.skip,
        loop=asked.loop,
        partition_by=partition_by,
        partition_count=partition_count,
        seed=asked.seed,
        faults=asked.faults,
        source_name=asked.source.name,
        source_sha256=source_sha256,
    )


def check_same(recorded: Recipe, new: Recipe, asked: Arguments) -> None:
    """Raise ReplayError if the replay that is on the topic was asked for in another way.

    Options that were left out are those of the recorded replay.
    """
    name = recorded.replay_id
    if recorded.source_sha256 != new.source_sha256:
        raise ReplayError(
            f"replay {name} sends another file ({recorded.source_name}, sha256 "
            f"{recorded.source_sha256}...), not {asked.source}: name that one with --source, "
            "or use another --replay-id"
        )
    given = [option for option in RECORDED if option in asked.given]
    different = [option for option in given if RECORDED[option](recorded) != RECORDED[option](new)]
    if any(option in asked.given for option in FAULTS) and recorded.faults != new.faults:
        different.append("faults")
    if different:
        options = ", ".join(f"--{option.replace('_', '-')}" for option in different)
        raise ReplayError(
            f"replay {name} was started with other values of {options}: leave them out "
            "to go on with it, or use another --replay-id"
        )


def is_on_topic(recipe: Recipe, highest: dict[int, int]) -> Callable[[Send], bool]:
    """Whether a send arrived before: all of a partition up to its highest send_index did."""

    def was_sent(send: Send) -> bool:
        number = partition_of(send.key(recipe.partition_by), recipe.partition_count)
        return send.send_index <= highest.get(number, -1)

    return was_sent


def cut(
    sends: Iterator[Send], started_at: float, limit: int | None, duration: float | None
) -> Iterator[Send]:
    """The part of the plan that was asked for; both count from the start of the replay."""
    until = float("inf") if duration is None else started_at + duration
    for send in sends:
        if send.send_index == limit or send.due_at >= until:
            return
        yield send


def planned_at(sends: Iterator[Send]) -> tuple[float | None, Iterator[Send]]:
    """The time of the first send but for its fault, and all the sends again.

    One that is put into the future on purpose says nothing of the others: the next one does. None
    when there is nothing to send, or nothing but such faults.
    """
    seen: list[Send] = []
    for send in islice(sends, LOOK_AHEAD):
        seen.append(send)
        if send.fault != "future":
            at = seconds_of(send.event["event_time"])
            return at + (send.amount if send.fault == "late" else 0.0), chain(seen, sends)
    return None, chain(seen, sends)


def check_time(at: float, newest_event_at: float | None, watermark: float, latest: float) -> None:
    """Raise ReplayError if all events would be late, or all of them in the future."""
    if newest_event_at is not None and at < newest_event_at - watermark:
        raise ReplayError(
            f"the events would go on at {utc(at)}, but the topic is at {utc(newest_event_at)} "
            f"already and waits {watermark:g} s: all would be late; give them newer times "
            "(MODE=rate, --start-at), take the file as history (make load), or delete what is "
            "streamed: make reset-stream"
        )
    if at > latest:
        raise ReplayError(
            f"the events would start at {utc(at)}, ahead of the clock: all would be refused as "
            "future_event_time; choose an earlier --start-at"
        )
