"""The real file is known by its figures; every other file is refused with the figure that differs."""

import gzip
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from data.real import __main__ as fetch
from data.real.checks import Facts, RealFileError, check, facts_or_reason, remember
from settings import PROJECT_DIR

HEADER = (
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
)
LINES = (
    "2020-09-24 11:57:06 UTC,view,1,2,,sony,1.50,3,s\n"
    "2020-09-24 11:57:06 UTC,cart,1,2,,sony,1.50,3,s\n"
    "2021-02-28 23:59:09 UTC,view,1,2,,sony,1.50,3,s\n"
)
FACTS = Facts(
    3,
    "2020-09-24 11:57:06 UTC",
    "2021-02-28 23:59:09 UTC",
    hashlib.sha256((HEADER + LINES).encode()).hexdigest(),
)


def file(folder: Path, text: str, name: str = "events.csv") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize("name", ["events.csv", "events.csv.gz"])
def test_facts_are_those_of_the_unpacked_text(tmp_path: Path, name: str) -> None:
    assert facts_or_reason(file(tmp_path, HEADER + LINES, name), lambda rows: None) == FACTS


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEADER.replace("price", "cost") + LINES, "has the columns"),
        ("", "has the columns"),
        (HEADER + LINES + LINES, "line 5 goes back in time: 2020-09-24 11:57:06 UTC"),
        ("\x1f\x8bno gzip", "cannot be read as the CSV file"),
    ],
)
def test_another_file_is_refused_with_its_reason(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(RealFileError, match=reason):
        facts_or_reason(path, lambda rows: None)


@pytest.mark.parametrize("name", ["rows", "first", "last"])
def test_each_figure_must_be_that_of_the_real_file(name: str) -> None:
    check(FACTS, FACTS)
    other = Facts(**{**FACTS.__dict__, name: 4 if name == "rows" else "2020-01-01 00:00:00 UTC"})
    with pytest.raises(RealFileError, match=f"{name} is .*, not .*"):
        check(other, FACTS)


def test_digest_is_recorded_at_first_use_and_held_against_the_next_file(tmp_path: Path) -> None:
    record = tmp_path / "real" / "events.facts.json"
    assert remember(FACTS, record) is True
    assert remember(FACTS, record) is False
    with pytest.raises(RealFileError, match="at its first use it had"):
        remember(Facts(3, FACTS.first, FACTS.last, "0" * 64), record)


def test_without_an_account_the_ways_to_go_on_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path))
    assert not fetch.has_credentials()
    (tmp_path / "kaggle.json").write_text("{}")
    assert fetch.has_credentials()


def test_scripts_have_to_accept_the_terms_beforehand() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "data.real"],
        cwd=PROJECT_DIR,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "REES46" in done.stdout
    assert done.stderr == "error: the terms have to be accepted: run it with ACCEPT=1\n"


def test_a_file_that_is_here_but_is_not_the_real_one_is_not_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    done = subprocess.run(
        [sys.executable, "-m", "data.real", "--source", str(file(tmp_path, HEADER + LINES))],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: rows is 3, not 885129")
    assert not (tmp_path / "var" / "real" / "events.csv").exists()
