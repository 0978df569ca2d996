"""What the runtime knows of a service: its command, its ports, how to prepare it and how to ask whether it is ready."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from settings import Settings


class ServiceError(Exception):
    """A service cannot start or did not become ready; the message names the remedy."""


def nothing(settings: Settings) -> None:
    """The default step: nothing to do."""


@dataclass(frozen=True)
class Service:
    """One supervised program.

    `ports` maps the name of the setting to the port it holds; `probe` raises while the service does
    not answer in its own protocol; `finish` runs once after it is ready (topics, tables). `stop_group` sends the
    stop signal to the children too (a job stops its JVM itself, in order). A program that ends with one of
    `final_exits` is not started again; `settle_seconds` is how long one has to run until it counts as started
    (0: a short life is no failure). What one logs that `is_watched` is read by services/watch.py. `needs` names the
    services that have to be ready before it is begun.
    """

    name: str
    command: list[str]
    ports: dict[str, int] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[Settings], None] = nothing
    probe: Callable[[Settings], None] = nothing
    finish: Callable[[Settings], None] = nothing
    ready_seconds: int = 60
    stop_seconds: int = 20
    url: str = ""
    final_exits: tuple[int, ...] = (0, 3)
    settle_seconds: int = 2
    stop_group: bool = True
    is_watched: bool = False
    needs: tuple[str, ...] = ()


def write_properties(path: Path, values: Mapping[str, object]) -> None:
    """A Java properties file, in the order given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{key}={value}\n" for key, value in values.items()), encoding="utf-8")


def write_hadoop_xml(path: Path, values: Mapping[str, object]) -> None:
    """A Hadoop-style configuration file (HBase, Hive)."""
    rows = (
        f"  <property><name>{key}</name><value>{escape(str(value))}</value></property>\n"
        for key, value in values.items()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<configuration>\n{''.join(rows)}</configuration>\n", encoding="utf-8")
