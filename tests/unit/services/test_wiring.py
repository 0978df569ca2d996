"""The wiring: every setting is in .env, once, and a wrong one is told in one line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from services import dbt, prerequisites
from services.install import read_env
from services.stack import base_services
from services.supervisor import configuration
from settings import PROJECT_DIR, Settings, SettingsError

ENV = PROJECT_DIR / ".env"


def test_a_port_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HBASE_THRIFT_PORT", "99999")
    with pytest.raises(SettingsError, match=r"^HBASE_THRIFT_PORT in \.env: .*99999") as error:
        Settings()
    assert "\n" not in str(error.value)


def test_a_broker_without_a_port_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "localhost")
    with pytest.raises(
        SettingsError, match=r"^KAFKA_BOOTSTRAP_SERVERS in \.env: should be host:port"
    ):
        Settings()


def test_the_allowed_future_must_stay_behind_the_watermark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAM_MAX_FUTURE_SECONDS", "10")
    with pytest.raises(SettingsError, match="STREAM_MAX_FUTURE_SECONDS must be less"):
        Settings()


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:19092")
    assert Settings().kafka.port == 19092


def test_ports_of_the_services_differ() -> None:
    ports = [port for service in base_services(Settings()) for port in service.ports.values()]
    assert len(ports) == len(set(ports)) == 8


def test_versions_in_the_lock_are_those_of_the_jars() -> None:
    lock = (PROJECT_DIR / "requirements" / "pipeline.txt").read_text(encoding="utf-8")
    env = read_env()
    assert f"pyspark=={env['SPARK_VERSION']} " in lock
    assert f"delta-spark=={env['DELTA_VERSION']} " in lock


def test_locks_have_hashes_and_no_address() -> None:
    for lock in (PROJECT_DIR / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)
        assert pins
        assert text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text


def test_supervised_programs_never_start_by_themselves() -> None:
    settings = Settings()
    text = configuration(settings, base_services(settings))
    assert text.count("autostart=false") == text.count("[program:") == 5


def test_every_folder_of_the_tree_in_the_readme_exists() -> None:
    readme = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
    tree = readme.split("## What is where")[1].split("```")[1]
    names = re.findall(r"^(\S+)", tree, re.MULTILINE)
    assert len(names) >= 10
    assert [name for name in names if not (PROJECT_DIR / name).exists()] == []


def test_every_make_target_that_the_readme_names_exists() -> None:
    readme = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
    makefile = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)", readme))
    assert {"demo", "up", "stream", "test"} <= named
    assert [name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def test_missing_java_is_one_line_with_the_command_that_mends_it(tmp_path: Path) -> None:
    (tmp_path / "mvn").symlink_to("/bin/true")
    done = subprocess.run(
        [sys.executable, "-m", "services.install"],
        cwd=PROJECT_DIR,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: Java 17: not found; run: apt-get install -y openjdk-17-jdk-headless"
    ]


def test_java_is_found_when_it_speaks_of_its_options_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")
    finding = prerequisites.java()
    assert finding.ok
    assert 'version "17.' in finding.found


def test_dbt_gets_the_wiring_of_env_and_what_the_shell_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SPARK_THRIFT_PORT", raising=False)
    monkeypatch.setenv("STREAM_WINDOW_SECONDS", "5")
    found = dbt.environment()
    assert found["SPARK_THRIFT_PORT"] == read_env()["SPARK_THRIFT_PORT"]
    assert found["STREAM_WINDOW_SECONDS"] == "5"
    # Every target of the Makefile takes dbt from there.
    assert "bin/dbt" not in (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
