"""Ends a Spark that cannot end a task: supervisord's listener, which is told what the Thrift server logs.

Spark ends a task between two rows. One that never comes to the next row (a regular expression that
tries everything, a fold over millions of numbers) outlives its statement and holds a core for hours;
the only way to have the core back is a new process, and the supervisor starts one.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, TextIO
from xmlrpc.client import Fault

from supervisor import childutils

PROGRAM = "watch"
# As services/spark.py lets Spark write it: a statement that quotes the sentence is not at the start of a line.
STUCK = re.compile(
    r"^[\d-]+ [\d:,]+ ERROR Executor: (Killed task \d+ could not be stopped within \d+ ms)",
    re.MULTILINE,
)


def stuck(text: str) -> str | None:
    """What the server says of a task that does not end; None when it says nothing of the kind."""
    found = STUCK.search(text)
    return found[1] if found else None


def _events(source: TextIO, sink: TextIO) -> Iterator[tuple[dict[str, str], str]]:
    # Each is answered before the next one comes; the source ends with supervisord.
    while True:
        childutils.listener.ready(sink)
        line = source.readline()
        if not line:
            return
        payload = source.read(int(childutils.get_headers(line)["len"]))
        yield childutils.eventdata(payload)
        childutils.listener.ok(sink)


def end(supervisor: Any, headers: Mapping[str, str], told: str) -> str:
    """Kill the process that said it, and no later one: each of its tasks says so once. What was done, for the log."""
    name = headers["processname"]
    try:
        if supervisor.getProcessInfo(name)["pid"] != int(headers["pid"]):
            return f"{name}: {told}; another process is there already"
        supervisor.signalProcess(name, "KILL")
    except Fault as fault:
        return f"{name}: {told}; it cannot be killed: {fault.faultString}"
    return f"{name}: {told}; it is killed and starts anew"


def main() -> int:
    """Answer supervisord until it ends."""
    # Lengths count each character, a carriage return too.
    source = open(0, encoding="utf-8", newline="", closefd=False)  # noqa: SIM115 (the process's own)
    with source:
        for headers, text in _events(source, sys.stdout):
            told = stuck(text)
            if told:
                supervisor = childutils.getRPCInterface(os.environ).supervisor
                print(end(supervisor, headers, told), file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
