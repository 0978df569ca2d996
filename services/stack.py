"""The stack: every service in the order of the flow, and what up, down, stream and status do with them."""

import sys
from contextlib import nullcontext

from services import hbase, kafka, processes, superset, thriftserver
from services.prerequisites import first_failure, java
from services.service import Service, ServiceError
from services.start import Busy, Report, Start
from services.supervisor import Supervisor
from settings import Settings

JOBS = ("live", "landing")
NEEDED_BY_JOBS = ("kafka", "hbase", "hbase-thrift")


def base_services(settings: Settings) -> list[Service]:
    """What `make up` starts, in order."""
    return [
        kafka.service(settings),
        *hbase.services(settings),
        thriftserver.service(settings),
        superset.service(settings),
    ]


def job_services(settings: Settings) -> list[Service]:
    """The two streaming jobs and the producer: what `make stream` starts."""
    landing = ["nice", "-n", "10", sys.executable, "-m", "streaming", "landing"]
    live = [sys.executable, "-m", "streaming", "live"]
    return [
        Service("live", live, stop_seconds=90, stop_group=False),
        Service("landing", landing, stop_seconds=270, stop_group=False),
        producer_service(),
    ]


def producer_service() -> Service:
    """The replay: after a crash the same one goes on, because its arguments name it.

    It ends for good with its file (0) and when it must not run as it was asked to (2).
    """
    command = [sys.executable, "-m", "ingest"]
    return Service("producer", command, stop_seconds=40, final_exits=(0, 2), settle_seconds=0)


class Stack:
    """One stack, as its settings describe it."""

    def __init__(self, settings: Settings, producer_arguments: list[str] | None = None) -> None:
        self.settings = settings
        self.base = base_services(settings)
        self.jobs = job_services(settings)
        if producer_arguments:
            self.jobs[-1].command.extend(producer_arguments)
        self.supervisor = Supervisor(settings, [*self.base, *self.jobs])

    def _clear_orphans(self, report: Report) -> None:
        if self.supervisor.answers():
            return
        orphans = processes.ours(self.settings)
        if orphans:
            ended = processes.end_all(orphans)
            report(f"ended {ended} processes that a killed supervisor had left behind")

    def check_machine(self) -> None:
        """Refuse, before anything is changed, when what every service needs is missing."""
        failure = first_failure([java()])
        if failure:
            raise ServiceError(f"{failure.check}: {failure.found}; run: {failure.remedy}")

    def check_ports(self) -> None:
        """Refuse, before anything is changed, when a port that we need is somebody else's."""
        pids = {process.pid for process in processes.ours(self.settings)}
        held = processes.listeners()
        for service in self.base:
            for name, port in service.ports.items():
                holder = held.get(port)
                if holder and holder.pid not in pids:
                    raise ServiceError(
                        f"port {port} is held by {holder.name} (pid {holder.pid}): "
                        f"stop it, or choose another port for {name} in .env"
                    )

    def _only(self, only: str) -> list[Service]:
        names = [service.name for service in self.base]
        chosen = [name.strip() for name in only.split(",") if name.strip()] or names
        for name in chosen:
            if name not in names:
                raise ServiceError(f"{name!r} is no service: use some of {', '.join(names)}")
        return [service for service in self.base if service.name in chosen]

    def up(self, report: Report, busy: Busy = nullcontext, only: str = "") -> None:
        """Start what does not run and return when everything is ready."""
        wanted = self._only(only)
        self.check_machine()
        self._clear_orphans(report)
        self.check_ports()
        self.supervisor.launch()
        Start(self.settings, self.supervisor, report, busy).run(wanted)

    def start_jobs(self, report: Report) -> None:
        """Start the two streaming jobs if they are not running."""
        self.require_up()
        self.supervisor.launch()
        for name in JOBS:
            if not self.supervisor.is_running(name):
                self.supervisor.start(name)
                report(f"{name} started")

    def start_producer(self, report: Report) -> None:
        """Start the producer under the supervisor, as `make stream DETACH=1` does."""
        self.require_no_producer()
        self.supervisor.replace("producer")
        self.supervisor.start("producer")
        report("producer started; its log: make logs S=producer")

    def require_no_producer(self) -> None:
        """Refuse while the supervisor runs a replay: two at once would mix on the topic."""
        if self.supervisor.is_running("producer"):
            raise ServiceError("a producer is already running: make stream-stop ends it")

    def require_up(self) -> None:
        """Refuse while what the jobs need does not run."""
        states = self.supervisor.states()
        for name in NEEDED_BY_JOBS:
            if states.get(name, {}).get("statename") != "RUNNING":
                raise ServiceError(f'{name} is not running: run "make up"')

    def stop_jobs(self, report: Report) -> None:
        """End the producer, then the jobs in the order of the flow: all that was sent is landed."""
        for name in ("producer", *JOBS):  # each can finish what the one before it wrote
            if self.supervisor.is_running(name):
                report(f"{name} finishes what it has begun")
                self.supervisor.stop(name)
                report(f"{name} stopped{self._what_is_left(name)}")

    def _what_is_left(self, name: str) -> str:
        # A replay that was stopped while Kafka did not answer leaves gaps, which only its resumption fills.
        # One that had not begun to send ends with the same code.
        if name != "producer" or not self.supervisor.has_failed(name):
            return ""
        return ": perhaps not all of it is in Kafka, make logs S=producer says why"

    def down(self, report: Report) -> None:
        """End everything, in the opposite order, and make sure that no process is left."""
        if self.supervisor.answers():
            self.stop_jobs(report)
            for service in reversed(self.base):
                if self.supervisor.is_running(service.name):
                    self.supervisor.stop(service.name)
                    report(f"{service.name} stopped")
            self.supervisor.shutdown()
        left = processes.ours(self.settings)
        processes.end_all(left, seconds=10)
        remaining = processes.ours(self.settings)
        if remaining:
            pids = ", ".join(str(process.pid) for process in remaining)
            raise ServiceError(f"processes {pids} do not end: kill -9 them")
        report("down: no process is left")
