"""Apache Superset in its own environment: metadata in a file of its own, one worker on loopback."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from services.service import Service, ServiceError
from settings import PROJECT_DIR, Settings, SettingsError, load_settings

VENV = PROJECT_DIR / ".venv-superset"
SECRETS = PROJECT_DIR / ".secrets.env"
MANAGE_SECONDS = 300
PLUGINS = PROJECT_DIR / "superset" / "plugins"


def url(settings: Settings) -> str:
    """Where the dashboards are."""
    return f"http://127.0.0.1:{settings.superset.port}"


def secrets() -> dict[str, str]:
    """The generated passwords and the key; raises SettingsError when there are none."""
    try:
        lines = SECRETS.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise SettingsError(f'{SECRETS.name} cannot be read: run "make setup"') from None
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name: value for name, _, value in pairs}


def environment(settings: Settings) -> dict[str, str]:
    """All that superset_config.py and the plugins read; the secrets are not in a command line or a file."""
    home = settings.paths.data / "superset"
    return {
        **os.environ,
        **secrets(),
        "SUPERSET_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(PROJECT_DIR / "superset" / "superset_config.py"),
        "SUPERSET_PORT": str(settings.superset.port),
        "SUPERSET_PUBLIC": str(settings.superset.public).lower(),
        "SUPERSET_QUERY_SECONDS": str(settings.superset.query_seconds),
        "HBASE_THRIFT_HOST": settings.hbase.thrift_host,
        "HBASE_THRIFT_PORT": str(settings.hbase.thrift_port),
        "HBASE_SALT_BUCKETS": str(settings.hbase.salt_buckets),
        "SPARK_THRIFT_HOST": settings.spark.thrift_host,
        "SPARK_THRIFT_PORT": str(settings.spark.thrift_port),
        "STREAM_WINDOW_SECONDS": str(settings.stream.window_seconds),
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
    }


def manage(settings: Settings, command: str) -> None:
    """Run superset/manage.py; its output goes to the log of Superset, the end of it to an error."""
    log = settings.paths.logs / "superset-manage.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    Path(environment(settings)["SUPERSET_HOME"]).mkdir(parents=True, exist_ok=True)
    script = PROJECT_DIR / "superset" / "manage.py"
    with log.open("ab") as output:
        try:
            done = subprocess.run(
                [str(VENV / "bin" / "python"), str(script), command],
                env=environment(settings),
                stdout=output,
                stderr=output,
                timeout=MANAGE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ServiceError(f"superset {command} took over {MANAGE_SECONDS} s: {log}") from None
    if done.returncode:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
        raise ServiceError(
            f"superset {command} failed: {' / '.join(lines)[-600:]}; all of it: {log}"
        )


def prepare(settings: Settings) -> None:
    """Metadata, roles and both users; quick when they are there."""
    manage(settings, "init")


def dashboards(settings: Settings) -> None:
    """Import databases, datasets, charts and dashboards from superset/assets; sets up first what is not."""
    manage(settings, "import-assets")


def probe(settings: Settings) -> None:
    """HTTP /health answers OK."""
    try:
        with urllib.request.urlopen(f"{url(settings)}/health", timeout=5) as answer:  # noqa: S310
            if answer.status != 200:
                raise ConnectionError(f"/health answers {answer.status}")
    except urllib.error.URLError as error:
        raise ConnectionError(f"/health: {error.reason}") from error


def service(settings: Settings) -> Service:
    """The web server."""
    return Service(
        name="superset",
        command=[sys.executable, "-m", "services.superset"],
        ports={"SUPERSET_PORT": settings.superset.port},
        prepare=prepare,
        probe=probe,
        ready_seconds=120,
        url=f"{url(settings)}/ (users viewer, analyst, admin; passwords: {SECRETS.name})",
    )


def main() -> None:
    """Become gunicorn, with the secrets in the environment."""
    settings = load_settings()
    address = f"127.0.0.1:{settings.superset.port}"
    # One worker: the snapshot of HBase is kept by process.
    # Threads: an answer that is known does not wait for one that is being computed.
    options = ["-w", "1", "-k", "gthread", "--threads", "32"]
    # A page asks again after two to three seconds, over the same connections.
    options += ["--keep-alive", "75", "--timeout", "120"]
    # Not in the project's folder, whose superset/ would be found beside the package.
    home = environment(settings)["SUPERSET_HOME"]
    gunicorn = str(VENV / "bin" / "gunicorn")
    command = [gunicorn, *options, "--chdir", home, "-b", address, "superset.app:create_app()"]
    os.execve(gunicorn, command, environment(settings))  # noqa: S606 (no shell)


if __name__ == "__main__":
    main()
