"""Read a site file: everything that is wrong with it at once, and the site when nothing is."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from edge.site.check import check
from edge.site.document import Node, Spot, locate, plain
from edge.site.draft import Draft
from edge.site.explain import explain
from edge.site.finding import BadSiteFile, Finding, Path, Problem, dotted, error, warning
from edge.site.model import Site
from edge.site.plans.files import read_plans
from edge.site.reading import build_tree, read_text
from edge.site.references import EACH, texts_at
from edge.site.yaml_tree import Unreadable
from edge.text import say


@dataclass(frozen=True, slots=True)
class LoadedSite:
    """site: None when any finding is an error."""

    site: Site | None
    findings: tuple[Finding, ...]
    root: Node | None = None

    def spot(self, path: Path) -> Spot:
        """Where a part of the site stands in its file; of what is left out, where it would stand."""
        return locate(self.root, path)[1] if self.root is not None else Spot(1, 1)


def read_site(path: File) -> Site:
    """Raises SiteFileError (a `BadSiteFile` with every finding) when the file has an error; warnings pass."""
    loaded = load_site(path)
    if loaded.site is None:
        raise BadSiteFile(loaded.findings)
    return loaded.site


def load_site(path: File, environ: Mapping[str, str] = os.environ) -> LoadedSite:
    """Never raises for what a file may hold. environ: where secrets named env:NAME are looked for; only whether they are set."""
    try:
        text = read_text(path)
        builder = build_tree(text)
    except Unreadable as unreadable:
        return LoadedSite(None, (_finding(path, unreadable.spot, error((), unreadable.text)),))
    root = builder.root
    if root is None or not isinstance(raw := plain(root), dict) or not raw:
        return LoadedSite(None, (_finding(path, Spot(1, 1), error((), _NO_SITE)),))
    site, problems = _understand(raw)
    problems += _around_the_file(raw, path.parent, environ)
    in_drawings: list[Finding] = []
    if site is not None:
        drawings, unusable, in_drawings = read_plans(site, path.parent)
        site = site.with_drawings(drawings)
        problems += unusable
    findings = [_placed(path, root, problem) for problem in problems]
    findings += [_finding(path, spot, problem) for problem, spot in builder.problems]
    bad = any(finding.level == "error" for finding in findings)
    findings.sort(key=lambda f: (f.line, f.column, f.level, f.path))
    return LoadedSite(None if bad else site, (*findings, *in_drawings), root)


_NO_SITE = say("The file holds no site. Begin with the sections site and spaces.")


def _understand(raw: dict[str, Any]) -> tuple[Site | None, list[Problem]]:
    try:
        site = Site.model_validate(raw)
    except ValidationError as failure:
        return None, [*explain(failure), *check(Draft.salvaged(raw))]
    return site, check(Draft.of(site, raw))


def _around_the_file(raw: Mapping[str, Any], folder: File, environ: Mapping[str, str]) -> list[Problem]:
    """What the file refers to outside itself: secrets and calendars. Values of secrets are never looked at."""
    return [*_missing_secrets(raw, folder, environ), *_missing_calendars(raw, folder)]


_SECRETS: tuple[Path, ...] = (
    ("site", "token"),
    ("connections", EACH, "password"),
    ("calendars", EACH, "password"),
    ("calendars", EACH, "graph", "secret"),
    ("contacts", EACH, "secret"),
    ("security", "sms", "secret"),
    ("security", "smtp", "password"),
    ("security", "sign_in", "client_secret"),
)


def _missing_secrets(raw: Mapping[str, Any], folder: File, environ: Mapping[str, str]) -> Iterator[Problem]:
    for path, reference in [found for pattern in _SECRETS for found in texts_at(raw, pattern)]:
        kind, _, name = reference.partition(":")
        if kind == "env" and not environ.get(name):
            yield warning(path, say("The environment variable {name} is not set here.", name=name))
        elif kind == "file" and not _exists(folder, name):
            yield warning(path, say("The file {name} of the secret is not there.", name=name))


def _missing_calendars(raw: Mapping[str, Any], folder: File) -> Iterator[Problem]:
    for path, name in texts_at(raw, ("calendars", EACH, "file")):
        if not _exists(folder, name):
            yield warning(path, say("The calendar file {name} is not there.", name=name))


def _exists(folder: File, name: str) -> bool:
    try:
        return (folder / name).is_file()
    except (OSError, ValueError):
        return False


def _placed(file: File, root: Node, problem: Problem) -> Finding:
    steps, spot = locate(root, problem.path, at_key=problem.at_key)
    if problem.path and steps[-1:] != problem.path[-1:]:
        steps = (*steps, problem.path[-1])
    return Finding(problem.level, str(file), *spot, dotted(steps), problem.text)


def _finding(file: File, spot: Spot, problem: Problem) -> Finding:
    return Finding(problem.level, str(file), *spot, dotted(problem.path), problem.text)
