"""What a proof found: properties that hold, counter-examples to those that do not, and what the proof rests on."""

from dataclasses import dataclass, field
from enum import StrEnum

from edge.site.finding import Path
from edge.text import Text


class Property(StrEnum):
    """What is proved, by the number of the invariant in docs/zoning.md."""

    NO_OPEN_WAY = "D2"
    """No open way from public to internal space."""
    INTERLOCK = "D2-interlock"
    SEMI_PUBLIC = "D3"
    """Semi-public space is reached only through an open hour, a live booking or a played scene."""
    FREE_EGRESS = "D1"
    """From every space, in every state, a way out without a credential; no output of ours is on an exit side."""
    POWER_LOSS = "D8"
    LOCKDOWN = "D11"
    FIRE = "D12"
    SCENES = "D13"
    MONOTONE = "D14"
    ZONES = "Z1"


ALWAYS = (Property.MONOTONE, Property.ZONES)
"""What no site file can break: openness only grows with its causes, and a zone class stands in the site file alone."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """A counter-example (of a property that fails), or an assumption (of one that holds only if something outside holds).

    id: stable as long as what it is about stays the same; a waiver names it. state: what must come together, shortest first found.
    path: spaces in walking order, empty where none is meant. place: where in the site file it is to be mended; also: what else
    stands there that takes part in it.
    """

    id: str
    property: Property
    told: Text
    state: tuple[Text, ...]
    path: tuple[str, ...]
    place: Path
    remedy: Text
    also: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """findings: counter-examples; the site fails if there is one. assumptions: what it rests on, such as a door without sensor.

    properties: those that were checked and hold. exposures: doors each of which, held open by somebody, alone joins public with
    internal space; no controller can prevent that, it can only raise its alarm.
    """

    faults: int
    properties: tuple[Property, ...]
    findings: tuple[Weakness, ...]
    assumptions: tuple[Weakness, ...] = ()
    exposures: tuple[str, ...] = ()
    states: Text = field(default_factory=lambda: Text(""))
    """How many combinations were covered, for people: "2^41 states, kinds of moments: 12"."""
    checked: dict[str, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return not self.findings
