"""EDGE supervisord: its configuration from the services, its socket, and the calls that start and stop programs."""

import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
import time
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from services import watch
from services.processes import MARK, mark
from services.service import Service, ServiceError
from settings import PROJECT_DIR, Settings

UNIX_PATH_LIMIT = 100
RUNNING_STATES = ("RUNNING", "STARTING")
KILLED_SECONDS = 30  # so long until a program is gone that had to be killed


def socket_path(settings: Settings) -> Path:
    """The control socket; a short path elsewhere when the project lies too deep for the kernel."""
    path = settings.paths.run / "supervisor.sock"
    if len(str(path)) <= UNIX_PATH_LIMIT:
        return path
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"storepulse-{digest}.sock"


def _escape(text: str) -> str:
    return text.replace("%", "%%")


def _program(settings: Settings, service: Service) -> str:
    quoted = ",".join(f'{key}="{value}"' for key, value in service.environment.items())
    log = settings.paths.logs / f"{service.name}.log"
    return f"""
[program:{service.name}]
command={_escape(shlex.join(service.command))}
directory={_escape(str(PROJECT_DIR))}
environment={_escape(quoted)}
autostart=false
autorestart=unexpected
exitcodes={",".join(str(code) for code in service.final_exits)}
startsecs={service.settle_seconds}
startretries=5
stopsignal=TERM
stopwaitsecs={service.stop_seconds}
stopasgroup={str(service.stop_group).lower()}
killasgroup=true
redirect_stderr=true
stdout_logfile={_escape(str(log))}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
stdout_events_enabled={str(service.is_watched).lower()}
"""


def _listener(settings: Settings) -> str:
    # The only one that starts with supervisord: it waits for what a watched program logs.
    log = settings.paths.logs / f"{watch.PROGRAM}.log"
    return f"""
[eventlistener:{watch.PROGRAM}]
command={_escape(shlex.join([sys.executable, "-m", watch.__name__]))}
directory={_escape(str(PROJECT_DIR))}
events=PROCESS_LOG_STDOUT
autorestart=true
stderr_logfile={_escape(str(log))}
stderr_logfile_maxbytes=1MB
stderr_logfile_backups=1
stdout_logfile=NONE
"""


def configuration(settings: Settings, services: list[Service]) -> str:
    """supervisord.conf: nothing starts by itself, so that the order is ours."""
    run, logs = settings.paths.run, settings.paths.logs
    head = f"""[unix_http_server]
file={_escape(str(socket_path(settings)))}
chmod=0700
[supervisord]
logfile={_escape(str(logs / "supervisord.log"))}
logfile_maxbytes=5MB
pidfile={_escape(str(run / "supervisord.pid"))}
childlogdir={_escape(str(logs))}
environment={MARK}="{_escape(mark(settings))}",PYTHONUNBUFFERED="1",TZ="UTC"
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
    programs = (_program(settings, service) for service in services)
    return "".join([head, _listener(settings), *programs])


class Supervisor:
    """One supervisord of one stack."""

    def __init__(self, settings: Settings, services: list[Service]) -> None:
        self._settings = settings
        self._services = services

    @property
    def _rpc(self) -> Any:
        # A connection for each call: one that failed once cannot be used again.
        transport = SupervisorTransport(None, None, f"unix://{socket_path(self._settings)}")
        return ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def answers(self) -> bool:
        """Whether the control socket is served."""
        try:
            return self._rpc.getState()["statename"] == "RUNNING"
        except (OSError, Fault, HTTPException):
            return False

    def launch(self, seconds: float = 15) -> None:
        """Start supervisord (a leftover socket or pid file does not matter) and wait until it answers."""
        settings = self._settings
        for folder in (settings.paths.run, settings.paths.logs):
            folder.mkdir(parents=True, exist_ok=True)
        config = settings.paths.run / "supervisord.conf"
        text = configuration(settings, self._services)
        config.write_text(text, encoding="utf-8")
        if self.answers():
            self._rpc.reloadConfig()
            self._add_missing_programs()
            return
        socket_path(settings).unlink(missing_ok=True)
        command = [str(Path(sys.executable).parent / "supervisord"), "-c", str(config)]
        environment = _environment(settings)
        subprocess.run(command, check=True, capture_output=True, timeout=30, env=environment)
        deadline = time.monotonic() + seconds
        while not self.answers():
            if time.monotonic() > deadline:
                raise ServiceError(f"supervisord does not answer: read {settings.paths.logs}")
            time.sleep(0.1)

    def _add_missing_programs(self) -> None:
        wanted = [*(service.name for service in self._services), watch.PROGRAM]
        known = set(self.states())
        for name in wanted:
            if name not in known:
                self._rpc.addProcessGroup(name)

    def replace(self, name: str) -> None:
        """Take over a changed command line of a stopped program."""
        self._rpc.reloadConfig()
        for call in (self._rpc.removeProcessGroup, self._rpc.addProcessGroup):
            try:
                call(name)
            except Fault as fault:
                if "BAD_NAME" not in fault.faultString:
                    raise ServiceError(f"{name} cannot be set up: {fault.faultString}") from fault

    def states(self) -> dict[str, dict[str, Any]]:
        """Program name to supervisord's record of it (statename, pid, start); empty when it is down."""
        try:
            return {info["name"]: info for info in self._rpc.getAllProcessInfo()}
        except (OSError, Fault, HTTPException):
            return {}

    def is_running(self, name: str) -> bool:
        """Whether a program runs or is being started."""
        return self.states().get(name, {}).get("statename") in RUNNING_STATES

    def has_failed(self, name: str) -> bool:
        """Whether a program ended with another exit code than 0, or was killed; not while it runs."""
        return self.states().get(name, {}).get("exitstatus", 0) != 0

    def start(self, name: str) -> None:
        """Start a program and return at once: readiness is asked of the service, not of supervisord."""
        try:
            self._rpc.startProcess(name, False)
        except Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                raise ServiceError(f"{name} cannot be started: {fault.faultString}") from fault

    def stop(self, name: str) -> None:
        """Stop a program and everything in its process group, waiting until it is gone.

        Asks again and again: a call that waits keeps supervisord spinning on a whole core.
        """
        try:
            self._rpc.stopProcess(name, False)
        except Fault as fault:
            if "NOT_RUNNING" not in fault.faultString and "BAD_NAME" not in fault.faultString:
                raise ServiceError(f"{name} cannot be stopped: {fault.faultString}") from fault
            return
        limits = {service.name: service.stop_seconds for service in self._services}
        deadline = time.monotonic() + limits.get(name, 0) + KILLED_SECONDS
        while self.states().get(name, {}).get("statename") == "STOPPING":
            if time.monotonic() > deadline:
                raise ServiceError(f"{name} does not end: read {self._settings.paths.logs}")
            time.sleep(0.1)

    def shutdown(self) -> None:
        """End supervisord."""
        self._rpc.shutdown()


def _environment(settings: Settings) -> dict[str, str]:
    # supervisord itself carries the mark too, so that make down can see that it is gone.
    return {**os.environ, MARK: mark(settings), "TZ": "UTC"}
