"""`python -m ingest --source simulate`: an endless shop in real time takes the place of a file.

The times of its events are the instants at which they are due, so its sessions are real sessions.
"""

import argparse
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import NoReturn

from data.generator.incidents import IncidentError, parse_incident
from data.generator.live import Due, LiveShop
from data.generator.presets import PresetError, names, preset
from ingest.arguments import UsageError
from ingest.events import Event, Stamp, event_of, ms_text
from ingest.events import parse as parse_row
from ingest.pacing import CatchUp, pause_seconds
from ingest.producer import DeliveryError, EventProducer, Message
from ingest.run import steady_clock
from ingest.sends import Send, partition_of
from ingest.stop import Stop
from ingest.topic import TopicReader
from settings import Settings

SOURCE, MODE = "simulate", "simulate"
FLUSH_SECONDS = 30
OPENING_SECONDS = 5
LOG_SECONDS = 5.0
NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
log = logging.getLogger("ingest")


@dataclass(frozen=True)
class Simulation:
    """What is asked of the simulated shop."""

    preset: str
    rate: float
    seed: int
    incidents: tuple[str, ...]
    limit: int | None
    replay_id: str
    topic: str

    def shop(self, started_at: float) -> LiveShop:
        """The shop that opens at this instant; raises UsageError for what it cannot do."""
        try:
            shop = LiveShop(preset(self.preset), self.seed, self.rate, started_at)
            shop.expect(parse_incident(text, started_at) for text in self.incidents)
        except (IncidentError, PresetError) as error:
            raise UsageError(str(error)) from None
        return shop


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see --source simulate --help)")


def is_asked(words: list[str]) -> bool:
    """Whether these arguments are for the simulated shop, and not for a file."""
    return any(
        word == f"--source={SOURCE}" or (word == "--source" and value == SOURCE)
        for word, value in zip(words, [*words, ""][1:], strict=True)
    )


def parse(words: list[str], settings: Settings, now: datetime) -> Simulation:
    """The arguments, with the settings as defaults; raises UsageError."""
    found = _parser(settings).parse_args(words)
    if not 0 < found.rate < float("inf"):
        raise UsageError(f"--rate must be more than 0 events a second, not {found.rate}")
    if found.limit is not None and found.limit < 1:
        raise UsageError(f"--limit must be 1 or more, not {found.limit}")
    if found.seed < 0:
        raise UsageError(f"--seed must be 0 or more, not {found.seed}")
    replay_id = found.replay_id or f"{MODE}-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
    for option, value in (("--replay-id", replay_id), ("--topic", found.topic)):
        if not NAME.fullmatch(value):
            raise UsageError(
                f"{option} takes up to 100 letters, digits, '.', '_', '-', not {value!r}"
            )
    incidents = tuple(found.incident)
    return Simulation(
        found.preset, found.rate, found.seed, incidents, found.limit, replay_id, found.topic
    )


def check(words: list[str], settings: Settings) -> Simulation:
    """What is asked for; raises UsageError for a mistake in it, before anything is started."""
    asked = parse(words, settings, datetime.now(UTC))
    asked.shop(time.time())
    return asked


def run(simulation: Simulation, settings: Settings, stop: Stop) -> None:
    """Open the shop, send each event when it is due, and sum up; raises DeliveryError."""
    clock = steady_clock()
    # opening takes a while: nothing is late from the start
    started_at = clock() + OPENING_SECONDS
    shop = simulation.shop(started_at)
    producer = EventProducer(settings.kafka, settings.ingest, simulation.topic)
    with TopicReader(settings.kafka, simulation.topic) as reader:
        partition_count = len(reader.partitions())
    log.info(
        "%.0f events a second on the average of a day, %.0f at this hour",
        simulation.rate,
        shop.rate_at(started_at),
    )
    stop.start_sending()
    sender = Sender(
        simulation,
        producer,
        clock,
        lambda: not stop.requested and not producer.has_failed,
        partition_count,
        settings.ingest.partition_by,
        started_at,
        CatchUp(settings.ingest.catch_up_factor),
    )
    try:
        sender.send_all(islice(shop.rows(), simulation.limit))
        producer.flush(FLUSH_SECONDS, lambda: True)
        if producer.undelivered:
            raise DeliveryError(
                f"{producer.undelivered} of {producer.sent} events were not acknowledged by Kafka: "
                'check it with "make status"'
            )
    finally:
        producer.close()
        log.info(
            "%s seconds=%.1f replay_id=%s",
            sender.line(),
            clock() - started_at,
            simulation.replay_id,
        )


