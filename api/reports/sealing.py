"""That a report is as it was made: digests of its files, signed with the site's key."""

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key

from api.reports.digests import DIGESTS, SIGNATURE, listed
from edge.errors import StartRefused
from edge.text import Text, say

KEY: Final = "report.key"
_MEANT: Final = b"talonmies report 1\n"
"""Before what is signed, so that the signature says nothing else."""


@dataclass(frozen=True, slots=True)
class Checked:
    """fingerprint: of the key that signed; None where no signature can be read. findings: what is not as it was made."""

    fingerprint: str | None
    files: int
    findings: tuple[Text, ...]


def site_key(data: Path) -> Ed25519PrivateKey:
    """The key of a site's reports, made when it is first asked for; only its owner may read it. Raises StartRefused."""
    path = data / KEY
    try:
        if not path.exists():
            _make(path)
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise StartRefused(f"The key of reports {path} cannot be used: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise StartRefused(f"The key of reports {path} is of another kind than Ed25519.")
    return key


def _make(path: Path) -> None:
    """Whole or not at all; of two that make one at once, the first counts."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    new = path.with_name(f".{path.name}.{os.getpid()}")
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, pem)
        os.fsync(file)
    finally:
        os.close(file)
    with suppress(FileExistsError):
        os.link(new, path)
    new.unlink()


def fingerprint(key: Ed25519PublicKey) -> str:
    """As people compare it: 16 groups of four."""
    digest = hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()
    return " ".join(digest[n : n + 4] for n in range(0, len(digest), 4))


def seal(folder: Path, key: Ed25519PrivateKey) -> None:
    """Add digests and signature to the files of a report."""
    lines = [f"{_digest(path)}  {path.name}\n" for path in sorted(folder.iterdir()) if path.name not in (DIGESTS, SIGNATURE)]
    digests = "".join(lines).encode()
    (folder / DIGESTS).write_bytes(digests)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    told = {
        "algorithm": "Ed25519",
        "public_key": _written(public),
        "signature": _written(key.sign(_MEANT + digests)),
        "signs": DIGESTS,
    }
    (folder / SIGNATURE).write_text(json.dumps(told, indent=1) + "\n", encoding="ascii")


def check(folder: Path, expected: str | None = None) -> Checked:
    """expected: fingerprint of the key that must have signed; without one, only whoever knows the key can say whose it is."""
    try:
        digests = (folder / DIGESTS).read_bytes()
    except OSError:
        return Checked(None, 0, (say("There is no report here: {file} is missing.", file=DIGESTS),))
    public, problem = _signer(folder, digests)
    findings = [problem] if problem is not None else []
    made = fingerprint(public) if public is not None else None
    if expected is not None and made is not None and _bare(expected) != _bare(made):
        findings.append(say("It was signed with another key: {fingerprint}.", fingerprint=made))
    digest_of = dict(listed(digests))
    findings += _differences(folder, digest_of)
    return Checked(made, len(digest_of), tuple(findings))


def signer_of(folder: Path) -> str | None:
    """Fingerprint of the key that signed it as it is, or None."""
    try:
        public, problem = _signer(folder, (folder / DIGESTS).read_bytes())
    except OSError:
        return None
    return fingerprint(public) if public is not None and problem is None else None


def _signer(folder: Path, digests: bytes) -> tuple[Ed25519PublicKey | None, Text | None]:
    try:
        told = json.loads((folder / SIGNATURE).read_bytes())
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(told["public_key"], validate=True))
        signature = base64.b64decode(told["signature"], validate=True)
    except (OSError, ValueError, TypeError, KeyError, binascii.Error):
        return None, say("Its signature is missing or cannot be read.")
    try:
        public.verify(signature, _MEANT + digests)
    except InvalidSignature:
        return public, say("The signature does not fit: the list of digests was changed.")
    return public, None


def _differences(folder: Path, digest_of: dict[str, str]) -> Iterator[Text]:
    there = {path.name for path in folder.iterdir() if path.name not in (DIGESTS, SIGNATURE)}
    for name, digest in digest_of.items():
        if name not in there:
            yield say("{file} is missing.", file=name)
        elif _digest(folder / name) != digest:
            yield say("{file} was changed.", file=name)
    for name in sorted(there - digest_of.keys()):
        yield say("{file} is no part of the report.", file=name)


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _written(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _bare(fingerprint_: str) -> str:
    return "".join(fingerprint_.split()).lower()
