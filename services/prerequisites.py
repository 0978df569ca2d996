"""Checks of the machine itself; standard library only, because they run before anything is installed."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

GIB = 1024**3
INSTALL = "apt-get install -y"
PROJECT_DIR = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, whether it is in order, what was found, and the command that mends it."""

    check: str
    ok: bool
    found: str
    remedy: str = ""
    required: bool = True


def _version_line(*command: str) -> str:
    """The first line that speaks of a version; Java tells of JAVA_TOOL_OPTIONS before it."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = (done.stdout + done.stderr).strip().splitlines()
    return next((line for line in lines if re.search("version|Maven", line)), "")


def java() -> Finding:
    """Java 17, which Kafka, HBase and Spark run on."""
    found = _version_line("java", "-version")
    ok = re.search(r'version "17\.', found) is not None
    return Finding("Java 17", ok, found or "not found", f"{INSTALL} openjdk-17-jdk-headless")


def maven() -> Finding:
    """Maven, which brings the services' jars."""
    found = re.sub(r"\x1b\[[0-9;]*m", "", _version_line("mvn", "-B", "-version"))
    return Finding("Maven", "Apache Maven" in found, found or "not found", f"{INSTALL} maven")


def python() -> Finding:
    """Python 3.11 with venv."""
    ok = sys.version_info[:2] == (3, 11)
    return Finding(
        "Python 3.11", ok, sys.version.split()[0], f"{INSTALL} python3.11 python3.11-venv"
    )


def chromium() -> Finding:
    """Chromium, for the browser tests only."""
    found = shutil.which("chromium") or ""
    return Finding(
        "Chromium", bool(found), found or "not found", f"{INSTALL} chromium", required=False
    )


def disk(folder: Path = PROJECT_DIR) -> Finding:
    """5 GB free where the project is."""
    free = shutil.disk_usage(folder).free
    return Finding(
        "Free disk 5 GB", free >= 5 * GIB, f"{free / GIB:.1f} GB", f"free some room: df -h {folder}"
    )


def memory() -> Finding:
    """8 GB of memory that processes can still take."""
    text = Path("/proc/meminfo").read_text(encoding="ascii")
    free = int(re.search(r"MemAvailable:\s+(\d+)", text).group(1)) * 1024  # type: ignore[union-attr]
    return Finding(
        "Free memory 8 GB",
        free >= 8 * GIB,
        f"{free / GIB:.1f} GB",
        "end other programs: ps aux --sort=-rss | head",
        required=False,
    )


MACHINE: tuple[Callable[[], Finding], ...] = (java, maven, python, chromium, disk, memory)


def machine_findings() -> list[Finding]:
    """Every check of the machine, in the order in which a newcomer meets them."""
    return [check() for check in MACHINE]


def first_failure(findings: list[Finding]) -> Finding | None:
    """The first required check that failed, if any."""
    return next((finding for finding in findings if finding.required and not finding.ok), None)


def main() -> int:
    """`make doctor` before the set-up: the machine only."""
    findings = machine_findings()
    for finding in findings:
        state = "ok" if finding.ok else ("FAILED" if finding.required else "note")
        remedy = "" if finding.ok else f"-> {finding.remedy}"
        print(f"{finding.check:18} {state:7} {finding.found} {remedy}")
    print("Ports and locks are checked once make setup has run.")
    return int(first_failure(findings) is not None)


if __name__ == "__main__":
    sys.exit(main())
