"""Stable ids and file names of the assets."""

import re
import uuid

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "storepulse.invalid")
HBASE, SPARK = "HBase live", "Spark"


def uuid_of(kind: str, name: str) -> str:
    """The same for ever, so that an import changes an asset instead of adding one."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}/{name}"))


def slug(name: str) -> str:
    """For paths: lower case, words joined by underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
