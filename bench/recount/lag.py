"""How far the live query and landing have come while messages arrive, and who is too far behind. Pure."""

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from bench.recount.lateness import PENDING
from bench.recount.source import Offsets, Topic, beyond, next_offsets
from bench.recount.windows import Update

LIMIT_SECONDS = 120
LANDING_TRIGGERS = 4
PLACE = ["partition", "offset"]


def reached(kept: pa.Table, refused: pa.Table) -> Offsets:
    """Behind which offset landing has not written anything, by partition."""
    return next_offsets(pa.concat_tables([kept.select(PLACE), refused.select(PLACE)]))


def landed(kept: pa.Table, refused: pa.Table) -> Offsets:
    """Up to which offset landing has surely written both tables, by partition.

    Landing writes a batch to raw.event_stream (`kept`, read first), then to raw.rejected_event
    (`refused`), then begins the next one: of the newest batch in the first table the second may miss
    its part, of all before it nothing may miss.
    """
    newest = pc.max(kept["ingested_at"])
    names = [*PLACE, "ingested_at"]
    older = [rows.filter(pc.less(rows["ingested_at"], newest)) for rows in (kept, refused)]
    return next_offsets(pa.concat_tables([rows.select(names) for rows in older]))


def _line(
    who: str, what: str, oldest: datetime, now: datetime, limit: float, job: str
) -> list[str]:
    seconds = (now - oldest).total_seconds()
    if seconds <= limit:
        return []
    told = f"{who} lags behind: {what}, the oldest for {seconds:.0f} s"
    return [f"{told}: make status, make logs S={job}"]


def of_live(source: Topic, now: datetime) -> list[str]:
    """A line when a message waits for a batch of the live query for longer than LIMIT_SECONDS."""
    waiting = source.with_verdict(PENDING)
    if not waiting.num_rows:
        return []
    what = f"{waiting.num_rows} messages are in no batch of it"
    oldest = pc.min(waiting["appended_at"]).as_py()
    return _line("the live query", what, oldest, now, LIMIT_SECONDS, "live")


def of_landing(source: Topic, until: Offsets, now: datetime, trigger_seconds: int) -> list[str]:
    """A line when an event behind `until` waits for raw.event_stream for longer than four triggers."""
    waiting = beyond(source.events, until)
    if not waiting.num_rows:
        return []
    limit = max(LIMIT_SECONDS, LANDING_TRIGGERS * trigger_seconds)
    what = f"{waiting.num_rows} events are not in raw.event_stream"
    return _line("landing", what, pc.min(waiting["appended_at"]).as_py(), now, limit, "landing")


def of_windows(waiting: list[Update], now: datetime, trigger_seconds: int) -> list[str]:
    """A line when the last update of a window waits for raw.window_metrics for that long."""
    if not waiting:
        return []
    limit = max(LIMIT_SECONDS, LANDING_TRIGGERS * trigger_seconds)
    what = f"{len(waiting)} windows are not in raw.window_metrics as they were last written"
    oldest = min(update.appended_at for update in waiting)
    return _line("landing", what, oldest, now, limit, "landing")
