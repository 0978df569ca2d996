"""`make setup`: both Python environments, the jars and the secrets; standard library only."""

import hashlib
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

from services.prerequisites import PROJECT_DIR, disk, first_failure, java, maven, python

ENVIRONMENTS = {".venv": "pipeline", ".venv-superset": "superset"}
SERVICES = ("kafka", "hbase", "spark")
SECRETS = (
    *("SUPERSET_SECRET_KEY", "SUPERSET_ADMIN_PASSWORD"),
    *("SUPERSET_ANALYST_PASSWORD", "SUPERSET_VIEWER_PASSWORD"),
)


class SetupError(Exception):
    """A step of the set-up failed; the message says which and where its output is."""


def read_env() -> dict[str, str]:
    """The pairs of .env, overridden by the environment (settings.py cannot be imported yet)."""
    pairs = {}
    for line in (PROJECT_DIR / ".env").read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            pairs[name.strip()] = os.environ.get(name.strip(), value.strip())
    return pairs


def _run(title: str, *command: str) -> None:
    log = PROJECT_DIR / "var" / "logs" / "setup.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    print(f"  {title} ...", flush=True)
    started = time.monotonic()
    with log.open("ab") as output:
        done = subprocess.run(command, cwd=PROJECT_DIR, stdout=output, stderr=output, check=False)
    if done.returncode != 0:
        tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-20:]
        print("\n".join(tail), file=sys.stderr)
        raise SetupError(f"{title} failed: read {log}, then run make setup again")
    print(f"  {title}: {time.monotonic() - started:.0f} s", flush=True)


def _stamp_is_current(stamp: Path, text: str) -> bool:
    return stamp.exists() and stamp.read_text(encoding="utf-8") == text


def install_environment(folder: str, lock_name: str) -> None:
    """A virtual environment that holds exactly what the hashed lock names."""
    lock = PROJECT_DIR / "requirements" / f"{lock_name}.txt"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = PROJECT_DIR / folder / "lock.sha256"
    if _stamp_is_current(stamp, wanted):
        return
    _create_venv(folder)
    interpreter = str(PROJECT_DIR / folder / "bin" / "python")
    uv = str(PROJECT_DIR / ".venv" / "bin" / "uv")
    # Compiled once: where Python may write no bytecode, each start of Superset would spend 4 s on it.
    sync = (uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode")
    _run(f"{folder}: packages of {lock.name}", *sync, "--python", interpreter, str(lock))
    stamp.write_text(wanted, encoding="utf-8")


def _create_venv(folder: str) -> None:
    if not (PROJECT_DIR / folder / "bin" / "python").exists():
        _run(f"{folder}: new environment", sys.executable, "-m", "venv", folder)
    if folder == ".venv" and not (PROJECT_DIR / folder / "bin" / "uv").exists():
        pip = str(PROJECT_DIR / folder / "bin" / "pip")
        lock = "requirements/bootstrap.txt"
        _run(f"{folder}: uv", pip, "install", "--quiet", "--require-hashes", "-r", lock)


def install_plugins() -> None:
    """The plugins of Superset, in place: a change of their code needs no new installation."""
    project = PROJECT_DIR / "superset" / "plugins" / "pyproject.toml"
    lock = PROJECT_DIR / "requirements" / "superset.txt"
    wanted = hashlib.sha256(project.read_bytes() + lock.read_bytes()).hexdigest()
    stamp = PROJECT_DIR / ".venv-superset" / "plugins.sha256"
    if _stamp_is_current(stamp, wanted):
        return
    uv = str(PROJECT_DIR / ".venv" / "bin" / "uv")
    interpreter = str(PROJECT_DIR / ".venv-superset" / "bin" / "python")
    _run(
        "plugins of Superset",
        *(uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--no-build-isolation"),
        *("--python", interpreter, "--editable", str(project.parent)),
    )
    stamp.write_text(wanted, encoding="utf-8")


def install_jars(service: str, env: dict[str, str]) -> None:
    """A folder of its own for each service: two services' jars never share a class path."""
    pom = PROJECT_DIR / "services" / "jars" / service / "pom.xml"
    versions = {k: v for k, v in env.items() if k.endswith("_VERSION")}
    wanted = hashlib.sha256(pom.read_bytes() + repr(sorted(versions.items())).encode()).hexdigest()
    target = PROJECT_DIR / env["JARS_DIR"] / service
    stamp = target / "pom.sha256"
    if _stamp_is_current(stamp, wanted):
        return
    for old in target.glob("*.jar"):
        old.unlink()
    defines = [f"-D{name.lower().replace('_', '.')}={value}" for name, value in versions.items()]
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={target}"]
    _run(f"jars of {service}", "mvn", "-B", "-q", "-f", str(pom), *goal, *defines)
    stamp.write_text(wanted, encoding="utf-8")


def write_secrets() -> None:
    """Passwords and keys, each generated once, into a file that only its owner reads."""
    path = PROJECT_DIR / ".secrets.env"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        present = {line.partition("=")[0] for line in file}
        missing = [name for name in SECRETS if name not in present]
        file.writelines(f"{name}={secrets.token_urlsafe(24)}\n" for name in missing)


def main() -> int:
    """Bring what is missing; a second run finds everything in place."""
    failure = first_failure([java(), maven(), python(), disk()])
    if failure:
        print(f"error: {failure.check}: {failure.found}; run: {failure.remedy}", file=sys.stderr)
        return 2
    try:
        env = read_env()
        for folder, lock_name in ENVIRONMENTS.items():
            install_environment(folder, lock_name)
        install_plugins()
        for service in SERVICES:
            install_jars(service, env)
        write_secrets()
    except (SetupError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; make setup goes on from here", file=sys.stderr)
        return 130
    print("Set up: .venv, .venv-superset, jars, secrets. Next: make up")
    return 0


if __name__ == "__main__":
    sys.exit(main())
