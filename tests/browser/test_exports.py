"""The files that a Viewer takes away: what the chart shows, as CSV and as XLSX."""

import csv
import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from pages import PAGES

from tests.browser.view import View

pytestmark = pytest.mark.integration
CHARTS = {chart.title: chart for page in PAGES for chart in page.charts}


@pytest.fixture(scope="module")
def store(viewer: View) -> View:
    """Store performance, opened once: no test here changes it."""
    viewer.open("store-performance")
    return viewer


def cells_of_xlsx(content: bytes) -> list[list[str]]:
    """The cells of the first sheet, as text."""
    book = zipfile.ZipFile(io.BytesIO(content))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    shared = [
        "".join(part.text or "" for part in item.iter(f"{space}t"))
        for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{space}si")
    ]
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    found = []
    for row in sheet.iter(f"{space}row"):
        values = []
        for cell in row.iter(f"{space}c"):
            text = cell.findtext(f"{space}v") or ""
            values.append(shared[int(text)] if cell.get("t") == "s" else text)
        found.append(values)
    return found


def plain(cell: Any) -> Any:
    try:
        return round(float(cell), 4)
    except (TypeError, ValueError):
        return "" if cell in (None, "None") else str(cell)


def test_a_viewer_downloads_a_chart_from_its_menu(store: View) -> None:
    title = "How well do categories sell?"
    store.go_to(title)
    holder = store.holder(title)
    holder.scroll_into_view_if_needed()
    holder.get_by_role("button", name="More Options").click()
    store.page.get_by_text("Download", exact=True).hover()
    with store.page.expect_download() as download:
        store.page.get_by_text("Export to .CSV", exact=True).click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    _, *rows = csv.reader(io.StringIO(text))
    shown = [list(map(plain, row.values())) for row in store.rows(title)]
    assert [[plain(cell) for cell in row] for row in rows] == shown


@pytest.mark.parametrize("title", ["How well do brands sell?", "How long does it take to buy?"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_has_the_numbers_of_the_chart(store: View, title: str, form: str) -> None:
    answer = store.ask_again(title, result_format=form)
    assert answer.status == 200, answer.text()
    if form == "csv":
        header, *rows = csv.reader(io.StringIO(answer.text().removeprefix("\ufeff")))
    else:
        header, *rows = cells_of_xlsx(answer.body())
    assert len(header) >= len(CHARTS[title].columns or CHARTS[title].metrics)
    shown = store.ask_again(title).json()["result"][0]
    expected = [[plain(row[name]) for name in shown["colnames"]] for row in shown["data"]]
    assert [[plain(cell) for cell in row][-len(expected[0]) :] for row in rows] == expected
