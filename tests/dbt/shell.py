"""`python -m tests.dbt.shell`: dbt's commands from standard input, one JSON list a line, in one warm process.

A Java machine that has just begun spends most of its time on compiling Spark; one that lives through
all commands of a test does that once. After each command comes a line `{"success": true}` or false.
"""

import json
import sys

from dbt.cli.main import dbtRunner

ANSWER = "success"


def main() -> None:
    """Run each command to its end; leave when there is no more input."""
    for line in sys.stdin:
        outcome = dbtRunner().invoke(json.loads(line))
        if outcome.exception is not None:
            print(f"error: {outcome.exception}")
        print(json.dumps({ANSWER: outcome.success}), flush=True)


if __name__ == "__main__":
    main()
