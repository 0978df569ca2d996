"""What a start does when a step of it fails, without a service."""

import socket
import threading
from collections.abc import Callable

import pytest

from services import __main__ as command
from services import thriftserver
from services.service import Service, ServiceError
from services.stack import Stack
from settings import Settings, load_settings


class Supervised:
    """Stands in for the supervisor: knows what was started and has not been stopped."""

    def __init__(self) -> None:
        self.running: set[str] = set()
        self.stuck = ""  # the one that does not end
        self.failed = ""

    def answers(self) -> bool:
        return True

    def launch(self) -> None:
        return

    def is_running(self, name: str) -> bool:
        return name in self.running

    def states(self) -> dict[str, dict[str, str]]:
        return {name: {"statename": "RUNNING"} for name in self.running}

    def has_failed(self, name: str) -> bool:
        return name == self.failed

    def start(self, name: str) -> None:
        self.running.add(name)

    def stop(self, name: str) -> None:
        if name == self.stuck:
            raise ServiceError(f"{name} does not end")
        self.running.remove(name)


class Steps:
    """Services that write down what is done with them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.failing: set[str] = set()
        self.stack = Stack(load_settings())
        self.supervised = Supervised()
        monkeypatch.setattr(self.stack, "supervisor", self.supervised)
        monkeypatch.setattr(self.stack, "check_ports", lambda: None)
        monkeypatch.setattr(self.stack, "base", [self.service("first"), self.service("second")])

    def service(self, name: str, *needs: str) -> Service:
        def step(what: str) -> Callable[[Settings], None]:
            def do(_: Settings) -> None:
                self.done.append(f"{what} {name}")
                if f"{what} {name}" in self.failing:
                    raise ServiceError(f"{what} {name} fails today")

            return do

        calls = {what: step(what) for what in ("prepare", "probe", "finish")}
        return Service(name, ["true"], needs=needs, ready_seconds=0, **calls)

    def up(self) -> list[str]:
        """What one start did."""
        self.done.clear()
        self.stack.up(lambda _: None)
        return list(self.done)


def test_services_that_need_nothing_start_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(monkeypatch)
    assert steps.up() == [
        *("prepare first", "prepare second"),
        *("probe first", "finish first", "probe second", "finish second"),
    ]
    assert steps.up() == ["probe first", "probe second"]


def test_a_service_begins_when_what_it_needs_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(monkeypatch)
    steps.stack.base.append(steps.service("third", "first"))
    assert steps.up() == [
        *("prepare first", "prepare second", "probe first", "finish first"),
        *("prepare third", "probe second", "finish second", "probe third", "finish third"),
    ]


@pytest.mark.parametrize("failing", ["probe second", "finish second"])
def test_a_start_whose_last_step_failed_begins_again(
    monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    steps = Steps(monkeypatch)
    steps.failing = {failing}
    with pytest.raises(ServiceError, match=r"second.* fails today"):
        steps.up()
    assert steps.supervised.running == {"first"}
    steps.failing = set()
    assert steps.up() == ["prepare second", "probe first", "probe second", "finish second"]


def test_a_start_that_fails_leaves_nothing_half_started(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(monkeypatch)
    steps.failing = {"finish first"}
    with pytest.raises(ServiceError, match="finish first fails today"):
        steps.up()
    # The second one runs by then, and its last step was not taken.
    assert steps.supervised.running == set()
    steps.failing = set()
    assert "finish second" in steps.up()


def test_a_service_that_does_not_end_hides_neither_the_reason_nor_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = Steps(monkeypatch)
    steps.failing = {"finish first"}
    steps.supervised.stuck = "first"
    told: list[str] = []
    with pytest.raises(ServiceError, match="finish first fails today"):
        steps.stack.up(told.append)
    assert told == ["first does not end"]
    assert steps.supervised.running == {"first"}


def test_a_thrift_server_that_stands_still_is_named_and_waited_for_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(thriftserver, "QUERY_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("SPARK_THRIFT_PORT", str(silent.getsockname()[1]))
        with pytest.raises(ServiceError, match="Thrift server did not answer within") as error:
            thriftserver.query(Settings(), "select 1")
    assert "make logs S=spark-thrift" in str(error.value)
    # A thread that still waits would keep the command from ending.
    assert threading.enumerate() == [threading.main_thread()]


@pytest.mark.parametrize(
    ("failed", "line"),
    [
        ("", "producer stopped"),
        (
            "producer",
            "producer stopped: perhaps not all of it is in Kafka, make logs S=producer says why",
        ),
    ],
)
def test_a_replay_that_is_stopped_before_kafka_took_all_of_it_is_told(
    monkeypatch: pytest.MonkeyPatch, failed: str, line: str
) -> None:
    steps, told = Steps(monkeypatch), list[str]()
    steps.supervised.running, steps.supervised.failed = {"producer", "live"}, failed
    steps.stack.stop_jobs(told.append)
    assert told[1:] == [line, "live finishes what it has begun", "live stopped"]


@pytest.mark.parametrize("how", [[], ["--detach"]])
def test_a_second_replay_is_refused_beside_a_supervised_one_before_anything_is_started(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], how: list[str]
) -> None:
    supervised = Supervised()
    supervised.running = {"producer"}
    monkeypatch.setattr("services.stack.Supervisor", lambda *_: supervised)
    monkeypatch.setattr(Stack, "require_up", lambda _: None)
    monkeypatch.setattr("sys.argv", ["services", "stream", *how, "--", "--source", "simulate"])
    assert command.main() == 1
    assert capsys.readouterr().err == (
        "error: a producer is already running: make stream-stop ends it\n"
    )
    assert supervised.running == {"producer"}
