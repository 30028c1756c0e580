"""A building with everything that modes meet, and a morning in it."""

from datetime import timedelta

from edge.events import Event
from edge.facts import DECISION, Facts
from edge.language import Renderer
from edge.simulation import Simulation
from edge.site import Site
from edge.site.fields import Role
from security import modes
from security.modes import MODE
from tests.builders import HOUR, booking, local, read, site_of

TEN = local("2026-11-23 10:00")


def building(**security: object) -> Site:
    """A lobby with two rooms behind it, staff space with a door of its own, an escape door, and an opening."""
    return site_of(
        {"lobby": "public", "waiting": "public", "room": "semi-public", "inner": "semi-public", "office": "internal"},
        {
            "entrance": {"from": "outside", "to": "lobby", "unlock": {"hours": "open"}},
            "arch": {"from": "lobby", "to": "waiting", "kind": "opening"},
            "front": {"from": "waiting", "to": "room", "unlock": "booking"},
            "between": {"from": "room", "to": "inner", "unlock": {"hours": "open"}},
            "rear": {"from": "room", "to": "office", "back": "credential", "escape": {"forward": "alarmed"}},
            "staff": {"from": "outside", "to": "office"},
            "way-out": {"from": "office", "to": "outside", "kind": "escape", "back": "credential"},
        },
        hours={"open": {"mon-fri": "8-16"}},
        devices={
            "fire-1": {"type": "fire-input"},
            "fire-2": {"type": "fire-input"},
            "button": {"type": "panic-button", "space": "room"},
            "sign": {"type": "sign", "space": "room"},
            "relay": {"type": "relay", "space": "room"},
            "dock": {"type": "terminal-dock", "space": "room"},
            "masking": {"type": "masking-unit", "space": "room"},
        },
        calendars={"rooms": {"url": "https://calendar.example/r.ics", "rooms": {"room": "Room"}}},
        security={"panic": [{"locks": ["entrance"]}], **security},
    )


class Day:
    """A simulated morning with a booking, and what its journal holds."""

    def __init__(self, site: Site | None = None) -> None:
        self.site = site or building()
        self.journal: list[Event] = []
        self.simulation = Simulation(self.site, TEN, self.journal.append)
        self.simulation.observe(read(TEN, booking(TEN - HOUR, TEN + HOUR, "room")))

    @property
    def facts(self) -> Facts:
        return self.simulation.facts

    def begin(self, mode: str, scope: str, role: Role = "guard", reason: str = "") -> None:
        self.simulation.act(lambda facts, at: modes.begin(self.site, facts, at, mode, scope, "anna", role, reason))

    def ask_end(self, mode: str, scope: str, role: Role = "guard") -> None:
        self.simulation.act(lambda facts, at: modes.ask_end(self.site, facts, at, mode, scope, "anna", role))

    def end(self, mode: str, scope: str, role: Role = "guard") -> None:
        self.simulation.act(lambda facts, at: modes.end(self.site, facts, at, mode, scope, "anna", role))

    def say_fire(self, device: str, fire: bool = True) -> None:
        self.simulation.set(device, "fire", fire)

    def later(self, span: timedelta) -> None:
        self.simulation.advance(self.simulation.now + span)

    def unlocked(self) -> set[str]:
        """The doors that really are."""
        real = self.simulation.devices
        return {door for door, device in self.site.controllers.items() if real[device].state("lock") == "unlocked"}

    def why(self, door: str) -> str:
        decision = self.facts(DECISION(f"lock-{door}", "lock"))
        assert decision is not None
        return Renderer(self.site, "en").text(decision.winner.because)

    def holding(self) -> set[tuple[str, ...]]:
        return {key for key, _ in self.facts.of(MODE)}

    def told(self, kind: str) -> list[Event]:
        return [event for event in self.journal if event.kind == kind]

    def causes(self, door: str) -> set[str]:
        """All that is claimed of a door."""
        decision = self.facts(DECISION(f"lock-{door}", "lock"))
        return set() if decision is None else {claim.cause for claim in (decision.winner, *decision.losers)}
