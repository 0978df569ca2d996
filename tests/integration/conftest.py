"""One stack for the tests of the live half, started once a file and always stopped."""

from collections.abc import Iterator

import pytest

from tests.stack import StackUnderTest


@pytest.fixture(scope="module")
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StackUnderTest]:
    """All services up, or those that the file names as its SERVICES."""
    stack = StackUnderTest(tmp_path_factory.mktemp("stack").resolve())
    try:
        stack.run("services", "up", "--only", getattr(request.module, "SERVICES", ""))
        yield stack
    finally:
        stack.end()
