"""The proof of a site, kept between starts, and what a start asks of it.

A start after a kill must take presses within seconds, and the proof, with the library that it needs, takes a quarter of one in
a large building. So a result is kept in the data folder under a digest of everything that it depends on: the whole site as it
was understood, the version of the program and the very source of the proof and of what a site file means, and the day. That is
safe because the same input gives the same result, any other input has another digest, and a result that cannot be read is made
anew; it is believed for half a year, while the proof looks two years ahead. Whoever can write into the data folder can change
the journal too: it belongs to the controller's user alone.
"""

import hashlib
import os
from datetime import date, timedelta
from functools import cache
from importlib import metadata
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

import edge.profiles
import edge.site
import security.proof
from edge.errors import StartRefused
from edge.site import Site
from security.proof import Proof, prove
from security.proof.waiver import Waiver, unwaived

FAULTS = 1
"""How many faults at once the proof at a start reckons with."""
_BELIEVED_FOR = timedelta(days=183)
_NAME = "proof.json"


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid")

    digest: str
    on: date
    proof: Proof


def prove_site(site: Site, today: date, faults: int = FAULTS) -> Proof:
    """The proof of a site as it will run. today: the local date from which on two years are looked at."""
    return prove(site, today, faults)


def proof_at_start(site: Site, today: date, data: Path, version: str) -> Proof:
    """The kept result where it is of this very site and program, or a new one, which is kept in turn."""
    digest = _digest(site, version)
    kept = _read(data / _NAME)
    if kept is not None and kept.digest == digest and kept.on <= today <= kept.on + _BELIEVED_FOR:
        return kept.proof
    proof = prove_site(site, today)
    _write(data, _Kept(digest=digest, on=today, proof=proof))
    return proof


def require_proof(site: Site, proof: Proof, waiver: Waiver) -> None:
    """Raises StartRefused with a sentence for each finding that nobody has waived."""
    missing = unwaived(proof, waiver)
    if not missing:
        return
    from edge.language import Renderer

    render = Renderer(site, "en").text
    found = [f"{finding.id}: {render(finding.told)}. {render(finding.remedy)}" for finding in missing]
    how = "Mend the site file (talonmies verify says more), or start with --waive ID for each, --waived-by NAME and --because TEXT."
    raise StartRefused("\n".join((f"{site.site.id} is not proved, so no door is opened.", *found, how)))


def _digest(site: Site, version: str) -> str:
    return hashlib.sha256(f"{version}\n{_source()}\n{site.model_dump_json(by_alias=True)}".encode()).hexdigest()


@cache
def _source() -> str:
    """Two states of the program may have one version. What a site means is part of it: its timetables, holidays, profiles."""
    folders = [Path(str(module.__file__)).parent for module in (security.proof, edge.site, edge.profiles)]
    files = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    return "\n".join([metadata.version("holidays"), *(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)])


def _read(path: Path) -> _Kept | None:
    try:
        return _Kept.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _write(data: Path, kept: _Kept) -> None:
    """Whole or not at all. That it cannot be kept hinders no start."""
    new = data / f"{_NAME}.new"
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(kept.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        new.replace(data / _NAME)
    except OSError:
        return
