"""How long a producer's thread sleeps while its broker takes no request."""

from typing import Any, cast

import pytest

from ingest.client import PatientClient


class Manager:
    """Connections of which one is known: whether it is broken, and for how many seconds it should be left alone."""

    def __init__(self, delay_seconds: float) -> None:
        self.delay_seconds = delay_seconds

    def connection_delay(self, _node: int) -> float:
        return self.delay_seconds


@pytest.mark.parametrize(
    ("delay_seconds", "told_ms"), [(0, 50), (0.01, 50), (0.2, 200), (1.5, 1500)]
)
def test_a_broker_is_left_alone_for_a_moment_at_least(delay_seconds: float, told_ms: float) -> None:
    client = PatientClient(net=cast(Any, object()), manager=cast(Any, Manager(delay_seconds)))
    assert client.connection_delay(0) == pytest.approx(told_ms)
