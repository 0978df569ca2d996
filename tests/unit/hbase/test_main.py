"""`python -m hbase`: arguments and forms."""

import json
from datetime import timedelta

import pytest

from hbase.__main__ import UsageError, columns_of, duration, moment, show

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
