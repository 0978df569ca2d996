"""Ends a Spark that cannot end a task: supervisord's listener, which is told what the Thrift server logs.

Spark ends a task between two rows. One that never comes to the next row (a regular expression that
tries everything, a fold over millions of numbers) outlives its statement and holds a core for hours;
the only way to have the core back is a new process, and the supervisor starts one.
"""

import os
import re
import sys
from collections.abc import Iterator
from typing import TextIO

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


def main() -> int:
    """Answer supervisord until it ends."""
    # Lengths count each character, a carriage return too.
    source = open(0, encoding="utf-8", newline="", closefd=False)  # noqa: SIM115 (the process's own)
    with source:
        for headers, text in _events(source, sys.stdout):
            told = stuck(text)
            if told:
                name = headers["processname"]
                print(f"{name}: {told}; it is killed and starts anew", file=sys.stderr, flush=True)
                supervisor = childutils.getRPCInterface(os.environ).supervisor
                supervisor.signalProcess(name, "KILL")
    return 0


if __name__ == "__main__":
    sys.exit(main())
