"""An open page and what a person does on it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from names import slug
from pages import PAGES
from playwright.sync_api import APIResponse, Locator

from bench.dashboards.opening import TAB, TURNING
from tests.browser.answers import CHART_DATA, Answers, wait_for

TAB_OF = {
    chart: place
    for page in PAGES
    if isinstance(page.layout, dict)
    for place, rows in enumerate(page.layout.values())
    for row in rows
    for chart, *_ in row
}
NUMBERED = "[class*=dashboard-chart-id-]"
IN_SIGHT = """all => all.filter(one => one.offsetParent)
    .map(one => Number(/dashboard-chart-id-([0-9]+)/.exec(one.className)[1]))"""


@dataclass
class View(Answers):
    """An open page and what a person does on it."""

    token: str = ""

    def get(self, path: str) -> Any:
        """What the API answers this user."""
        answer = self.page.request.get(f"{self.base}{path}")
        assert answer.status == 200, answer.text()
        return answer.json()["result"]

    def open(self, slug: str, *, to_its_end: bool = True) -> None:
        """Show a dashboard and wait until each of its charts was answered and drawn.

        Superset draws all of them at once for a browser that says it is automated; for a person, until what is
        on the screen is drawn (not to its end).
        """
        charts = self.get(f"/api/v1/dashboard/{slug}/charts")
        self.ids = {chart["slice_name"]: chart["id"] for chart in charts}
        self.answers.clear()
        self.asked.clear()
        self.page.goto(f"{self.base}/superset/dashboard/{slug}/")
        self.page.wait_for_selector(".dashboard-component-chart-holder", timeout=60_000)
        if to_its_end:
            self.await_answers({*self.ids.values()})
        wait_for(self.page, lambda: bool(self.answered()))
        turning = self.page.locator(".loading")
        if to_its_end:
            wait_for(self.page, lambda: turning.count() == 0)
        else:
            wait_for(self.page, lambda: not turning.evaluate_all(TURNING))

    def await_answers(self, wanted: set[int]) -> None:
        """Go through the tabs, if there are any, until these charts were answered; the first tab is left open."""
        count = self.page.locator(TAB).count()
        for place in [*range(count), 0] if count else []:
            self.open_tab(place)
            wait_for(self.page, lambda: self.in_sight() & wanted <= self.answered(), 120)
        wait_for(self.page, lambda: wanted <= self.answered(), 120)

    def open_tab(self, place: int) -> None:
        """Show a tab, the first one is 0."""
        tab = self.page.locator(TAB).nth(place)
        tab.click()
        wait_for(self.page, lambda: tab.get_attribute("aria-selected") == "true")
        wait_for(self.page, lambda: bool(self.in_sight()))

    def in_sight(self) -> set[int]:
        """The numbers of the charts that are not behind a tab."""
        found: list[int] = self.page.locator(NUMBERED).evaluate_all(IN_SIGHT)
        return {*found}

    def go_to(self, title: str) -> None:
        """Open the tab of a chart, if it is behind one."""
        if self.page.locator(TAB).count():
            self.open_tab(TAB_OF[title])
        self.holder(title).first.wait_for()

    def holder(self, title: str) -> Locator:
        """The frame of a chart on the page."""
        return self.page.locator(f".dashboard-chart-id-{self.ids[title]}")

    def drawn(self, title: str) -> str:
        """The number that a card shows, as a person reads it."""
        return self.holder(title).locator(".header-line").first.inner_text().strip()

    def wait_until_drawn(self) -> None:
        """Every chart has its drawing in sight, not only its answer."""
        drawn = self.page.locator(
            ".dashboard-component-chart-holder:has(canvas, table, .header-line):visible"
        )
        wait_for(self.page, lambda: drawn.count() == len(self.in_sight()))

    def headers(self) -> dict[str, str]:
        """What a question needs beside the cookie."""
        of_page = self.page.locator("#csrf_token")
        if of_page.count():  # it holds for the session: also after the page was left
            self.token = of_page.first.get_attribute("value") or ""
        return {"X-CSRFToken": self.token, "Referer": self.base}

    def post(self, path: str, data: dict[str, Any]) -> APIResponse:
        """What this user is answered to a question that may not come from another page."""
        url = f"{self.base}{path}"
        return self.page.request.post(url, data=data, headers=self.headers(), timeout=120_000)

    def ask_again(self, title: str, **changes: Any) -> APIResponse:
        """Send the chart's newest question once more, changed."""
        return self.post(CHART_DATA, {**self.asked[self.ids[title]], **changes})

    def picture(self, path: Path, *, whole: bool) -> None:
        """A screenshot, of the screen or of the whole page: then the screen is made as high as that."""
        screen = self.page.viewport_size
        assert screen
        if whole:
            bottom = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({"width": screen["width"], "height": bottom})
            self.wait_until_drawn()
        self.page.wait_for_function(
            "() => new Promise(done => setTimeout(() => requestAnimationFrame(done), 1000))"
        )
        self.page.screenshot(path=path)
        self.page.set_viewport_size(screen)

    def scroll(self) -> None:
        """A person's charts below the fold are asked for when they are near: show the page's end once."""
        # Over the margin: above a table the wheel would move the table.
        self.page.mouse.move(2, 400)
        for _ in range(12):
            self.page.mouse.wheel(0, 500)
            self.page.wait_for_timeout(200)
        self.page.mouse.wheel(0, -9000)
        self.page.wait_for_function("() => scrollY === 0")


def formatted(value: Any, form: str) -> str:
    """A number in one of the forms that cards have (as D3 names them)."""
    return f"{float(value):{form.replace('d', '.0f')}}"


def choose(view: View, name: str, value: str) -> None:
    """Open a filter of the bar, take a value, apply."""
    page = view.page
    select = page.locator(f'[data-test^="NATIVE_FILTER-"][data-test$="-{slug(name)}"]')
    page.evaluate("scrollTo(0, 0)")
    more = page.get_by_text("More filters")
    select.first.or_(more).first.wait_for()  # the bar may come after the charts
    if not select.first.is_visible():
        more.click()
    select.first.click()
    select.first.locator("input").fill(value)
    page.locator(f'.ant-select-dropdown [title="{value}"]').first.wait_for(state="attached")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.locator('[data-test="filter-bar__apply-button"]').click()
