"""`make soak`: stream with faults, kill services at random instants, recount. Needs `make up`; uses this stack."""

import argparse
import json
import logging
import os
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import resources
from bench.recount import topic
from bench.soak import plan, recovery, report, victims
from settings import PROJECT_DIR, Settings, SettingsError, load_settings

MEMORY_EVERY_SECONDS = 10
RECOVERY_LIMIT_SECONDS = 400
FAULTS = (
    *("--late", "1%", "--duplicates", "1%", "--malformed", "0.5%"),
    *("--out-of-order", "2%", "--future", "0.1%"),
)


class Memory(threading.Thread):
    """Resident memory of each service, every ten seconds."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(daemon=True)
        self._settings = settings
        self._ended = threading.Event()
        self.samples: list[dict[str, Any]] = []

    def run(self) -> None:
        """Until `stop()`."""
        started = time.monotonic()
        while not self._ended.wait(MEMORY_EVERY_SECONDS):
            usage = resources.measure(self._settings).memory_bytes
            self.samples.append(
                {
                    "after_seconds": round(time.monotonic() - started),
                    "memory_mb": {name: round(used / 1024**2) for name, used in usage.items()},
                }
            )

    def stop(self) -> None:
        """Wait for the last sample."""
        self._ended.set()
        self.join()


class Soak:
    """One soak of the running stack."""

    def __init__(self, settings: Settings, arguments: argparse.Namespace, console: Console) -> None:
        self._settings = settings
        self._arguments = arguments
        self._console = console
        # Named by its seed and its time, so that "everything at once" can go on with the same replay.
        self.replay_id = f"soak-{arguments.seed}-{int(time.time())}"

    def _stream(self) -> None:
        asked = self._arguments
        source = ("--source", str(asked.source)) if asked.source else ()
        how = ("--rate", str(asked.rate), "--loop", "--seed", str(asked.seed))
        faults = () if asked.no_faults else FAULTS
        name = ("--replay-id", self.replay_id)
        victims.command("services", "stream", "--detach", "--", *source, *how, *faults, *name)

    def run(self) -> dict[str, Any]:
        """Stream, kill, wait, stop, recount."""
        asked, seconds = self._arguments, self._arguments.minutes * 60
        started_at, started = datetime.now(UTC), time.monotonic()
        self._stream()
        if recovery.visible_after(self._settings, started_at, RECOVERY_LIMIT_SECONDS) is None:
            raise victims.SoakError("no window became visible: make logs S=live")
        memory = Memory(self._settings)
        memory.start()
        kills = [
            self._carry_out(kill, started)
            for kill in plan.schedule(asked.kills, seconds, asked.seed, frozenset(asked.without))
        ]
        time.sleep(max(0.0, started + seconds - time.monotonic()))
        memory.stop()
        return self._result(kills, memory.samples, time.monotonic() - started)

    def _carry_out(self, kill: plan.Kill, started: float) -> dict[str, Any]:
        time.sleep(max(0.0, started + kill.after_seconds - time.monotonic()))
        killed_at = datetime.now(UTC)
        killed = victims.kill(self._settings, kill.victim)
        if kill.victim == plan.EVERYTHING:
            victims.command("services", "up")
            self._stream()
        visible = recovery.visible_after(self._settings, killed_at, RECOVERY_LIMIT_SECONDS)
        # One without which rows go on (landing, the Spark Thrift server) has to come back as well.
        back = recovery.seconds_until(
            lambda: victims.is_back(self._settings, kill.victim, killed),
            time.monotonic(),
            RECOVERY_LIMIT_SECONDS,
        )
        if visible is None or back is None:
            raise victims.SoakError(f"{kill.victim} did not come back: make logs S={kill.victim}")
        said = f"{datetime.now(UTC):%H:%M:%S} {kill.victim}: first new row after {visible:.1f} s"
        self._console.print(said, highlight=False)
        return {
            "victim": kill.victim,
            "killed_at": killed_at.isoformat(timespec="milliseconds"),
            "visible_seconds": round(visible, 2),
        }

    def _result(
        self, kills: list[dict[str, Any]], samples: list[dict[str, Any]], seconds: float
    ) -> dict[str, Any]:
        with self._console.status("stopping the stream, recounting"):
            victims.command("services", "stream-stop")
            source = self._arguments.source
            verified = _json_of("bench.verify", "--format", "json")
            truth = _json_of(
                *("ingest", "truth", "--replay-id", self.replay_id),
                *(("--source", str(source)) if source else ()),
            )
        return {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(seconds),
            "rate": self._arguments.rate,
            "seed": self._arguments.seed,
            "kills": kills,
            "recovery_seconds": report.recoveries(kills),
            "verify": verified,
            "truth": "agrees" if truth["agrees"] else "differs",
            "truth_of_replay": truth["replays"][0],
            "memory_growth_percent": report.growth(samples),
            "memory": samples,
            "cores": os.cpu_count(),
            "versions": self._settings.versions.model_dump(),
        }


def _json_of(*arguments: str) -> dict[str, Any]:
    text = victims.command(*arguments, accepted=(0, 1))
    found: dict[str, Any] = json.loads(text)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    add = parser.add_argument
    add("--kills", type=int, default=20)
    add("--minutes", type=float, default=30)
    add("--rate", type=int, default=500, help="events a second (%(default)s)")
    add("--seed", type=int, default=7)
    add("--source", type=Path, help="CSV (INGEST_SOURCE)")
    add("--without", action="append", default=[], choices=sorted(plan.WEIGHTS))
    add("--no-faults", action="store_true", help="only good events")
    add("--out", type=Path, default=PROJECT_DIR / "bench/results/soak.json")
    return parser


def main() -> int:
    """0 when nothing was lost or doubled, 1 when something was, 2 when the soak could not be run."""
    arguments, console = _parser().parse_args(), Console(stderr=True, soft_wrap=True)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        result = Soak(load_settings(), arguments, console).run()
    except (SettingsError, victims.SoakError, topic.TopicError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; the stream goes on: make stream-stop, make verify", file=sys.stderr)
        return 130
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    report.show(result, Console(width=None if sys.stdout.isatty() else 120))
    is_exact = result["verify"]["different_count"] == 0 and result["truth"] == "agrees"
    return 0 if is_exact else 1


if __name__ == "__main__":
    sys.exit(main())
