"""What is decided already is compared: windows in every place, messages in raw.*. Pure."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa

from bench.recount import balance, lag, lateness
from bench.recount.compare import Awaited, Places, Result, compare
from bench.recount.places import Found
from bench.recount.source import Offsets, Topic, beyond, in_topic, outlived, same_messages
from bench.recount.windows import Content, Key, Recounted, recount

OLD = "changed before what every place still keeps"
FORGOTTEN = "with messages that the topic or the ledger has forgotten"
WAITING = "with messages that are in no batch yet"
MOVING = "may still change"
STREAM, METRICS = "raw.event_stream", "raw.window_metrics"


@dataclass(frozen=True)
class Rules:
    """Seconds of a window, of the watermark and between two landings; how old is too old to compare."""

    window_seconds: int
    watermark_seconds: int
    landing_seconds: int
    kept_since: datetime


@dataclass(frozen=True)
class Checked:
    """The comparison of the windows; what is wrong beside it, what proves too little, what waits.

    `faults` are differences of messages, `problems` forbid to call it a proof, `unchecked` are the
    checks that were not made, and why.
    """

    result: Result
    faults: list[str]
    problems: list[str]
    unchecked: list[str]


def check(source: Topic, found: Found, rules: Rules, now: datetime) -> Checked:
    """Hold every place against the recount; on a topic that moves, as far as it is decided."""
    until = _landed(source, found)
    result = _windows(source, found, rules, until)
    raw = balance.raw_faults(source, found.event_stream, found.rejected, until)
    faults = [*balance.sum_faults(source, result), *raw]
    problems = [] if source.is_quiet else _lags(source, found, rules, now)
    return Checked(result, faults, problems, _unchecked(source, result, until))


def _landed(source: Topic, found: Found) -> Offsets:
    if source.is_quiet:
        return source.ends
    return lag.landed(found.event_stream, found.rejected)


def _windows(source: Topic, found: Found, rules: Rules, until: Offsets) -> Result:
    window = rules.window_seconds
    counted = source.with_verdict(lateness.COUNTED)
    # Windows that also hold events which the topic has forgotten cannot be recounted from it, nor
    # those whose query or batches the ledger has forgotten.
    forgotten = {
        *recount(outlived(source, found.event_stream), window=window),
        *recount(source.with_verdict(lateness.UNKNOWN), window=window),
    }
    recounted = {k: w for k, w in recount(counted, window=window).items() if k not in forgotten}
    result = compare(
        recounted,
        _judged(source, _places(source, found, counted, window), recounted, forgotten, window),
        left_out=_left_out(source, recounted, rules),
        awaited=_awaited(source, found, recount(beyond(counted, until), window=window)),
        open_since=source.newest_event_time - timedelta(seconds=rules.watermark_seconds),
    )
    result.left_out += Counter({FORGOTTEN: len(forgotten)})
    return result


def _places(source: Topic, found: Found, counted: pa.Table, window: int) -> Places:
    landed = recount(same_messages(in_topic(source, found.event_stream), counted), window=window)
    return {
        "HBase": found.hbase,
        "ecommerce-analytics": found.analytics,
        METRICS: found.window_metrics,
        STREAM: {key: window.numbers for key, window in landed.items()},
    }


def _is_final(source: Topic, key: Key, window: int) -> bool:
    return key[0] + timedelta(seconds=window) <= source.final_before


def _judged(
    source: Topic,
    places: Places,
    recounted: dict[Key, Recounted],
    forgotten: set[Key],
    window: int,
) -> Places:
    """Without windows that nobody can judge; of one that the recount has not, only final ones."""

    def is_judged(key: Key) -> bool:
        is_known = key in recounted or source.is_quiet or _is_final(source, key, window)
        return is_known and key not in forgotten

    def of(windows: dict[Key, Content]) -> dict[Key, Content]:
        return {key: content for key, content in windows.items() if is_judged(key)}

    return {name: of(windows) for name, windows in places.items()}


def _left_out(source: Topic, windows: dict[Key, Recounted], rules: Rules) -> dict[Key, str]:
    pending = source.with_verdict(lateness.PENDING)
    waiting = recount(pending, window=rules.window_seconds).keys()

    def reason(key: Key, found: Recounted) -> str:
        if found.changed_at <= rules.kept_since:
            return OLD
        if _is_final(source, key, rules.window_seconds):
            return ""
        return WAITING if key in waiting else "" if source.is_quiet else MOVING

    reasons = {key: reason(key, found) for key, found in windows.items()}
    return {key: why for key, why in reasons.items() if why}


def _awaited(source: Topic, found: Found, not_landed: dict[Key, Recounted]) -> Awaited:
    if source.is_quiet:
        return {}
    return {METRICS: _not_landed_updates(found), STREAM: set(not_landed)}


def _not_landed_updates(found: Found) -> set[Key]:
    landed = found.landed_updates
    return {key for key, at in found.updates.items() if at.offset >= landed.get(at.partition, 0)}


def _lags(source: Topic, found: Found, rules: Rules, now: datetime) -> list[str]:
    reached = lag.reached(found.event_stream, found.rejected)
    waiting = [found.updates[key] for key in _not_landed_updates(found)]
    return [
        *lag.of_live(source, now),
        *lag.of_landing(source, reached, now, rules.landing_seconds),
        *lag.of_windows(waiting, now, rules.landing_seconds),
    ]


def _unchecked(source: Topic, result: Result, until: Offsets) -> list[str]:
    lines = [f"{count} windows {why}" for why, count in sorted(result.left_out.items()) if count]
    if source.is_quiet:
        return lines
    pending = source.fates[lateness.PENDING]
    waiting = beyond(source.events, until).num_rows
    asked = {
        f"{pending} messages have no verdict: in no batch of the live query yet": pending,
        f"{waiting} events were not looked for in {STREAM}: not landed yet": waiting,
    }
    for place, count in result.awaited.items():
        asked[f"{count} windows compared were not looked for in {place}: not landed yet"] = count
    return [*lines, *(line for line, count in asked.items() if count)]
