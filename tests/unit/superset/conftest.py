"""The plugins' pure modules are imported from their folder: they need no Superset."""

import sys

from settings import PROJECT_DIR

for folder in (PROJECT_DIR / "superset" / "plugins", PROJECT_DIR / "superset" / "spec"):
    sys.path.insert(0, str(folder))
