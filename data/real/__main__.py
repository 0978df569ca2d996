"""`make fetch-data`: the real file by the user's own Kaggle account, or from a file that is here already, checked."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from data.real.checks import RealFileError, check, facts_or_reason, remember
from services.install import SetupError, install_environment
from settings import PROJECT_DIR, SettingsError, load_settings

ENVIRONMENT, LOCK = ".venv-fetch", "fetch"
DOWNLOAD_SECONDS = 1800
FILE = "events.csv"
TERMS = """The file is the data set "eCommerce events history in electronics store" by Michael Kechinov on Kaggle,
collected by the Open CDP project of REES46 Marketing Platform. Its page states the terms: it may be used free of charge
if its source is named. It is downloaded with your own account, is kept on this machine, and must not be passed on with
this project."""
NO_ACCOUNT = (
    "no Kaggle credentials: make a token on your account's settings page and save it as ~/.kaggle/kaggle.json, or set "
    "KAGGLE_USERNAME and KAGGLE_KEY; or download events.csv in a browser and run: make fetch-data SOURCE=events.csv. "
    "Without an account: make generate gives a file like it"
)


def has_credentials() -> bool:
    """Whether kagglehub would find a token."""
    if os.environ.get("KAGGLE_API_TOKEN"):
        return True
    if os.environ.get("KAGGLE_USERNAME") and os.environ.get("KAGGLE_KEY"):
        return True
    folder = Path(os.environ.get("KAGGLE_CONFIG_DIR", Path.home() / ".kaggle"))
    return any((folder / name).exists() for name in ("kaggle.json", "access_token"))


def agreed(accept: bool) -> bool:
    """Say the terms and ask; scripts say so beforehand."""
    print(TERMS)
    if accept:
        return True
    if not sys.stdin.isatty():
        raise RealFileError("the terms have to be accepted: run it with ACCEPT=1")
    return input("Accept these terms? Type yes: ").strip().lower() == "yes"


def download(console: Console) -> Path:
    """The file in kagglehub's own cache; raises RealFileError with what the client said."""
    if not has_credentials():
        raise RealFileError(NO_ACCOUNT)
    install_environment(ENVIRONMENT, LOCK)
    interpreter = str(PROJECT_DIR / ENVIRONMENT / "bin" / "python")
    script = str(PROJECT_DIR / "data" / "real" / "download.py")
    with console.status("downloading from Kaggle; some minutes"):
        try:
            done = subprocess.run(
                [interpreter, script], capture_output=True, text=True, timeout=DOWNLOAD_SECONDS
            )
        except subprocess.TimeoutExpired:
            raise RealFileError(f"the download took over {DOWNLOAD_SECONDS} s: try again") from None
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise RealFileError(f"Kaggle did not give the file ({reason[0][:300]}): try again later")
    folder = done.stdout.rsplit("folder=", 1)[-1].strip()
    return Path(folder) / FILE


def run(source: Path | None, accept: bool, console: Console) -> Path:
    """Fetch, check and keep the file; where it is kept."""
    target = load_settings().paths.data / "real" / FILE
    if source is None and not agreed(accept):
        raise RealFileError("nothing was fetched: the terms were not accepted")
    path = source or download(console)
    with console.status("checking the file") as status:
        found = facts_or_reason(path, lambda rows: status.update(f"checking: {rows:,} rows"))
    check(found)
    is_first = remember(found, target.with_suffix(".facts.json"))
    if path.resolve() != target.resolve():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    digest = "recorded" if is_first else "as at its first use"
    console.print(
        f"{found.rows:,} rows, {found.first} to {found.last}; sha256 {digest}", highlight=False
    )
    return target


def main() -> int:
    """0 when the file is there and is the one; 1 when not, 2 for a wrong setting."""
    parser = argparse.ArgumentParser(prog="python -m data.real", description=__doc__)
    parser.add_argument(
        "--source", type=Path, help="a file that is here already: only check and keep it"
    )
    parser.add_argument("--accept", action="store_true", help="accept the terms, for scripts")
    arguments = parser.parse_args()
    try:
        target = run(arguments.source, arguments.accept, Console())
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (RealFileError, SetupError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(
        f"next: make stream SOURCE={os.path.relpath(target)} RATE=500, or make load SOURCE={os.path.relpath(target)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
