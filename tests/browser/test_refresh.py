"""What a refresh asks, and who answers: one worker or several, nobody sees a half-read state of HBase."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import psutil
import pytest

from services.superset import VENV, environment
from settings import Settings
from tests.browser.answers import CHART_DATA, wait_for
from tests.browser.view import View
from tests.browser.windows import drawn_windows, kept_windows
from tests.stack import StackUnderTest, free_ports, wait_until

pytestmark = pytest.mark.integration
WINDOWS = "What happens now: events by 2-second window"
USUAL = "Usual revenue at this hour"
ASKED = 60


def test_a_refresh_asks_and_does_not_force(viewer: View) -> None:
    """A forced question goes to Spark each time; history on the live page may be a minute old."""
    viewer.open("live-store")
    viewer.answers.clear()
    wait_for(viewer.page, lambda: sum(viewer.ids[WINDOWS] == one for one, *_ in viewer.answers) > 2)
    assert {viewer.ids[USUAL], viewer.ids[WINDOWS]} <= viewer.answered()
    assert not any(question.get("force") for question in viewer.asked.values())


@pytest.fixture
def two_workers(
    shop: StackUnderTest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, psutil.Process]]:
    """The same Superset once more, with two gevent workers: its address and its process."""
    for name, value in shop.environment.items():
        monkeypatch.setenv(name, value)
    wanted = environment(Settings())  # not the settings that this process has read before
    (port,) = free_ports(1)
    options = ["-w", "2", "-k", "gevent", "-b", f"127.0.0.1:{port}", "--chdir"]
    command = [str(VENV / "bin/gunicorn"), *options, wanted["SUPERSET_HOME"]]
    with subprocess.Popen([*command, "superset.app:create_app()"], env=wanted) as gunicorn:
        try:
            wait_until("two workers answer", lambda: is_healthy(port), 120)
            yield f"http://127.0.0.1:{port}", psutil.Process(gunicorn.pid)
        finally:
            gunicorn.terminate()
            gunicorn.wait(30)


def is_healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=30).text == "OK"
    except httpx.TransportError:
        return False


def test_two_gevent_workers_give_what_hbase_has_and_never_a_part_of_it(
    viewer: View, shop: StackUnderTest, two_workers: tuple[str, psutil.Process]
) -> None:
    address, gunicorn = two_workers
    viewer.open("live-store")
    question = viewer.asked[viewer.ids[WINDOWS]]
    headers = viewer.headers() | {"Referer": address, "Connection": "close"}
    cookies = {one["name"]: one["value"] for one in viewer.page.context.cookies()}  # type: ignore[typeddict-item]
    worked = [sum(worker.cpu_times()[:2]) for worker in gunicorn.children()]

    def ask(_: int) -> httpx.Response:
        url = f"{address}{CHART_DATA}"
        return httpx.post(url, json=question, headers=headers, cookies=cookies, timeout=180)

    with ThreadPoolExecutor(6) as viewers:
        answers = list(viewers.map(ask, range(ASKED)))
    assert {answer.status_code for answer in answers} == {200}
    for worker, before in zip(gunicorn.children(), worked, strict=True):
        assert sum(worker.cpu_times()[:2]) > before + 0.1
    kept = kept_windows(shop)
    for answer in answers:
        shown = drawn_windows(answer.json()["result"][0]["data"])
        # Older than the watermark: these can change no more.
        closed = {at: n for at, n in shown.items() if at < max(shown) - timedelta(seconds=20)}
        assert len(closed) > 30
        assert closed == {at: kept[at] for at in closed}
