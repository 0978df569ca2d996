"""Which processes belong to this stack, and who holds a port: asked of the kernel, not of pid files."""

from collections.abc import Callable
from dataclasses import dataclass

import psutil

from settings import Settings

MARK = "STOREPULSE_STACK"


def mark(settings: Settings) -> str:
    """The value of MARK in the environment of every supervised process of this stack."""
    return str(settings.paths.data)


def ours(settings: Settings) -> list[psutil.Process]:
    """Every living process that the supervisor of this stack started, itself included."""
    found = []
    for process in psutil.process_iter():
        try:
            marked = process.environ().get(MARK) == mark(settings)
            if marked and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def end_all(processes: list[psutil.Process], seconds: float = 20) -> int:
    """Ask every process to end, kill what remains after `seconds`; how many there were."""
    for process in processes:
        _signal(process.terminate)
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    for process in alive:
        _signal(process.kill)
    psutil.wait_procs(alive, timeout=10)
    return len(processes)


def _signal(send: Callable[[], None]) -> None:
    try:
        send()
    except psutil.NoSuchProcess:
        return


@dataclass(frozen=True)
class Holder:
    """The process that listens on a port."""

    name: str
    pid: int


def listeners() -> dict[int, Holder]:
    """Port to holder, for every listening TCP socket that may be seen."""
    found = {}
    for connection in psutil.net_connections("tcp"):
        if connection.status != psutil.CONN_LISTEN or not connection.laddr:
            continue
        found[connection.laddr.port] = _holder(connection.pid)
    return found


def _holder(pid: int | None) -> Holder:
    try:
        return Holder(psutil.Process(pid).name() if pid else "another user's process", pid or 0)
    except psutil.NoSuchProcess:
        return Holder("a process that just ended", pid or 0)


def outside_loopback(settings: Settings) -> list[str]:
    """Addresses other than loopback on which a process of this stack listens."""
    pids = {process.pid for process in ours(settings)}
    return sorted(
        f"{connection.laddr.ip}:{connection.laddr.port} (pid {connection.pid})"
        for connection in psutil.net_connections("inet")
        if connection.pid in pids
        and connection.laddr
        and (connection.status == psutil.CONN_LISTEN or not connection.raddr)
        and connection.laddr.ip not in ("127.0.0.1", "::1", "::ffff:127.0.0.1")
    )


def tree_memory(pid: int) -> int:
    """Resident bytes of a process and everything below it."""
    try:
        root = psutil.Process(pid)
        members = [root, *root.children(recursive=True)]
        return sum(process.memory_info().rss for process in members)
    except psutil.NoSuchProcess:
        return 0
