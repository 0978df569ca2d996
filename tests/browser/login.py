"""Pages of people who are logged in."""

from typing import Any

from playwright.sync_api import Browser, StorageState

from bench.dashboards.viewers import log_in
from tests.browser.view import View
from tests.stack import StackUnderTest

# Address and user to the cookies of a login and the token that goes with them.
SESSIONS: dict[tuple[str, str], tuple[StorageState, str]] = {}


def logged_in(
    browser: Browser,
    stack: StackUnderTest,
    width: int,
    height: int,
    user: str = "viewer",
    **context: Any,
) -> View:
    """A page of a user; `context` is what else the browser is told, as Playwright names it.

    Who has logged in once stays so in the next window.
    """
    base = f"http://127.0.0.1:{stack.environment['SUPERSET_PORT']}"
    cookies, token = SESSIONS.get((base, user), (None, ""))
    screen = {"width": width, "height": height}
    page = browser.new_context(viewport=screen, storage_state=cookies, **context).new_page()  # type: ignore[arg-type]
    view = View(page, base, token=token)
    if cookies is None:
        log_in(page, base, user)
        view.headers()
        SESSIONS[base, user] = page.context.storage_state(), view.token
    view.watch()
    return view
