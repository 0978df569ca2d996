"""The keeper as WSGI: what goes through it, for whom, and what of an answer is kept."""

import io
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from storepulse_superset import answers
from storepulse_superset.answers_wsgi import IS_LIVE, LONGEST_KEPT, KeptAnswers

from tests.unit.superset.test_answers import Clock

BODY = b'{"queries":[],"result_format":"json"}'
EXPORT = b'{"queries":[],"result_format":"csv"}'


class Sessions:
    """The cookie is the user's number."""

    def open_session(self, _: object, request: dict[str, Any]) -> dict[str, str]:
        return {"_user_id": request["HTTP_COOKIE"]} if request.get("HTTP_COOKIE") else {}


class Application:
    """Stands where Flask's application stands; answers who asked, how often it was asked, and what."""

    session_interface = Sessions()
    request_class = dict

    def __init__(self) -> None:
        self.count = 0
        self.is_live = True
        self.status = "200 OK"

    def wsgi_app(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        self.count += 1
        environ[IS_LIVE] = self.is_live
        start_response(self.status, [("Content-Type", "a/b"), ("Set-Cookie", "session=mine")])
        body = environ["wsgi.input"].read()
        return [f"{self.count} {environ.get('HTTP_COOKIE', '-')} ".encode(), body]


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Application:
    monkeypatch.setattr(answers.Keeper.__init__, "__defaults__", (lambda: 0.0, lambda _: None))
    return Application()


@pytest.fixture
def superset(application: Application) -> KeptAnswers:
    return KeptAnswers(application)


def post(
    superset: KeptAnswers,
    body: bytes = BODY,
    user: str = "7",
    path: str = "/api/v1/chart/data",
    **headers: str,
) -> tuple[str, dict[str, str], bytes]:
    environ = {
        **{"REQUEST_METHOD": "POST", "PATH_INFO": path, "CONTENT_LENGTH": str(len(body))},
        **{"HTTP_COOKIE": user, "wsgi.input": io.BytesIO(body), **headers},
    }
    told: list[Any] = []
    content = b"".join(superset(environ, lambda *args: told.extend(args[:2])))
    return told[0], dict(told[1]), content


def test_the_same_question_of_the_same_user_is_answered_once(superset: KeptAnswers) -> None:
    assert post(superset)[2] == b"1 7 " + BODY
    assert post(superset)[2] == b"1 7 " + BODY


def test_no_user_gets_the_answer_of_another(superset: KeptAnswers) -> None:
    assert post(superset, user="7")[2] == b"1 7 " + BODY
    assert post(superset, user="8")[2] == b"2 8 " + BODY
    assert post(superset, user="")[2] == b"3  " + BODY


@pytest.mark.parametrize("header", ["HTTP_AUTHORIZATION", "HTTP_X_GUESTTOKEN"])
def test_what_is_answered_to_a_token_is_kept_for_nobody(superset: KeptAnswers, header: str) -> None:
    assert post(superset, user="", **{header: "Bearer mine"})[2] == b"1  " + BODY
    assert post(superset, user="")[2] == b"2  " + BODY
    assert post(superset, user="", **{header: "Bearer mine"})[2] == b"3  " + BODY


def test_a_kept_answer_carries_no_cookie(superset: KeptAnswers) -> None:
    for _ in range(2):
        assert post(superset)[1] == {"Content-Type": "a/b"}


def test_an_answer_that_is_not_kept_is_passed_on_as_it_is(
    superset: KeptAnswers, application: Application
) -> None:
    application.status = "403 FORBIDDEN"
    assert post(superset)[:2] == (
        "403 FORBIDDEN",
        {"Content-Type": "a/b", "Set-Cookie": "session=mine"},
    )
    assert post(superset)[2].startswith(b"2 ")


def test_what_spark_answers_is_kept_longer_than_what_follows_the_stream(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(answers.Keeper.__init__, "__defaults__", (clock, lambda _: None))
    for is_live, second in ((True, b"2"), (False, b"1")):
        application.count, application.is_live, clock.seconds = 0, is_live, 0
        superset = KeptAnswers(application)
        post(superset)
        clock.seconds = 3
        assert post(superset)[2][:1] == second


@pytest.mark.parametrize("body", [BODY[:-1] + b',"force":true}', BODY[:-1] + b',"force": true}'])
def test_what_a_person_wants_computed_now_is_computed(superset: KeptAnswers, body: bytes) -> None:
    assert [post(superset, body)[2][:1] for _ in range(2)] == [b"1", b"2"]


def test_a_very_long_answer_is_not_kept(superset: KeptAnswers) -> None:
    body = BODY[:-1] + b" " * LONGEST_KEPT + b"}"
    assert [post(superset, body)[2][:1] for _ in range(2)] == [b"1", b"2"]


@pytest.mark.parametrize(
    ("body", "path"), [(EXPORT, "/api/v1/chart/data"), (BODY, "/api/v1/sqllab/execute/")]
)
def test_exports_and_other_pages_do_not_go_through_the_keeper(
    superset: KeptAnswers, body: bytes, path: str
) -> None:
    """An export is written into the audit log, each time."""
    assert [post(superset, body, path=path)[2] for _ in range(2)] == [
        b"1 7 " + body,
        b"2 7 " + body,
    ]
