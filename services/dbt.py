"""`python -m services.dbt ...`: dbt with the wiring of .env, which dbt by itself does not read."""

import os
import sys
from pathlib import Path

from services.install import read_env


def environment() -> dict[str, str]:
    """What dbt's env_var finds: .env, and what the shell says otherwise."""
    return {**read_env(), **os.environ}


def main(arguments: list[str]) -> None:
    """Become dbt."""
    dbt = str(Path(sys.executable).parent / "dbt")
    os.execve(dbt, [dbt, *arguments], environment())  # noqa: S606 (no shell)


if __name__ == "__main__":
    main(sys.argv[1:])
