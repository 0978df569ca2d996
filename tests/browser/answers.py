"""What the charts of an open page asked and were answered."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Request, Response

from bench.dashboards.viewers import CHART_DATA


@dataclass
class Answers:
    """A page, what its charts asked and what they were answered."""

    page: Page
    base: str
    ids: dict[str, int] = field(default_factory=dict)  # title of a chart to its number
    answers: list[tuple[int, int, Any]] = field(default_factory=list)  # chart, status, body
    asked: dict[int, dict[str, Any]] = field(default_factory=dict)  # by chart, the newest
    hosts: set[str] = field(default_factory=set)

    def watch(self) -> None:
        """Keep every question and answer of a chart."""
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    def _on_request(self, request: Request) -> None:
        chart = chart_of(request.url)
        if chart:
            self.asked[chart] = request.post_data_json

    def _on_response(self, response: Response) -> None:
        self.hosts.add(response.url.split("/")[2])
        chart = chart_of(response.url)
        if not chart:
            return
        try:
            body = response.json() if response.ok else response.text()
        except PlaywrightError:
            return  # the page went elsewhere while the answer came: nobody sees it
        # Asked once the body is here: a page that was left may still be answered, and left meanwhile. What
        # answers an older question of the chart is not drawn any more.
        is_newest = response.request.post_data_json == self.asked.get(chart)
        if is_newest and chart in self.ids.values():
            self.answers.append((chart, response.status, body))

    def answered(self) -> set[int]:
        """The numbers of the charts that were answered since the answers were forgotten."""
        return {chart for chart, *_ in self.answers}

    def shown(self, title: str) -> dict[str, Any]:
        """The newest good answer to a chart."""
        for chart, status, body in reversed(self.answers):
            if chart == self.ids[title] and status == 200:
                return dict(body["result"][0])
        pytest.fail(f"{title} was not answered")

    def rows(self, title: str) -> list[dict[str, Any]]:
        """The rows that a chart shows."""
        return list(self.shown(title)["data"])

    def number(self, title: str) -> Any:
        """What a card shows: the only value of its only row."""
        (row,) = self.rows(title)
        (value,) = row.values()
        return value


def altered(payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A chart's question with something else in its only query."""
    copy: dict[str, Any] = json.loads(json.dumps(payload))
    copy["queries"][0].update(changes)
    return copy


def chart_of(url: str) -> int:
    """The number of the chart that an address asks for; 0 for others."""
    found = re.search(r"slice_id%22%3A(\d+)", url) if CHART_DATA in url else None
    return int(found[1]) if found else 0


def wait_for(page: Page, is_true: Callable[[], bool], seconds: float = 60) -> None:
    """Let the page work until it is true."""
    for _ in range(int(seconds * 5)):
        if is_true():
            return
        page.wait_for_timeout(200)
    pytest.fail(f"not within {seconds} s on {page.url}")
