"""The drawings that a site file names, read from its folder.

What is wrong with a drawing keeps no building from running: the storey is drawn from the spaces and doors, and `check` says why.
"""

from collections.abc import Iterator
from pathlib import Path as File

from edge.site.finding import Finding, Problem, warning
from edge.site.model import Site
from edge.site.plans.comparing import Fault, understand
from edge.site.plans.drawing import Drawing
from edge.site.plans.tree import MAX_BYTES
from edge.text import Text, say

_MOST_FAULTS = 50


def read_plans(site: Site, folder: File) -> tuple[dict[str, Drawing], list[Problem], list[Finding]]:
    """The drawings that can be used, by storey; what is wrong at the place that names one; what is wrong in one."""
    drawings: dict[str, Drawing] = {}
    problems: list[Problem] = []
    findings: list[Finding] = []
    for storey, name in site.plans.items():
        if storey not in site.storeys:
            problems.append(
                warning(
                    ("plans", storey),
                    say("No space is on storey {storey}, so its drawing is not used.", storey=storey),
                    at_key=True,
                )
            )
            continue
        found = _read(folder, name)
        if isinstance(found, Text):
            problems.append(warning(("plans", storey), found))
            continue
        drawing, faults = understand(found, site, storey)
        if drawing is not None:
            drawings[storey] = drawing
        else:
            problems.append(
                warning(
                    ("plans", storey),
                    say("The drawing {name} is not used until it is mended; the storey is drawn without it.", name=name),
                )
            )
            findings += _in_file(folder / name, storey, faults)
    return drawings, problems, findings


def _read(folder: File, name: str) -> bytes | Text:
    """A link must not lead out of the folder either."""
    try:
        file = (folder / name).resolve()
        if not file.is_relative_to(folder.resolve()):
            return say("The drawing {name} lies outside the folder of the site file.", name=name)
        if not file.is_file():
            return say("The drawing {name} is not there.", name=name)
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as failure:
        return say("The drawing {name} cannot be read: {problem}.", name=name, problem=str(failure))
    return data if len(data) <= MAX_BYTES else say("The drawing {name} is larger than {limit} bytes.", name=name, limit=MAX_BYTES)


def _in_file(file: File, storey: str, faults: list[Fault]) -> Iterator[Finding]:
    for fault in faults[:_MOST_FAULTS]:
        yield Finding("warning", str(file), fault.line, 1, f"plans.{storey}", fault.text)
