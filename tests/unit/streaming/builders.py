"""What the tests of the jobs share."""

from types import SimpleNamespace

from py4j.protocol import Py4JJavaError


class JavaError(Py4JJavaError):
    """An error of the Java machine, without one."""

    def __init__(self, trace: str) -> None:
        java = SimpleNamespace(_target_id="o1", toString=lambda: trace.splitlines()[0])
        super().__init__("An error occurred while calling o123.create.\n", java)
        self._trace = trace

    def __str__(self) -> str:
        return f"{self.errmsg}: {self._trace}"
