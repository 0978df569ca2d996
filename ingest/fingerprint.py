"""EDGE to files: by which digest a source file is known again."""

import hashlib
from pathlib import Path

from ingest.source import SourceError

DIGEST_CHARACTERS = 16


def source_sha256(path: Path) -> str:
    """The first characters of the sha256 of the file as it lies there; raises SourceError."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:DIGEST_CHARACTERS]
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from None
