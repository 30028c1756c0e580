"""All that is asked and kept about payment terminals, in one place for the controller."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from edge.events import Event
from edge.facts import Facts
from edge.kernel import Rule
from edge.site import Site
from rooms import docks, terminal_bookings, terminal_lending, terminal_places, terminal_record, terminals
from rooms.terminal_alarms import TerminalAlarms
from rooms.terminal_choice import TerminalChoice


def fold_terminals(facts: Facts, event: Event) -> None:
    for part in (terminals, terminal_bookings, terminal_lending, terminal_record):
        part.fold(facts, event)


def terminals_kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """For a checkpoint."""
    yield from terminals.kept(facts, at)
    yield from terminal_bookings.kept(facts)
    yield from terminal_lending.kept(facts, at)
    yield from terminal_record.kept(facts)


def rules_of_terminals(site: Site) -> Sequence[Rule]:
    """In the order in which answers build on each other."""
    bays = site.docks
    on_docks = Rule("docks", bays, lambda look, dock: docks.conditions(look, site, dock))
    if not site.terminals:
        return [on_docks]
    choice, alarms, named = TerminalChoice(site), TerminalAlarms(site), list(site.terminals)
    needing = terminal_bookings.rooms_in_need(site)
    return [
        on_docks,
        Rule("terminal demand", needing, lambda look, room: terminal_bookings.demand(look, site, room)),
        Rule("terminal reservations", [site.site.id], choice.reservations),
        Rule("terminal places", named, lambda look, terminal: terminal_places.moves(look, site, terminal)),
        Rule("terminal bays", bays, choice.bay),
        Rule("terminal shortage", needing, choice.shortage),
        Rule("terminals", named, alarms.conditions),
        Rule("terminal record", [site.site.id], lambda look, _: terminal_record.due(look, site)),
    ]
