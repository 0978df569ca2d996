"""When Superset's metadata, roles and users are set up again; judged where Superset is installed."""

import json
import shutil
from pathlib import Path

import pytest

from settings import PROJECT_DIR
from tests.unit.superset.test_guard import run

FILES = ("manage.py", "roles.py", "superset_config.py", "plugins/storepulse_superset/guard.py")
SCRIPT = """
import json, os, sys
from pathlib import Path
sys.path.insert(0, "{project}/superset")
import manage
manage.FOLDER = Path("{folder}")
os.environ.update(dict.fromkeys(manage.PASSWORDS, "secret"))
before, changed = manage._fingerprint(), []
for name in json.load(sys.stdin):
    file = manage.FOLDER / name
    text = file.read_text()
    file.write_text(text + "# changed")
    changed.append(manage._fingerprint() != before)
    file.write_text(text)
print(json.dumps(changed))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files that say who may do what, to be changed."""
    for name in FILES:
        copy = tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT_DIR / "superset" / name, copy)
    return tmp_path


def test_a_change_of_who_may_do_what_sets_the_roles_up_again(folder: Path) -> None:
    """The schemas of the Analyst are in the guard."""
    script = SCRIPT.format(project=PROJECT_DIR, folder=folder)
    changed = json.loads(run(script, json.dumps(FILES)))
    assert dict(zip(FILES, changed, strict=True)) == dict.fromkeys(FILES, True)
