"""One start of some services: each begins as soon as what it needs is ready, and what did not get ready is ended."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from services.service import Service, ServiceError
from services.supervisor import Supervisor
from settings import Settings

LOG_TAIL = 20
Report = Callable[[str], None]
Busy = Callable[[str], AbstractContextManager[object]]


class Start:
    """What one `make up` has begun and what of it is ready."""

    def __init__(
        self, settings: Settings, supervisor: Supervisor, report: Report, busy: Busy
    ) -> None:
        self._settings = settings
        self._supervisor = supervisor
        self._report = report
        self._busy = busy
        self._begun: dict[str, float] = {}
        self._ready: set[str] = set()

    def run(self, wanted: list[Service]) -> None:
        """Start what does not run, side by side, and return when all of it is ready.

        Raises ServiceError when one does not get ready. Whatever ends the start, a service that was begun and
        not finished (topics, tables) is stopped: one that runs counts as finished at the next start.
        """
        try:
            for service in wanted:
                for needed in (other for other in wanted if other.name in service.needs):
                    self._settle(needed)
                self._begin(service)
            for service in wanted:
                self._settle(service)
        except BaseException:
            self._abandon()
            raise

    def _abandon(self) -> None:
        for name in self._begun.keys() - self._ready:
            try:
                self._supervisor.stop(name)
            except ServiceError as error:
                # Told beside the reason why the start ended, which matters more; the others are stopped too.
                self._report(str(error))

    def _begin(self, service: Service) -> None:
        if self._supervisor.is_running(service.name):
            return
        with self._busy(f"{service.name} starts"):
            service.prepare(self._settings)
            self._begun[service.name] = time.monotonic()
            self._supervisor.start(service.name)

    def _settle(self, service: Service) -> None:
        if service.name in self._ready:
            return
        begun = self._begun.get(service.name)
        with self._busy(f"{service.name} starts"):
            self._await_ready(service)
            if begun is not None:
                service.finish(self._settings)
        self._ready.add(service.name)
        state = "is up" if begun is None else f"ready in {time.monotonic() - begun:.0f} s"
        self._report(f"{service.name} {state}")

    def _await_ready(self, service: Service) -> None:
        deadline = time.monotonic() + service.ready_seconds
        while True:
            try:
                return service.probe(self._settings)
            except Exception as error:
                # Each client library has its own errors for "not yet": all of them mean waiting,
                # and the last one is told when the time is over.
                state = self._supervisor.states().get(service.name, {}).get("statename")
                if state == "FATAL" or time.monotonic() > deadline:
                    raise ServiceError(self._not_ready(service, error)) from error
            time.sleep(0.5)

    def _not_ready(self, service: Service, error: Exception) -> str:
        log = self._settings.paths.logs / f"{service.name}.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        tail = "\n".join(f"    {line}" for line in lines[-LOG_TAIL:])
        return (
            f"{service.name} is not ready after {service.ready_seconds} s ({error}); "
            f"its last lines follow, all of them: make logs S={service.name}\n{tail}"
        )
