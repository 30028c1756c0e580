"""What the house tells everybody on its displays, such as that no card is taken today: in every public language, and with an end.

Ready sentences exist for what happens often; anything else is written by a person, once in each language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from edge.claims import Follows
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.refusal import Refusal
from edge.site import Site
from edge.site.fields import Language
from edge.text import Text, say

Ready = Literal["no-cards", "no-queue-numbers", "delays", "lift", "one-entrance", "noise"]
READY: Final[tuple[Ready, ...]] = get_args(Ready)
SENTENCES: Final[dict[Ready, Text]] = {
    "no-cards": say("Cards cannot be used for payment at the moment."),
    "no-queue-numbers": say("No queue numbers are given at the moment. Please ask in the lobby."),
    "delays": say("There are delays today. We apologise."),
    "lift": say("The lift does not work. Please ask for help in the lobby."),
    "one-entrance": say("Please use the main entrance today."),
    "noise": say("There may be noise in the building today."),
}
LONGEST_TEXT: Final = 160
LONGEST: Final = timedelta(days=7)
MOST_OPEN: Final = 4
"""More would not fit a display."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicNoticePosted(Event):
    """ready: one of the sentences that exist; "" where texts has one for each public language."""

    kind = "public-notice-posted"
    number: int
    by: str
    until: datetime
    ready: str = ""
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicNoticeEnded(Event):
    """by: empty when its time was over."""

    kind = "public-notice-ended"
    number: int
    by: str = ""


PUBLIC_NOTICES: Family[tuple[PublicNoticePosted, ...]] = Family("public-notices")
"""Those that have not ended, the newest first."""
LAST_PUBLIC_NOTICE: Family[int] = Family("last-public-notice")


def fold(facts: Facts, event: Event) -> None:
    match event:
        case PublicNoticePosted(number=number):
            facts.set(PUBLIC_NOTICES(), (event, *(facts(PUBLIC_NOTICES()) or ())))
            facts.set(LAST_PUBLIC_NOTICE(), max(number, facts(LAST_PUBLIC_NOTICE()) or 0))
        case PublicNoticeEnded(number=number):
            left = tuple(notice for notice in facts(PUBLIC_NOTICES()) or () if notice.number != number)
            facts.set(PUBLIC_NOTICES(), left or None)
            facts.set(LAST_PUBLIC_NOTICE(), max(number, facts(LAST_PUBLIC_NOTICE()) or 0))
        case _:
            pass


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """For a checkpoint: also what is over, so that a restart says that it is; and the last number, given only once."""
    if last := facts(LAST_PUBLIC_NOTICE()):
        yield PublicNoticeEnded(at=at, number=last)
    standing = facts(PUBLIC_NOTICES()) or ()
    yield from reversed(standing)


def conclusions(look: Look) -> Iterable[Follows]:
    """Each ends at its time."""
    for notice in look(PUBLIC_NOTICES()) or ():
        if look.passed(notice.until):
            yield Follows(PublicNoticeEnded(at=look.now, number=notice.number))


def open_notices(facts: Facts, at: datetime) -> list[PublicNoticePosted]:
    return [notice for notice in facts(PUBLIC_NOTICES()) or () if notice.until > at]


def post(
    site: Site, facts: Facts, at: datetime, by: str, until: datetime, *, ready: Ready | None = None, texts: Mapping[Language, str]
) -> Event:
    """Either a ready sentence, or a text in each of the public languages. Raises Refusal."""
    written: dict[str, str] = {language: " ".join(texts.get(language, "").split()) for language in site.public_languages}
    if ready is None and any(not text or len(text) > LONGEST_TEXT or not text.isprintable() for text in written.values()):
        raise Refusal(say("Write it in each language of the displays, in 1 to {most} characters.", most=LONGEST_TEXT))
    if until <= at:
        raise Refusal(say("The end lies in the past."))
    if until > at + LONGEST:
        raise Refusal(say("A notice stands until {latest} at most.", latest=at + LONGEST))
    if len(open_notices(facts, at)) >= MOST_OPEN:
        raise Refusal(say("{most} notices stand on the displays already: end one first.", most=MOST_OPEN))
    number = (facts(LAST_PUBLIC_NOTICE()) or 0) + 1
    return PublicNoticePosted(at=at, number=number, by=by, until=until, ready=ready or "", texts={} if ready else written)


def end(facts: Facts, at: datetime, by: str, number: int) -> Event:
    """Raises Refusal."""
    if all(notice.number != number for notice in open_notices(facts, at)):
        raise Refusal(say("This notice stands on the displays no more."))
    return PublicNoticeEnded(at=at, number=number, by=by)
