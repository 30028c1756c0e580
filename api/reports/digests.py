"""The list of a report's files."""

from collections.abc import Iterator
from typing import Final

DIGESTS: Final = "SHA256SUMS"
"""As `sha256sum --check` reads it."""
SIGNATURE: Final = "signature.json"


def listed(digests: bytes) -> Iterator[tuple[str, str]]:
    """Names of files with their digests."""
    for line in digests.decode(errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        yield name, digest
