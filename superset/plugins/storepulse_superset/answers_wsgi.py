"""EDGE WSGI: charts' questions go through the keeper, everything else goes straight to Superset."""

import io
from collections.abc import Callable, Iterable
from typing import Any

from storepulse_superset.answers import OF_HISTORY, OF_THE_STREAM, Answer, Keeper, Question

PATH = "/api/v1/chart/data"
# The dialect of the snapshot puts it into the environment of the request that it answers.
IS_LIVE = "storepulse.is_live"
LONGEST_BODY = 1_000_000
LONGEST_KEPT = 300_000
# Another page's cookie must not come with a kept answer.
NOT_KEPT = {"set-cookie", "date", "server"}
# Who asks with one of these is somebody else than the cookie says.
TOKENS = ("HTTP_AUTHORIZATION", "HTTP_X_GUESTTOKEN")
Environ = dict[str, Any]


def mark_live() -> None:
    """Say that the present request was answered from the snapshot; without a request, nothing."""
    import flask

    if flask.has_request_context():
        flask.request.environ[IS_LIVE] = True


def is_question(environ: Environ) -> bool:
    """A chart's question for numbers: not an export, which is written into the audit log."""
    length = environ.get("CONTENT_LENGTH") or "0"
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("PATH_INFO", "").rstrip("/") == PATH
        and length.isdigit()
        and 0 < int(length) <= LONGEST_BODY
    )


def is_worth_keeping(body: bytes) -> bool:
    """Not a file, and nothing that the person wants computed now."""
    close = body.replace(b'": ', b'":')
    return b'"result_format":"json"' in close and b'"force":true' not in close


def ask(application: Callable[..., Iterable[bytes]], question: Question) -> Answer:
    """Let Superset answer, with the rights of who asked last."""
    environ, body = question.details
    environ = {**environ, "wsgi.input": io.BytesIO(body)}
    told: list[Any] = []
    parts = application(environ, lambda *status_and_headers: told.extend(status_and_headers[:2]))
    try:
        content = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    is_kept = told[0].startswith("200") and len(content) <= LONGEST_KEPT
    keeping = OF_THE_STREAM if environ.get(IS_LIVE) else OF_HISTORY
    return Answer((told[0], told[1], content), keeping if is_kept else None)


class KeptAnswers:
    """Wraps a Flask application: `app.wsgi_app = KeptAnswers(app)`."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._next = app.wsgi_app
        self._keeper = Keeper(lambda question: ask(self._next, question))

    def _user(self, environ: Environ) -> str:
        # The session is signed: who is in it has logged in. Rights are looked up at each computation.
        session = self._app.session_interface.open_session(
            self._app, self._app.request_class(environ)
        )
        return str((session or {}).get("_user_id", ""))

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """As WSGI says."""
        if not is_question(environ):
            found: Iterable[bytes] = self._next(environ, start_response)
            return found
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        if not is_worth_keeping(body) or any(environ.get(name) for name in TOKENS):
            return self._next({**environ, "wsgi.input": io.BytesIO(body)}, start_response)
        asked = (environ.get("QUERY_STRING", ""), body, environ.get("HTTP_ACCEPT_ENCODING", ""))
        answer = self._keeper.answer(Question((self._user(environ), *asked), (environ, body)))
        status, headers, content = answer.content
        if answer.keeping:
            headers = [(name, value) for name, value in headers if name.lower() not in NOT_KEPT]
        start_response(status, headers)
        return [content]
