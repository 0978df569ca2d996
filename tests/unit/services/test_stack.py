"""What a start does when a step of it fails, without a service."""

import socket
import threading

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

    def answers(self) -> bool:
        return True

    def launch(self) -> None:
        return

    def is_running(self, name: str) -> bool:
        return name in self.running

    def start(self, name: str) -> None:
        self.running.add(name)

    def stop(self, name: str) -> None:
        self.running.remove(name)


def test_a_start_whose_last_step_failed_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    def finish(_: Settings) -> None:
        steps.append("tables")
        if len(steps) == 1:
            raise ServiceError("no table today")

    stack = Stack(load_settings())
    monkeypatch.setattr(stack, "supervisor", Supervised())
    monkeypatch.setattr(stack, "check_ports", lambda: None)
    monkeypatch.setattr(stack, "base", [Service("hbase", ["true"], finish=finish)])
    with pytest.raises(ServiceError, match="no table today"):
        stack.up(lambda _: None)
    stack.up(lambda _: None)
    assert steps == ["tables", "tables"]
    stack.up(lambda _: None)
    assert steps == ["tables", "tables"]


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