@dataclass
class Sender:
    """Waits for each row, and sends it; late rows go at once, their times stay as they are.

    Each opening of the shop has a part of its own in the event_ids: under a supervisor the same
    replay_id comes again, with other events.
    """

    simulation: Simulation
    producer: EventProducer
    clock: Callable[[], float]
    keep_going: Callable[[], bool]
    partition_count: int
    partition_by: str
    started_at: float
    catch_up: CatchUp
    opening: str = field(default_factory=lambda: secrets.token_hex(4))
    lag: float = 0.0
    _logged_at: float = 0.0

    def send_all(self, rows: Iterator[Due]) -> None:
        """Send until a stop is asked for, or a delivery has failed."""
        for index, due in enumerate(rows):
            ready_at = self.catch_up.ready_at(due.at, self.clock())
            if not (self._wait_until(ready_at) and self._send(index, due)):
                return
            self.lag = self.clock() - due.at

    def line(self) -> str:
        """Counts and lag, for people and scripts."""
        producer = self.producer
        return (
            f"sent={producer.sent} acknowledged={producer.acknowledged} failed={producer.failed} "
            f"retried={producer.retried} lag={self.lag:.1f}"
        )

    def _wait_until(self, ready_at: float) -> bool:
        while self.keep_going():
            now = self.clock()
            if now - self._logged_at >= LOG_SECONDS:
                self._logged_at = now
                log.info("%s", self.line())
            pause = pause_seconds(ready_at, now)
            if pause == 0:
                return True
            time.sleep(pause)
        return False

    def _send(self, index: int, due: Due) -> bool:
        name = f"{self.simulation.replay_id}-{self.opening}"
        send = Send(index, due.at, event_at(due, name, index), "")
        key = send.key(self.partition_by)
        headers = [
            ("replay_id", self.simulation.replay_id.encode()),
            ("send_index", str(index).encode()),
            ("replay_mode", MODE.encode()),
            ("replay_started_at", ms_text(round(self.started_at * 1000)).encode()),
            ("partition_count", str(self.partition_count).encode()),
        ]
        partition = partition_of(key, self.partition_count)
        return self.producer.send(Message(partition, key, send.value(), headers), self.keep_going)


def event_at(due: Due, name: str, index: int) -> Event:
    """What Kafka gets of a row: event_time is the instant at which it was due."""
    due_ms = round(due.at * 1000)
    return event_of(parse_row(due.row), Stamp(f"{name}-{index}", due_ms, due_ms))


def _parser(settings: Settings) -> _Parser:
    parser = _Parser(prog="python -m ingest --source simulate", description=__doc__)
    add = parser.add_argument
    add("--source", choices=(SOURCE,), required=True)
    add("--preset", choices=names(), default="electronics", help="which shop (%(default)s)")
    add(
        "--rate",
        type=float,
        default=settings.ingest.rate,
        help="events a second on the average of a day (%(default)s)",
    )
    add("--seed", type=int, default=7, help="which catalogue and which visitors (%(default)s)")
    add(
        "--incident",
        action="append",
        default=[],
        help="checkout-broken@12:00/10m, 'spike:brand=asus x8@+5m/10m'",
    )
    add("--limit", type=int, help="stop after this many events")
    add("--replay-id", help="name in the messages' headers (mode, time and four digits)")
    add("--topic", default=settings.kafka.events_topic, help="topic (%(default)s)")
    return parser
