"""`manage.py init | import-assets`: metadata, users, roles and the dashboards, in one start of Superset.

An import sets up first what is not, so a change of who may look costs one start as well.
"""

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import roles

FOLDER = Path(__file__).resolve().parent
ASSETS = FOLDER / "assets"
PASSWORDS = tuple(f"SUPERSET_{name.upper()}_PASSWORD" for name in ("admin", "analyst", "viewer"))
NEEDED = (
    *("SUPERSET_HOME", "SUPERSET_CONFIG_PATH", "SUPERSET_SECRET_KEY", "SUPERSET_PORT"),
    *PASSWORDS,
    *("HBASE_THRIFT_HOST", "HBASE_THRIFT_PORT", "SPARK_THRIFT_HOST", "SPARK_THRIFT_PORT"),
)


def _home() -> Path:
    return Path(os.environ["SUPERSET_HOME"])


def _stamp() -> Path:
    return _home() / "initialized.sha256"


def _fingerprint() -> str:
    # What init depends on: this folder's code, the version, the passwords, who may look.
    from importlib.metadata import version

    guard = "plugins/storepulse_superset/guard.py"  # it names the schemas of the Analyst
    files = ("manage.py", "roles.py", "superset_config.py", guard)
    parts = [(FOLDER / name).read_bytes() for name in files]
    parts += [version("apache-superset").encode(), str(roles.is_public()).encode()]
    parts += [os.environ[name].encode() for name in PASSWORDS]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _user(manager: Any, name: str, role: Any, password: str) -> None:
    found = manager.find_user(name)
    if found:
        found.roles, found.active = [role], True
        manager.reset_password(found.id, password)
    else:
        mail = f"{name}@storepulse.invalid"
        manager.add_user(name, name.capitalize(), "Storepulse", mail, role, password=password)


def initialize(app: Any) -> None:
    """Migrations, permissions, the roles and a user of each."""
    import flask_migrate

    import superset

    migrations = Path(superset.__file__).parent / "migrations"
    flask_migrate.upgrade(directory=str(migrations))
    print("metadata: up to date", flush=True)
    superset.appbuilder.add_permissions(update_perms=True)
    manager = superset.security_manager
    manager.sync_role_definitions()
    users = {
        "admin": manager.find_role("Admin"),
        "analyst": roles.analyst(manager),
        "viewer": roles.viewer(manager),
    }
    roles.public(manager)
    for name, role in users.items():
        _user(manager, name, role, os.environ[f"SUPERSET_{name.upper()}_PASSWORD"])
    superset.db.session.commit()
    print(f"users: {', '.join(users)}", flush=True)


def contents() -> dict[str, str]:
    """The files of assets/, with the addresses of this stack filled in."""
    env = os.environ
    hbase = f"{env['HBASE_THRIFT_HOST']}:{env['HBASE_THRIFT_PORT']}"
    spark = f"{env['SPARK_THRIFT_HOST']}:{env['SPARK_THRIFT_PORT']}"
    return {
        str(path.relative_to(ASSETS)): path.read_text(encoding="utf-8")
        .replace("HBASE_ADDRESS", hbase)
        .replace("SPARK_ADDRESS", spark)
        for path in sorted(ASSETS.rglob("*.yaml"))
    }


def _delete_what_is_gone(uuids: set[str]) -> int:
    """Remove what an earlier import brought and the files have no more; a user's own stays."""
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.core import Database
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    from superset import db

    record = _home() / "imported.json"
    before = set(json.loads(record.read_text())) if record.exists() else set()
    gone, removed = before - uuids, 0
    for model in (Dashboard, Slice, SqlaTable, Database):
        for item in db.session.query(model).all():
            if str(item.uuid) in gone:
                db.session.delete(item)
                removed += 1
        db.session.flush()
    db.session.commit()
    record.write_text(json.dumps(sorted(uuids)))
    return removed


def import_assets(app: Any) -> None:
    """Make Superset's databases, datasets, charts and dashboards equal to assets/."""
    import yaml
    from flask import g
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.models.core import Database
    from superset.models.dashboard import Dashboard

    from superset import db, security_manager

    g.user = security_manager.find_user("admin")
    files = contents()
    # Asked for each dataset, to fill a missing table with rows that a file brings; ours bring none. Asking
    # HBase would read an hour of windows.
    Database.has_table = lambda *_: True
    ImportAssetsCommand(files).run()
    uuids = {str(yaml.safe_load(text).get("uuid")) for text in files.values()} - {"None"}
    removed = _delete_what_is_gone(uuids)
    lookers = roles.of_dashboards(security_manager)
    for dashboard in db.session.query(Dashboard).all():
        if str(dashboard.uuid) in uuids:
            dashboard.roles, dashboard.owners = lookers, [g.user]
            dashboard.published = True
    db.session.commit()
    print(f"imported: {len(uuids)} assets, {removed} removed", flush=True)


def _run(fingerprint: str, *, is_initialized: bool, is_import: bool) -> None:
    # This folder's name would hide the package.
    sys.path = [path for path in sys.path if Path(path or ".").resolve() != FOLDER]
    from superset.app import create_app

    app = create_app()
    with app.app_context(), app.test_request_context():
        if not is_initialized:
            initialize(app)
            _stamp().write_text(fingerprint)
        if is_import:
            import_assets(app)


def main() -> int:
    """0 when all is in place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("init", "import-assets"))
    is_import = parser.parse_args().command == "import-assets"
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        print(f'error: not set: {", ".join(missing)}; run "make dashboards"', file=sys.stderr)
        return 2
    fingerprint = _fingerprint()
    is_initialized = _stamp().exists() and _stamp().read_text() == fingerprint
    if is_initialized:
        print("metadata: nothing to do", flush=True)
    if is_import or not is_initialized:
        _run(fingerprint, is_initialized=is_initialized, is_import=is_import)
    return 0


if __name__ == "__main__":
    sys.exit(main())
