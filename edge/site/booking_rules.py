"""Rules about bookings: where they come from, whose they are, and which policy carries them out."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import combinations
from urllib.parse import SplitResult, urlsplit

from edge.site.booking import Calendar, RoomMatch, RoomPolicy
from edge.site.draft import Draft
from edge.site.finding import Path, Problem, error, warning
from edge.site.references import EACH, texts_at
from edge.site.week import Interval
from edge.site.wrong import shown
from edge.text import say

_SOURCES = ("file", "url", "caldav", "graph", "local")


def booked_spaces(draft: Draft) -> set[str]:
    return {space for calendar in draft.calendars.values() for space in calendar.spaces}


# --- calendars ------------------------------------------------------------------------------------------------------


def calendar_sources(draft: Draft) -> Iterator[Problem]:
    for name, calendar in draft.calendars.items():
        path: Path = ("calendars", name)
        sources = [source for source in _SOURCES if getattr(calendar, source)]
        if not sources:
            yield error(path, say("The calendar has no source. Add file, url, caldav, graph or local."))
        elif len(sources) > 1:
            text = say("A calendar has one source. Remove {first} or {second}.", first=sources[0], second=sources[1])
            yield error((*path, sources[1]), text, at_key=True)
        else:
            yield from _spaces_of_source(path, calendar, sources[0])
            yield from _keys_of_source(path, calendar, sources[0])


def _spaces_of_source(path: Path, calendar: Calendar, source: str) -> Iterator[Problem]:
    named = {"graph": "mailboxes", "local": "local"}.get(source, "room")
    if source in ("graph", "local"):
        for key in ("room", "rooms"):
            if getattr(calendar, key):
                text = say("A {source} calendar names its spaces under {other}. Remove {key}.", source=source, other=named, key=key)
                yield error((*path, key), text, at_key=True)
    elif calendar.room and calendar.rooms:
        text = say("Either every booking is for one room, or rooms tells which. Remove room or rooms.")
        yield error((*path, "room"), text, at_key=True)
    if source != "graph" and calendar.mailboxes:
        yield error((*path, "mailboxes"), say("Only a graph calendar has mailboxes. Remove mailboxes."), at_key=True)
    if not calendar.spaces:
        yield error(path, say("The calendar books nothing. Add {key}.", key="room or rooms" if named == "room" else named))


def _keys_of_source(path: Path, calendar: Calendar, source: str) -> Iterator[Problem]:
    if source not in ("url", "caldav"):
        for key in ("username", "password"):
            if getattr(calendar, key):
                yield error(
                    (*path, key), say("Only url and caldav take username and password. Remove {key}.", key=key), at_key=True
                )
    elif bool(calendar.username) != bool(calendar.password):
        yield error(path, say("username and password go together. Add the other one."))
    if calendar.write_back and source not in ("caldav", "graph"):
        text = say("Nothing can be written back into a {source} calendar. Remove write_back.", source=source)
        yield error((*path, "write_back"), text, at_key=True)


def calendar_addresses(draft: Draft) -> Iterator[Problem]:
    """Text never repeats an address: it may hold a password, or be secret itself."""
    for name, calendar in draft.calendars.items():
        for key in ("url", "caldav"):
            address, path = getattr(calendar, key), ("calendars", name, key)
            if address is None:
                continue
            parts = _split(address)
            if parts is None or not parts.hostname:
                yield error(path, say("The address names no host. Write it in full: https://calendar.example/rooms.ics."))
            elif "@" in parts.netloc:
                yield error(path, say("The address holds a user name. Write it beside the address: username, and password."))
            elif calendar.password and parts.scheme == "http" and not _is_this_machine(parts.hostname):
                yield warning(path, say("The password is sent so that anybody on the way can read it. Use https."))


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _is_this_machine(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def same_source_twice(draft: Draft) -> Iterator[Problem]:
    """Every booking of a room that two calendars read from one place would overlap itself."""
    for (first, one), (second, other) in combinations(draft.calendars.items(), 2):
        for key in ("file", "url", "caldav"):
            if getattr(one, key) and getattr(one, key) == getattr(other, key) and {*one.spaces} & {*other.spaces}:
                text = say("{other} already reads this for the same room. Bookings would overlap themselves.", other=first)
                yield warning(("calendars", second, key), text)


def shared_matches(draft: Draft) -> Iterator[Problem]:
    """Two rooms of one calendar that may be known by the very same thing: such a booking would be for both."""
    for name, calendar in draft.calendars.items():
        earlier: dict[str, RoomMatch] = {}
        for room, match in calendar.rooms.items():
            path: Path = ("calendars", name, "rooms", room)
            if match == RoomMatch():
                yield error(path, say("Nothing tells which bookings are for {room}. Add location.", room=room))
            elif other := next((each for each, its in earlier.items() if _share_a_booking(its, match)), None):
                yield warning(path, say("{other} is known by the same: a booking would be for both rooms.", other=other))
            earlier[room] = match


def _share_a_booking(one: RoomMatch, other: RoomMatch) -> bool:
    """Whether they tell by the same keys, and each of them has a text in common."""
    pairs = [({*getattr(one, key)}, {*getattr(other, key)}) for key in RoomMatch.model_fields]
    return any(a for a, _ in pairs) and all(a & b if a and b else not (a or b) for a, b in pairs)


def one_mailbox_a_room(draft: Draft) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, calendar in draft.calendars.items():
        for room, address in calendar.mailboxes.items():
            if address.casefold() in first:
                text = say("This is already the mailbox of {room}. Each room has its own.", room=first[address.casefold()])
                yield error(("calendars", name, "mailboxes", room), text)
            first.setdefault(address.casefold(), room)


_ADDRESSES: tuple[Path, ...] = (("calendars", EACH, "mailboxes", EACH), ("calendars", EACH, "rooms", EACH, "attendee"))
_ADDRESSES_OR_DOMAINS: tuple[Path, ...] = (
    ("calendars", EACH, "rooms", EACH, "organizer"),
    ("agencies", EACH, "organizers"),
    ("rooms", EACH, "organizers"),
)


def written_addresses(draft: Draft) -> Iterator[Problem]:
    for pattern in _ADDRESSES:
        for path, found in _one_or_several(draft, pattern):
            if not re.fullmatch(r"[^@\s]+@[^@\s]+", found):
                yield error(path, say('"{found}" is no mail address. Write name@agency.example.', found=shown(found)))
    for pattern in _ADDRESSES_OR_DOMAINS:
        for path, found in _one_or_several(draft, pattern):
            if not re.fullmatch(r"[^@\s]*@[^@\s]+", found):
                text = say(
                    '"{found}" is no mail address. Write name@agency.example, or @agency.example for all there.', found=shown(found)
                )
                yield error(path, text)


def _one_or_several(draft: Draft, pattern: Path) -> Iterator[tuple[Path, str]]:
    yield from texts_at(draft.raw, pattern)
    yield from texts_at(draft.raw, (*pattern, EACH))


# --- agencies -------------------------------------------------------------------------------------------------------


def told_apart(draft: Draft) -> Iterator[Problem]:
    """Two agencies that know their bookings by the same thing: nobody can say whose a booking is."""
    first: dict[str, str] = {}
    for name, agency in draft.agencies.items():
        for key, texts in (("organizers", agency.organizers), ("categories", agency.categories)):
            for text in dict.fromkeys(texts):
                mark = f"{key}:{text.casefold()}"
                if mark in first:
                    problem = say('"{found}" already marks the bookings of {agency}.', found=shown(text), agency=first[mark])
                    yield warning(("agencies", name, key), problem)
                first.setdefault(mark, name)


def owners_away(draft: Draft) -> Iterator[Problem]:
    for name, space in draft.spaces.items():
        if space.others == "never":
            continue
        path: Path = ("spaces", name, "others")
        always_there = [a for a in space.agencies if a in draft.agencies and draft.agencies[a].hours is None]
        if not space.agencies:
            yield warning(
                path, say("{space} belongs to no agency, so everybody may book it. Add agency, or remove others.", space=name)
            )
        elif space.others == "when-away" and always_there:
            text = say(
                "{agency} has no hours, so it is never away. Give it hours, or write always or never.", agency=always_there[0]
            )
            yield warning(path, text)


# --- policies -------------------------------------------------------------------------------------------------------


def idle_policies(draft: Draft) -> Iterator[Problem]:
    if not (draft.whole("calendars") and draft.whole("spaces") and draft.whole("agencies")):
        return
    for name, policy in draft.rooms.items():
        if not _rooms_of(policy, draft):
            text = say("The policy {id} fits no room that a calendar books. Check its spaces, kinds and calendars.", id=name)
            yield warning(("rooms", name), text, at_key=True)
        elif policy.agencies and not any(_may_book(agency, policy, draft) for agency in policy.agencies):
            text = say(
                "Nothing tells that a booking is of {agency}. Give it organizers or categories, or a calendar its agency.",
                agency=policy.agencies[0],
            )
            yield warning(("rooms", name, "agencies"), text)
        elif earlier := next(_shadows(name, policy, draft), None):
            text = say(
                "{other} stands before it and fits whatever this fits, so {id} never applies. Change their order.",
                other=earlier,
                id=name,
            )
            yield warning(("rooms", name), text, at_key=True)


def _rooms_of(policy: RoomPolicy, draft: Draft) -> set[str]:
    """The rooms whose bookings it may fit."""
    calendars = [calendar for name, calendar in draft.calendars.items() if not policy.calendars or name in policy.calendars]
    return {
        space
        for calendar in calendars
        for space in calendar.spaces
        if space in draft.spaces
        and (not policy.spaces or space in policy.spaces)
        and (not policy.kinds or draft.spaces[space].kind in policy.kinds)
    }


def _may_book(agency: str, policy: RoomPolicy, draft: Draft) -> bool:
    """Whether a booking can be known to be of the agency; in a local calendar people say whose theirs is."""
    section = draft.agencies.get(agency)
    if section is None or section.organizers or section.categories:
        return True
    calendars = [calendar for name, calendar in draft.calendars.items() if not policy.calendars or name in policy.calendars]
    return any(calendar.agency == agency or calendar.local for calendar in calendars)


def _shadows(name: str, policy: RoomPolicy, draft: Draft) -> Iterator[str]:
    rooms = _rooms_of(policy, draft)
    for other, earlier in draft.rooms.items():
        if other == name:
            return
        if rooms <= _rooms_of(earlier, draft) and _fits_whatever(earlier, policy):
            yield other


def _fits_whatever(earlier: RoomPolicy, later: RoomPolicy) -> bool:
    wider = all(
        not getattr(earlier, key) or (getattr(later, key) and {*getattr(later, key)} <= {*getattr(earlier, key)})
        for key in ("weekdays", "calendars", "agencies", "categories", "organizers")
    )
    return wider and (
        not earlier.between or (bool(later.between) and all(_within(each, earlier.between) for each in later.between))
    )


def _within(times: Interval, wider: tuple[Interval, ...]) -> bool:
    return any(each.start <= times.start and times.end <= each.end for each in wider)


def unnoticed_no_shows(draft: Draft) -> Iterator[Problem]:
    if not draft.whole("devices"):
        return
    seen = {device.space for device in draft.devices.values() if device.type == "occupancy-sensor"}
    for name, policy in draft.rooms.items():
        blind = sorted(_rooms_of(policy, draft) - seen) if isinstance(policy.no_show, timedelta) else []
        if blind:
            text = say("Nobody notices that a room stays empty without an occupancy-sensor: {rooms}.", rooms=", ".join(blind))
            yield warning(("rooms", name, "no_show"), text)


BOOKING_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    calendar_sources,
    calendar_addresses,
    same_source_twice,
    shared_matches,
    one_mailbox_a_room,
    written_addresses,
    told_apart,
    owners_away,
    idle_policies,
    unnoticed_no_shows,
)
