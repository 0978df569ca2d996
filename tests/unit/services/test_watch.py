"""Which lines of the Thrift server's log mean that only a new process helps."""

import io

import pytest

from services.watch import _events, stuck

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
