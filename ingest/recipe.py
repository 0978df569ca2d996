"""What the send plan of a replay is made of: recorded with every message, read again to resume and to check (pure)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self, cast

from ingest.contract import Limits, seconds_of
from ingest.events import ms_text
from ingest.faults import spec
from ingest.replay import ReadRows, Reject, plan
from ingest.schedule import Mode, ReplayError, Schedule
from ingest.sends import Send, in_send_order

NAME_CHARACTERS = 40
Headers = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Recipe:
    """Everything that the send plan is a function of, besides the rows themselves.

    `source_sha256` begins the digest of the file; limit and duration are not part of it, because
    they only cut the plan off.
    """

    replay_id: str
    mode: Mode
    rate: float
    speedup: float
    started_at_ms: int
    start_at_ms: int | None
    skip: int
    loop: bool
    partition_by: str
    partition_count: int
    seed: int
    faults: spec.Faults
    source_name: str
    source_sha256: str

    def schedule(self) -> Schedule:
        """When each event is due; raises ReplayError for what cannot be replayed."""
        start_at = None if self.start_at_ms is None else self.start_at_ms / 1000
        return Schedule(
            replay_id=self.replay_id,
            mode=self.mode,
            rate=self.rate,
            started_at=self.started_at_ms / 1000,
            loop=self.loop,
            speedup=self.speedup,
            start_at=start_at,
            bursts=self.faults.bursts,
        )

    def sends(self, read_rows: ReadRows, reject: Reject, limits: Limits) -> Iterator[Send]:
        """The send plan."""
        planned = plan(read_rows, self.schedule(), reject)
        return in_send_order(planned, self.faults, self.seed, limits)

    def plan_json(self) -> bytes:
        """The header `plan`: what is not said by another header and is not the default."""
        fields = {
            "file": self.source_sha256,
            "name": self.source_name[-NAME_CHARACTERS:],
            "by": self.partition_by,
            "rate": None if self.mode == "speedup" else self.rate,
            "speedup": self.speedup if self.mode == "speedup" else None,
            "start_at": self.start_at_ms,
            "skip": self.skip or None,
            "loop": 1 if self.loop else None,
            "faults": self.faults.text() or None,
            "seed": self.seed,
        }
        said = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()

    def headers(self) -> Headers:
        """The headers that all messages of the replay share."""
        started_at, count = ms_text(self.started_at_ms), str(self.partition_count)
        said = [self.replay_id, self.mode, started_at, count]
        plan_json = self.plan_json()
        return [
            ("replay_id", said[0].encode()),
            ("replay_mode", said[1].encode()),
            ("replay_started_at", said[2].encode()),
            ("partition_count", said[3].encode()),
            ("plan", plan_json),
            ("plan_digest", _digest("|".join(said).encode() + plan_json).encode()),
        ]

    @classmethod
    def of_headers(cls, headers: Mapping[str, bytes]) -> Self:
        """The recipe of a message; raises ReplayError if it was not written by this program."""
        try:
            found: dict[str, Any] = json.loads(headers["plan"])
            recipe = cls(
                replay_id=headers["replay_id"].decode(),
                mode=cast(Mode, headers["replay_mode"].decode()),
                rate=found.get("rate", 1.0),
                speedup=found.get("speedup", 1.0),
                started_at_ms=round(seconds_of(headers["replay_started_at"].decode()) * 1000),
                start_at_ms=found.get("start_at"),
                skip=found.get("skip", 0),
                loop="loop" in found,
                partition_by=found["by"],
                partition_count=int(headers["partition_count"]),
                seed=found["seed"],
                faults=spec.of_text(found.get("faults", "")),
                source_name=found["name"],
                source_sha256=found["file"],
            )
        except (KeyError, ValueError, spec.FaultsError) as error:
            raise ReplayError(f"a message has no readable plan in its headers: {error}") from None
        if dict(recipe.headers())["plan_digest"] != headers.get("plan_digest"):
            raise ReplayError(f"replay {recipe.replay_id}: the plan in the headers is not whole")
        return recipe


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
