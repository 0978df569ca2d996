"""Files are read plain or gzipped, and a file that is no event CSV is refused in one line."""

import gzip
from pathlib import Path

import pytest

from ingest.source import SourceError, check, read_rows, rows_after

HEADER = (
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
)
ROW = "2020-09-24 11:57:06 UTC,view,1,2,,asus,31.90,3,s"


def file(folder: Path, content: bytes | str) -> Path:
    path = folder / "events.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_rows_come_with_their_line_numbers(tmp_path: Path, pack: type[bytes]) -> None:
    path = file(tmp_path, pack(f"{HEADER}\n{ROW}\n\n{ROW}\n".encode()))
    rows = list(read_rows(path))
    assert [line_number for line_number, _ in rows] == [2, 4]
    assert rows[0][1]["brand"] == "asus"
    assert rows[0][1]["category_code"] == ""


def test_columns_may_be_in_any_order_and_the_file_may_have_a_mark(tmp_path: Path) -> None:
    header = ",".join(reversed(HEADER.split(",")))
    line = ",".join(reversed(ROW.split(",")))
    path = file(tmp_path, f"\ufeff{header}\r\n{line}\r\n")
    assert next(read_rows(path))[1]["event_type"] == "view"


def test_too_few_and_too_many_fields_are_left_to_the_reader_of_rows(tmp_path: Path) -> None:
    rows = [row for _, row in read_rows(file(tmp_path, f"{HEADER}\na,b\n{ROW},x,y\n"))]
    assert rows[0] == {"event_time": "a", "event_type": "b"}
    assert rows[1]["(more fields than columns)"] == "x,y"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (f"{HEADER}\n", "has a header but no rows"),
        (b"\xff\xfe\x80\x81" * 99, "is not UTF-8 text"),
        (f"{HEADER}\n{ROW}\0\n", "is binary"),
        (gzip.compress(f"{HEADER}\n{ROW}\n".encode())[:-9], "is a damaged gzip file"),
        (b"\x1f\x8bnoise that is no gzip", "is a damaged gzip file"),
        (
            "event_time,price,brand\na,1,b\n",
            "lacks the columns event_type, product_id, category_id",
        ),
    ],
)
def test_file_that_is_no_event_csv_is_refused(
    tmp_path: Path, content: bytes | str, message: str
) -> None:
    path = file(tmp_path, content)
    with pytest.raises(SourceError, match=message) as caught:
        list(read_rows(path))
    assert "\n" not in str(caught.value)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist: correct --source"):
        check(tmp_path / "nothing.csv")


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is a folder"):
        check(tmp_path)


def test_good_file_passes_the_check(tmp_path: Path) -> None:
    check(file(tmp_path, f"{HEADER}\n{ROW}\n"))


def test_skipped_rows_are_left_out(tmp_path: Path) -> None:
    path = file(tmp_path, f"{HEADER}\n{ROW}\n{ROW}\n{ROW}\n")
    assert [line for line, _ in rows_after(path, 2)] == [4]


@pytest.mark.parametrize("skip", [3, 9])
def test_skipping_every_row_is_refused(tmp_path: Path, skip: int) -> None:
    path = file(tmp_path, f"{HEADER}\n{ROW}\n{ROW}\n{ROW}\n")
    with pytest.raises(SourceError, match=f"--skip {skip} leaves none"):
        list(rows_after(path, skip))
