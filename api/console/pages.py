"""Templates in each language, and the few ways in which they write times."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.bccache import Bucket

from api import policy
from api.console.board import Board
from api.console.both import Both
from api.console.bulletin_sections import line_of
from api.console.roles import ROLE_NAMES, not_allowed
from api.console.sections import Sections
from api.drawing.pictures import Pictures
from api.gate import caller_of
from api.port import Desk
from api.readers import LANGUAGE_COOKIE, Readers
from api.sessions import Caller, View
from edge.language import LANGUAGES, Renderer
from edge.text import Text, TextValue, say
from rooms.ceremonies import scenes_of

FOLDER: Final = Path(__file__).parent
STATIC: Final = FOLDER / "static"
STYLES: Final = FOLDER / "styles"
OWN_NAMES: Final = {"fi": "suomi", "sv": "svenska", "en": "English"}
CEREMONIES: Final = "/ceremonies"
PLACES: Final[Mapping[str, Text]] = {
    "/": say("Alarms"),
    "/overview": say("Overview"),
    "/host": say("Lobby"),
    "/site-file": say("Site file"),
    "/rooms": say("Rooms"),
    "/arrivals": say("Who waits"),
    CEREMONIES: say("Ceremonies"),
    "/doors": say("Doors"),
    "/alarms": say("All alarms"),
    "/alarms/figures": say("Alarm load"),
    "/drills": say("Walk tests"),
    "/terminals": say("Payment terminals"),
    "/devices": say("Devices"),
    "/device-walks": say("Walks through the building"),
    "/masking": say("Sound masking"),
    "/modes": say("Fire, evacuation and lockdown"),
    "/bulletins": say("Bulletins"),
    "/displays": say("Displays"),
    "/shift": say("Shift"),
    "/reports": say("Reports"),
}
"""What the menu leads to, for those who may go there."""
_OF_THE_GUARD: Final = ("console.js", "attend.js", "guard.js", "sounds.js")
_OF_THE_HOUSE: Final = "60"
"""Styles whose names are not before this one are not for the guard's pages."""
_YEAR_S: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    name: str


class _CompiledOnce(BytecodeCache):
    """Templates as they were compiled for the first language, for the others too."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_COMPILED: Final = _CompiledOnce()


class _WithoutIndents(FileSystemLoader):
    """Templates as they are written, but not sent with the spaces that make them readable."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, path, uptodate = super().get_source(environment, template)
        return re.sub(r"\n[ \t]+", "\n", source), path, uptodate


