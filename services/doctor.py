"""`make doctor`: what could stop the stack on this machine, and the command that mends each."""

import fcntl
from pathlib import Path

from rich.console import Console
from rich.table import Table

from services import processes
from services.prerequisites import Finding, machine_findings
from services.stack import Stack
from settings import PROJECT_DIR, Settings


def port_findings(settings: Settings, stack: Stack) -> list[Finding]:
    """Each port: free, ours, or held by somebody else."""
    own = {process.pid for process in processes.ours(settings)}
    held = processes.listeners()
    findings = []
    for service in stack.base:
        for name, port in service.ports.items():
            holder = held.get(port)
            ok = holder is None or holder.pid in own
            found = "free" if holder is None else f"{holder.name} (pid {holder.pid})"
            remedy = f"kill {holder.pid if holder else ''}, or change {name} in .env"
            findings.append(Finding(f"Port {port} for {service.name}", ok, found, remedy))
    return findings


def lock_findings(settings: Settings) -> list[Finding]:
    """Lock files of the streaming jobs: held by a living job or simply free; a file alone is no lock."""
    findings = []
    for path in sorted(Path(settings.paths.run).glob("*.lock")):
        with path.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                found = "free"
            except BlockingIOError:
                found = "held by a running job"
        findings.append(Finding(f"Lock {path.name}", True, found))
    if not Stack(settings).supervisor.answers():
        left = processes.ours(settings)
        found = f"{len(left)} processes without a supervisor" if left else "none"
        findings.append(Finding("Left-over processes", not left, found, "make down"))
    return findings


def setup_findings() -> list[Finding]:
    """Whether `make setup` was run."""
    places = (".venv/lock.sha256", ".venv-superset/lock.sha256", ".secrets.env")
    missing = [place for place in places if not (PROJECT_DIR / place).exists()]
    return [Finding("Set up", not missing, ", ".join(missing) or "complete", "make setup")]


def run(settings: Settings, console: Console) -> int:
    """Print every finding; 1 when a required one failed."""
    stack = Stack(settings)
    findings = [*machine_findings(), *setup_findings()]
    findings += [*port_findings(settings, stack), *lock_findings(settings)]
    table = Table("check", "state", "found", "what to do", box=None)
    for finding in findings:
        state = "ok" if finding.ok else ("FAILED" if finding.required else "note")
        table.add_row(finding.check, state, finding.found, "" if finding.ok else finding.remedy)
    console.print(table)
    return int(any(finding.required and not finding.ok for finding in findings))
