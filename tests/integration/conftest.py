"""One whole stack for the tests of the live half, started once a file and always stopped."""

from collections.abc import Iterator

import pytest

from tests.stack import StackUnderTest


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackUnderTest]:
    """All services up."""
    stack = StackUnderTest(tmp_path_factory.mktemp("stack").resolve())
    try:
        stack.run("services", "up")
        yield stack
    finally:
        stack.run("services", "down", check=False)
