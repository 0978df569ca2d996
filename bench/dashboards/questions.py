"""EDGE HTTP: viewers whose browsers run elsewhere. A page's own questions, sent at its pace, six at a time."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
from playwright.sync_api import Page, Request

from bench.dashboards.viewers import CHART_DATA, LOAD_MS, BenchError, go_to_charts, work
from services.superset import url
from settings import Settings

CONNECTIONS = 6  # so many a browser opens to one server
RECORD_SECONDS = 15


@dataclass(frozen=True)
class Question:
    """What a chart asks."""

    address: str
    body: str


@dataclass
class Viewer:
    """A login with the times of its answers, in milliseconds from the request to the last byte."""

    cookies: dict[str, str]
    headers: dict[str, str]
    milliseconds: list[float] = field(default_factory=list)
    refused: int = 0


def record(page: Page, settings: Settings) -> list[Question]:
    """The questions of Live store from top to bottom, each once, as a real page sends them."""
    found: dict[str, Question] = {}

    def keep(request: Request) -> None:
        if CHART_DATA in request.url:
            found[request.url] = Question(request.url, request.post_data or "")

    page.on("request", keep)
    go_to_charts(page, f"{url(settings)}/superset/dashboard/live-store/")
    page.mouse.wheel(0, 9000)
    work([page], RECORD_SECONDS)
    page.remove_listener("request", keep)
    if not found:
        raise BenchError("Live store asked nothing: make dashboards")
    return list(found.values())


def viewer_of(page: Page, settings: Settings) -> Viewer:
    """Who is logged in there; the page itself is left."""
    token = page.locator("#csrf_token").first.get_attribute("value") or ""
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    headers = {
        "X-CSRFToken": token,
        "Referer": url(settings),
        "Content-Type": "application/json",
    }
    return Viewer(cookies, headers)


async def _ask(client: httpx.AsyncClient, viewer: Viewer, question: Question) -> None:
    started = time.monotonic()
    answer = await client.post(question.address, content=question.body)
    if answer.is_success:
        viewer.milliseconds.append((time.monotonic() - started) * 1000)
    else:
        viewer.refused += 1


async def _look(
    viewer: Viewer,
    questions: list[Question],
    refresh_seconds: float,
    delay: float,
    is_over: Callable[[], bool],
) -> None:
    limits = httpx.Limits(max_connections=CONNECTIONS)
    how = {"cookies": viewer.cookies, "headers": viewer.headers, "timeout": LOAD_MS / 1000}
    free = asyncio.Semaphore(CONNECTIONS)

    async def in_turn(question: Question) -> None:
        async with free:  # waiting for a connection is no part of the answer
            await _ask(client, viewer, question)

    async with httpx.AsyncClient(limits=limits, **how) as client:  # type: ignore[arg-type]
        await asyncio.sleep(delay)
        while not is_over():
            due = time.monotonic() + refresh_seconds
            await asyncio.gather(*(in_turn(one) for one in questions))
            await asyncio.sleep(max(0.0, due - time.monotonic()))


def look(
    viewers: list[Viewer], questions: list[Question], refresh_seconds: float, seconds: float
) -> None:
    """Let all look for so long, each at another moment of the refresh."""

    interrupted = threading.Event()
    until = time.monotonic() + seconds

    def is_over() -> bool:
        return interrupted.is_set() or time.monotonic() >= until

    async def together() -> None:
        apart = refresh_seconds / len(viewers)
        await asyncio.gather(
            *(
                _look(viewer, questions, refresh_seconds, number * apart, is_over)
                for number, viewer in enumerate(viewers)
            )
        )

    # The browser's loop runs in this thread.
    with ThreadPoolExecutor(1) as beside:
        try:
            beside.submit(asyncio.run, together()).result()
        finally:
            interrupted.set()