class Pages:
    """All pages of one desk; every template is compiled at once, so that no reader waits for it later.

    clock: steady seconds, the same as the streams use. version: of the files that browsers keep. edition: changes with any of
    them and with the drawing of the building; a page of another one loads itself anew. without: places that this one has not.
    """

    def __init__(
        self,
        desk: Desk,
        readers: Readers,
        clock: Callable[[], float],
        read_only_reason: str | None,
        without: Collection[str] = (),
    ) -> None:
        self._without = without
        self.pictures = Pictures(desk.site)
        self._desk = desk
        self._readers = readers
        self._clock = clock
        self.version = version_of(STATIC, STYLES)
        self.edition = f"{self.version}-{self.pictures.version}"
        self._environments = {language: self._environment(readers.of(language), read_only_reason) for language in LANGUAGES}
        self._boards: dict[tuple[str, View], Board] = {}

    def board(self, language: str, view: View, lists: Iterable[str], changed_at: float | None = None) -> Board:
        """The board of a language and a view, with these lists brought up to date with what changed until then; None: until now."""
        board, now = self._board(language, view), self._clock()
        board.refresh(lists, now if changed_at is None else changed_at, now)
        return board

    def _board(self, language: str, view: View) -> Board:
        """There are as many as views: by role, and by agency and room of those who see no more."""
        if (language, view) not in self._boards:
            plans = partial(self.pictures.of, language)
            sections = Sections(self._desk, self._readers, self._readers.of(language), self._environments[language], view, plans)
            self._boards[language, view] = Board(sections)
        return self._boards[language, view]

    def now(self) -> datetime:
        return self._desk.clock.now()

    def _places(self) -> Iterable[tuple[str, Text]]:
        """Ceremonies have a page where there are any, the site file where it can take over."""
        ceremonies = CEREMONIES if not scenes_of(self._desk.site) else None
        return (each for each in PLACES.items() if each[0] not in (ceremonies, *self._without))

    def live(self, template: str, request: Request, follows: Iterable[str], **values: object) -> HTMLResponse:
        """A page that keeps itself up to date. follows: the lists that it shows, besides the bulletins of whoever looks; the page
        finds their items in `lists`."""
        line = line_of(self._desk.facts, caller_of(request))
        return self._live(template, request, self._readers.of_page(request), follows, line, values)

    def for_everybody(self, template: str, request: Request, follows: Iterable[str], **values: object) -> HTMLResponse:
        """A live page that passers-by read: in the public languages of the site at once, and without bulletins for the staff."""
        return self._live(template, request, self._readers.of(self._desk.site.public_languages[0]), follows, None, values)

    def _live(
        self,
        template: str,
        request: Request,
        renderer: Renderer,
        follows: Iterable[str],
        line: str | None,
        values: Mapping[str, object],
    ) -> HTMLResponse:
        every = (*follows, *([line] if line else []))
        board = self.board(renderer.language, caller_of(request).view, every)
        lists = {list_id: board.html(list_id) for list_id in every}
        live = {"follows": every, "cursor": board.cursor, "lists": lists, "line_id": line}
        return self._answer(template, request, renderer, 200, {**live, **values})

    def answer(self, template: str, request: Request, status: int = 200, **values: object) -> HTMLResponse:
        return self._answer(template, request, self._readers.of_page(request), status, values)

    def _answer(
        self, template: str, request: Request, renderer: Renderer, status: int, values: Mapping[str, object]
    ) -> HTMLResponse:
        now = self.now()
        caller = getattr(request.state, "caller", None)
        html = (
            self._environments[renderer.language]
            .get_template(template)
            .render(
                path=request.url.path,
                user=person_or_panel(caller),
                places=[Place(place, renderer.text(name)) for place, name in self._places() if may_go(caller, place)],
                home=caller.home if caller else "/",
                role=caller.role if caller else None,
                role_name=renderer.text(ROLE_NAMES[caller.role]) if caller else None,
                now=now,
                clock=renderer.clock(now),
                **values,
            )
        )
        answer = HTMLResponse(html, status)
        if request.query_params.get("language") == renderer.language:
            answer.set_cookie(LANGUAGE_COOKIE, renderer.language, max_age=_YEAR_S, httponly=True, samesite="strict")
        return answer

    def _environment(self, renderer: Renderer, read_only_reason: str | None) -> Environment:
        environment = Environment(
            loader=_WithoutIndents(FOLDER / "templates"),
            bytecode_cache=_COMPILED,
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        both = Both([self._readers.of(language) for language in self._desk.site.public_languages])
        environment.globals.update(
            {
                "_": partial(_translated, renderer),
                "both": both,
                "both_in_a_row": both.in_a_row,
                "when": renderer.moment,
                "second": renderer.second,
                "span": partial(_span, renderer),
                "age": partial(age, renderer.language),
                "not_allowed": partial(not_allowed, renderer),
                "site_name": renderer.name(self._desk.site.site.id),
                "language": renderer.language,
                "languages": OWN_NAMES,
                "version": self.version,
                "edition": self.edition,
                "read_only_reason": read_only_reason,
                "plan_address": self.pictures.address,
            }
        )
        for template in environment.list_templates():
            environment.get_template(template)
        return environment


def may_go(caller: Caller | None, place: str) -> bool:
    return caller is not None and policy.admitted(caller, "GET", place)


def person_or_panel(caller: Caller | None) -> str | None:
    """Who stands in the header."""
    return (caller.name or caller.via) if caller else None


def _translated(renderer: Renderer, message: str, /, **values: TextValue) -> str:
    return renderer.text(say(message, **values))


def _span(renderer: Renderer, start: datetime, end: datetime, now: datetime) -> str:
    return renderer.text(say("{start}–{end}", start=start, end=end), now)


def age(language: str, since: datetime, now: datetime) -> str:
    """How long ago: minutes and seconds in the first hour, then hours and minutes. The page counts on in the same way."""
    seconds = max(int((now - since).total_seconds()), 0)
    if seconds >= 3600:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02}"
    return f"{seconds // 60}{':' if language == 'en' else '.'}{seconds % 60:02}"


def version_of(*folders: Path) -> str:
    """Changes with any of the files, so that browsers may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in folders for path in folder.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def guard_script() -> bytes:
    """One file of the four that make the guard console; the last two share their names with each other and not with the first."""
    console, attend, guard, sounds = ((STATIC / name).read_bytes() for name in _OF_THE_GUARD)
    return console + attend + b"{\n" + guard + sounds + b"}\n"


def stylesheet(*, of_the_guard: bool) -> bytes:
    """All styles in the order of their names, in two files for the browser: what the guard's pages need, and what is only on the
    pages of the rest of the house, so that the guard's page is there at once."""
    paths = sorted(STYLES.glob("*.css"))
    return b"".join(path.read_bytes() for path in paths if (path.name < _OF_THE_HOUSE) == of_the_guard)
