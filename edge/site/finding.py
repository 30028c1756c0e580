"""What is wrong or odd in a site file, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from edge.errors import SiteFileError
from edge.site.wrong import in_english
from edge.text import Text

Level = Literal["error", "warning"]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule found at a path of the document. at_key: the key itself is at fault, not what stands behind it."""

    level: Level
    path: Path
    text: Text
    at_key: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with its place in the file: line and column count from 1.

    path: the place in the document ("doors.room-1-front.to"); empty for the file as a whole.
    """

    level: Level
    file: str
    line: int
    column: int
    path: str
    text: Text

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: {self.level}: "
        return place + (f"{self.path}: " if self.path else "") + in_english(self.text)


class BadSiteFile(SiteFileError):
    """The site file cannot be used. findings: everything that was found, warnings too."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        errors = [finding for finding in findings if finding.level == "error"]
        super().__init__("\n".join(str(error) for error in errors))


def dotted(path: Path) -> str:
    return ".".join(str(step) for step in path)


def error(path: Path, text: Text, *, at_key: bool = False) -> Problem:
    return Problem("error", path, text, at_key)


def warning(path: Path, text: Text, *, at_key: bool = False) -> Problem:
    return Problem("warning", path, text, at_key)
