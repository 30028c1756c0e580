"""Rules about payment terminals: each has a bay of its own, is told apart from the others, and serves somebody."""

from collections.abc import Callable, Iterator

from edge.site.draft import Draft
from edge.site.finding import Path, Problem, error, warning
from edge.site.terminals import Terminal, beacons_of, hears
from edge.text import say


def bays(draft: Draft) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, terminal in draft.terminals.items():
        path: Path = ("terminals", name, "dock")
        dock = draft.devices.get(terminal.dock)
        if dock is not None and dock.type != "terminal-dock":
            yield error(path, say("{device} is a {type}. Name a terminal-dock.", device=terminal.dock, type=dock.type))
        elif terminal.dock in first:
            told = say("This is the bay of {terminal} already. Each terminal has its own.", terminal=first[terminal.dock])
            yield error(path, told)
        elif dock is not None and beacons_of(dock) is not None and not (terminal.tag and hears(dock, terminal.tag)):
            yield error(path, say("This dock knows terminals by their beacons, and not this one. Add tag, as it calls it."))
        first.setdefault(terminal.dock, name)


def told_apart(draft: Draft) -> Iterator[Problem]:
    for key in ("reported", "tag"):
        first: dict[str, str] = {}
        for name, terminal in draft.terminals.items():
            called = getattr(terminal, key) or (name if key == "reported" else None)
            if called in first:
                told = say("{terminal} is called the same. Nobody could tell the two apart.", terminal=first[called])
                yield error(("terminals", name, key), told)
            elif called is not None:
                first[called] = name


def ids_of_their_own(draft: Draft) -> Iterator[Problem]:
    """Alarms are about things by their id."""
    for table in ("spaces", "doors", "devices"):
        for name in draft.known("terminals").keys() & draft.known(table).keys():
            text = say('"{id}" is also in {section}. Screens cannot tell the two apart: rename one.', id=name, section=table)
            yield error(("terminals", name), text, at_key=True)


def docks_of_their_agency(draft: Draft) -> Iterator[Problem]:
    for name, terminal in draft.terminals.items():
        dock = draft.devices.get(terminal.dock)
        space = draft.spaces.get(dock.space or "") if dock is not None else None
        if terminal.agency is None or space is None or not space.agencies or terminal.agency in space.agencies:
            continue
        told = say(
            "Its dock is in {space}, which {agency} does not have. Name a dock of its own, or one that all share.",
            space=dock.space if dock is not None and dock.space else "",
            agency=terminal.agency,
        )
        yield warning(("terminals", name, "dock"), told)


def heard_tags(draft: Draft) -> Iterator[Problem]:
    if draft.whole("devices"):
        for name, terminal in draft.terminals.items():
            if terminal.tag is not None and not any(hears(device, terminal.tag) for device in draft.devices.values()):
                yield warning(("terminals", name, "tag"), say("No Bluetooth receiver listens for this tag."))


def served_bookings(draft: Draft) -> Iterator[Problem]:
    if not draft.whole("terminals"):
        return
    for name, policy in draft.rooms.items():
        path: Path = ("rooms", name, "terminal")
        if policy.terminal and not draft.terminals:
            yield warning(path, say("There are no terminals, so no booking of this kind gets one. Add the section terminals."))
        elif isinstance(policy.terminal, tuple):
            for agency in policy.terminal:
                if agency in draft.agencies and not any(map(_serving(agency), draft.terminals.values())):
                    told = say("No terminal is of {agency}, and none is shared: its bookings get none.", agency=agency)
                    yield warning(path, told)


def _serving(agency: str) -> Callable[[Terminal], bool]:
    return lambda terminal: terminal.agency in (None, agency)


TERMINAL_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    bays,
    told_apart,
    ids_of_their_own,
    docks_of_their_agency,
    heard_tags,
    served_bookings,
)
