"""Secrets are named in the site file and read from their place only when they are needed; they are never logged."""

import os
from pathlib import Path

from edge.errors import StartRefused


def read_secret(reference: str, folder: Path) -> str:
    """The secret behind env:NAME or file:PATH (relative to the site file's folder). Raises StartRefused."""
    source, _, name = reference.partition(":")
    if source == "env":
        value = os.environ.get(name, "")
        if not value:
            raise StartRefused(f"The secret {reference} is not there: set the environment variable {name}.")
        return value
    try:
        value = (folder / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StartRefused(f"The secret {reference} cannot be read: check that the file is there and readable.") from error
    if not value:
        raise StartRefused(f"The secret {reference} is empty: write it into the file.")
    return value
