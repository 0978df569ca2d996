"""Which lines of the Thrift server's log mean that only a new process helps."""

import io
from xmlrpc.client import Fault

import pytest

from services.watch import _events, end, stuck

LINE = (
    "2026-11-28 01:02:03,004 ERROR Executor: Killed task 12 could not be stopped within 30000 ms; "
    "not killing JVM because we are running in local mode.\n"
)


def test_a_task_that_outlives_its_statement_is_told_of() -> None:
    told = "Killed task 12 could not be stopped within 30000 ms"
    assert stuck("2026-11-28 01:02:02,000 WARN Executor: something\n" + LINE) == told


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-28 01:02:03,004 WARN Executor: Killed task 12 is still running after 5001 ms\n",
        f"2026-11-28 01:02:03,004 ERROR SparkExecuteStatementOperation: select '{LINE}'\n",
    ],
)
def test_other_words_are_none(text: str) -> None:
    assert stuck(text) is None


def test_an_event_is_as_long_as_it_says_and_is_answered() -> None:
    data = "processname:a groupname:a pid:1 channel:stdout\nzwölf\r\n"
    head = f"ver:3.0 server:supervisor serial:1 eventname:PROCESS_LOG_STDOUT len:{len(data)}\n"
    sink = io.StringIO()
    found = list(_events(io.StringIO((head + data) * 2, newline=""), sink))
    assert [(one["processname"], text) for one, text in found] == [("a", "zwölf\r\n")] * 2
    assert sink.getvalue() == "READY\nRESULT 2\nOK" * 2 + "READY\n"


class Supervised:
    """One process, alive or gone."""

    def __init__(self, pid: int, is_there: bool = True) -> None:
        self.pid, self.is_there = pid, is_there
        self.killed: list[int] = []

    def getProcessInfo(self, name: str) -> dict[str, int]:
        return {"pid": self.pid}

    def signalProcess(self, name: str, signal: str) -> None:
        if not self.is_there:
            raise Fault(70, "NOT_RUNNING")
        self.killed.append(self.pid)


SAID_BY = {"processname": "spark-thrift", "pid": "7"}


def test_the_process_that_said_it_is_killed_and_not_the_one_after_it() -> None:
    """A server with two tasks that do not end says so twice."""
    same, next_one = Supervised(7), Supervised(8)
    assert "starts anew" in end(same, SAID_BY, "a task")
    assert "another process" in end(next_one, SAID_BY, "a task")
    assert (same.killed, next_one.killed) == ([7], [])


def test_a_process_that_is_gone_is_no_end_of_the_watch() -> None:
    assert "cannot be killed: NOT_RUNNING" in end(Supervised(7, is_there=False), SAID_BY, "a task")
