"""`python -m hbase`: arguments and forms."""

import json
from datetime import timedelta

import pytest

from hbase.__main__ import UsageError, columns_of, duration, main, moment, show
from hbase.store import HBaseUnavailableError

ROW = {"window_started_at": "2020-09-24 12:00:00", "value": "sony", "views": "3", "carts": "1"}
ROW |= {"purchases": "0", "removals": "0", "total_value": "10.50"}


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5m", 300), ("2h", 7200), ("1d", 86400)]
)
def test_durations(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["5", "m", "-5m", "5 minutes", ""])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no duration"):
        duration(text)


def test_a_time_without_a_zone_is_utc() -> None:
    assert moment("2020-09-24T12:00:00") == moment("2020-09-24T14:00:00+02:00")


def test_json_keeps_decimals_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    show("brand_windows", [ROW], "json")
    assert json.loads(capsys.readouterr().out) == [ROW]


def test_csv_has_every_column_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    show("brand_windows", [ROW], "csv")
    header, line = capsys.readouterr().out.splitlines()
    assert header.split(",") == columns_of("brand_windows")
    assert line == "2020-09-24 12:00:00,sony,3,1,0,0,10.50,,,,"


def test_the_table_ends_with_the_sums(capsys: pytest.CaptureFixture[str]) -> None:
    show("brand_windows", [ROW, ROW], "table")
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "2 rows: 6 views, 2 carts, 0 purchases, 0 removals"


@pytest.mark.parametrize(
    ("arguments", "mistake"),
    [
        (["scan", "nope"], "'nope' is no table"),
        (["scan", "event_counts", "--last", "5"], "'5' is no duration"),
        (["scan", "event_counts", "--last", "99999999d"], "longer than the calendar"),
        (["scan", "event_counts", "--from", "0001-01-01T00:00+02:00"], "is no time"),
        (["scan", "event_counts", "--from", "2026-01-02", "--to", "2026-01-01"], "before --to"),
        (["scan", "event_counts", "--last", "5m", "--from", "2026-01-01"], "exclude each other"),
        (["scan", "event_counts", "--limit", "0"], "at least 1 row"),
        (["scan", "event_counts", "--format", "xml"], "invalid choice"),
        ([], "required"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: list[str], mistake: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert mistake in line


def test_a_brand_is_neither_markup_nor_a_command_to_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show("brand_windows", [ROW | {"value": "[/x]\x1b[31m"}], "table")
    assert "[/x]\ufffd[31m" in capsys.readouterr().out


def test_an_unreachable_server_is_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unavailable(*_: object) -> int:
        raise HBaseUnavailableError("No HBase Thrift server answers at 127.0.0.1:1")

    monkeypatch.setattr("hbase.__main__.run", unavailable)
    assert main(["ensure"]) == 1
    assert capsys.readouterr().err == "error: No HBase Thrift server answers at 127.0.0.1:1\n"
