"""`make soak`: stream with faults, kill services at random instants, recount. Needs `make up`; uses this stack."""

import argparse
import json
import logging
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.recount import topic
from bench.recount.answer import is_proof
from bench.soak import plan, recovery, report, victims
from bench.soak.memory import Memory
from ingest.arguments import new_replay_id
from settings import PROJECT_DIR, Settings, SettingsError, load_settings

RECOVERY_LIMIT_SECONDS = 400
FAULTS = (
    *("--late", "1%", "--duplicates", "1%", "--malformed", "0.5%"),
    *("--out-of-order", "2%", "--future", "0.1%"),
)


class Soak:
    """One soak of the running stack."""

    def __init__(self, settings: Settings, arguments: argparse.Namespace, console: Console) -> None:
        self._settings = settings
        self._arguments = arguments
        self._console = console
        # With a name, "everything at once" can go on with the same replay; the time in it tells the
        # search for it how far back on the topic it can be.
        self.replay_id = new_replay_id("soak", datetime.now(UTC))
        self._kills: list[dict[str, Any]] = []
        self._memory = Memory(settings)
        self._started = time.monotonic()
        self._is_streaming = False

    def _stream(self) -> None:
        asked = self._arguments
        source = ("--source", str(asked.source)) if asked.source else ()
        how = ("--rate", str(asked.rate), "--loop", "--seed", str(asked.seed))
        faults = () if asked.no_faults else FAULTS
        name = ("--replay-id", self.replay_id)
        victims.command("services", "stream", "--detach", "--", *source, *how, *faults, *name)
        self._is_streaming = True

    def run(self) -> dict[str, Any]:
        """Stream, kill, wait, stop, recount."""
        asked, seconds = self._arguments, self._arguments.minutes * 60
        self._begin()
        for kill in plan.schedule(asked.kills, seconds, asked.seed, frozenset(asked.without)):
            self._carry_out(kill)
        time.sleep(max(0.0, self._started + seconds - time.monotonic()))
        return self._result()

    def _begin(self) -> None:
        started_at, self._started = datetime.now(UTC), time.monotonic()
        self._stream()
        checks = {"visible": recovery.has_new_row(self._settings, started_at)}
        if not recovery.seconds_until_each(checks, self._started, RECOVERY_LIMIT_SECONDS):
            raise victims.SoakError("no window became visible: make logs S=live")
        self._memory.start()

    def _carry_out(self, kill: plan.Kill) -> None:
        time.sleep(max(0.0, self._started + kill.after_seconds - time.monotonic()))
        pids = victims.await_pids(self._settings, kill.victim)
        killed_at, since = datetime.now(UTC), time.monotonic()
        victims.kill(kill.victim, pids)
        checks = {
            "visible": recovery.has_new_row(self._settings, killed_at),
            "back": recovery.works_again(self._settings, kill.victim, set(pids)),
        }
        if kill.victim == plan.EVERYTHING:
            victims.command("services", "up")
            self._stream()
        found = recovery.seconds_until_each(checks, since, RECOVERY_LIMIT_SECONDS)
        if found.keys() != checks.keys():
            raise victims.SoakError(f"{kill.victim} did not come back: make logs S={kill.victim}")
        told = f"first new row after {found['visible']:.1f} s, works after {found['back']:.1f} s"
        self._console.print(f"{datetime.now(UTC):%H:%M:%S} {kill.victim}: {told}", highlight=False)
        self._kills.append(
            {"victim": kill.victim, "killed_at": killed_at.isoformat(timespec="milliseconds")}
            | {f"{name}_seconds": round(seconds, 2) for name, seconds in found.items()}
        )

    def stop_stream(self) -> None:
        """End what the soak began, so that nothing streams on behind a soak that failed.

        A stream that was there before is somebody else's: the soak is refused beside it.
        """
        if not self._is_streaming:
            return
        with self._console.status("stopping the stream"):
            victims.command("services", "stream-stop")

    def so_far(self) -> dict[str, Any]:
        """What is known at any moment: kills, recoveries, memory."""
        self._memory.stop()
        samples = self._memory.samples
        return {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - self._started),
            "rate": self._arguments.rate,
            "seed": self._arguments.seed,
            "kills": self._kills,
            "recovery_seconds": report.recoveries(self._kills),
            "memory_growth_percent": report.growth(samples),
            "memory": samples,
            "cores": os.cpu_count(),
            "versions": self._settings.versions.model_dump(),
        }

    def _result(self) -> dict[str, Any]:
        known = self.so_far()
        self.stop_stream()
        source = self._arguments.source
        with self._console.status("recounting"):
            verified = _json_of("bench.verify", "--format", "json")
            truth = _json_of(
                *("ingest", "truth", "--replay-id", self.replay_id),
                *(("--source", str(source)) if source else ()),
            )
        return known | {
            "verify": verified,
            "truth": "agrees" if truth["agrees"] else "differs",
            "truth_of_replay": truth["replays"][0],
        }


def _json_of(*arguments: str) -> dict[str, Any]:
    text = victims.command(*arguments, accepted=(0, 1))
    found: dict[str, Any] = json.loads(text)
    return found


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    add = parser.add_argument
    add("--kills", type=int, default=20)
    add("--minutes", type=float, default=30)
    add("--rate", type=int, default=500, help="events a second (%(default)s)")
    add("--seed", type=int, default=7)
    add("--source", type=Path, help="CSV (INGEST_SOURCE)")
    add("--without", action="append", default=[], choices=sorted(plan.ROUND))
    add("--no-faults", action="store_true", help="only good events")
    add("--out", type=Path, default=PROJECT_DIR / "bench/results/soak.json")
    return parser


def _write(result: dict[str, Any], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _give_up(soak: Soak, error: Exception, out: Path) -> None:
    """Stop the stream and keep what was measured so far, beside the last whole result and not in its place."""
    out = out.with_name(f"{out.stem}-unfinished.json")
    print(f"error: {error}", file=sys.stderr)
    try:
        soak.stop_stream()
    except victims.SoakError as unstoppable:
        print(f"the stream goes on ({unstoppable}): make stream-stop", file=sys.stderr)
    _write(soak.so_far() | {"error": str(error)}, out)
    print(f"so far: {out}", file=sys.stderr)


def main(words: list[str] | None = None) -> int:
    """0 when nothing was lost or doubled, 1 when something was, 2 when the soak could not be run."""
    arguments, console = parser().parse_args(words), Console(stderr=True, soft_wrap=True)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        soak = Soak(load_settings(), arguments, console)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    try:
        result = soak.run()
    except (victims.SoakError, topic.TopicError) as error:
        _give_up(soak, error, arguments.out)
        return 2
    except KeyboardInterrupt:
        print("stopped; the stream goes on: make stream-stop, make verify", file=sys.stderr)
        return 130
    _write(result, arguments.out)
    report.show(result, Console(width=None if sys.stdout.isatty() else 120))
    is_exact = is_proof(result["verify"]) and result["truth"] == "agrees"
    return 0 if is_exact else 1


if __name__ == "__main__":
    sys.exit(main())
