"""What the section `acoustics` of a site says, as its rules ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log10

from acoustics.occasions import Occasion
from acoustics.pairs import Pair, pairs_of, room_of, spaces_a_door_away
from acoustics.privacy import Path
from edge.profiles import PROFILES
from edge.profiles.profile import MaskingMake
from edge.site import Site
from edge.site.acoustics_settings import Acoustics, Emitter, Quiet, Target

NEAR_DB = 10.0
"""An emitter whose sound is less than this weaker in a space is one of that space: those there notice its changes."""
_PLAIN = Target()


@dataclass(frozen=True)
class Zones:
    """One site's. Emitters are masking units that the section names; all others are left alone."""

    site: Site
    section: Acoustics

    @cached_property
    def pairs(self) -> Mapping[str, Pair]:
        return pairs_of(self.site, self.section)

    @cached_property
    def talkers(self) -> tuple[str, ...]:
        """The spaces that may be overheard."""
        return tuple(dict.fromkeys(pair.talker for pair in self.pairs.values()))

    def overheard(self, talker: str) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs.values() if pair.talker == talker)

    @cached_property
    def heard(self) -> Mapping[str, Mapping[str, float]]:
        """By emitter, the spaces where it is heard and how many dB less than at its own place."""
        return {unit: emitter.heard or {self.place_of(unit): 0.0} for unit, emitter in self.section.emitters.items()}

    @cached_property
    def spaces(self) -> tuple[str, ...]:
        """Those that talk, listen, or hear an emitter."""
        talk = (space for pair in self.pairs.values() for space in (pair.talker, pair.listener))
        return tuple(dict.fromkeys([*talk, *(space for heard in self.heard.values() for space in heard)]))

    def place_of(self, device: str) -> str:
        found = self.site.devices.get(device)
        return (found and found.space) or ""

    def emitter(self, unit: str) -> Emitter:
        return self.section.emitters[unit]

    def make(self, unit: str) -> MaskingMake:
        return PROFILES[self.site.devices[unit].profile].masking

    def fixed(self, unit: str) -> float | None:
        """The level of a unit that can only be switched; None for those that are told one."""
        return None if self.make(unit).levels else self.emitter(unit).fixed or 0.0

    def muted_with(self, unit: str) -> tuple[str, ...]:
        """Other zones of the same amplifier, which fall silent with it."""
        own = self.site.devices[unit]
        if not self.make(unit).mutes_all:
            return ()
        place = (own.connection, own.profile, own.unit, own.at)
        others = ((name, self.site.devices[name]) for name in self.heard if name != unit)
        return tuple(name for name, other in others if (other.connection, other.profile, other.unit, other.at) == place)

    def homes(self, space: str) -> tuple[str, ...]:
        """The emitters that mask what is overheard in a space: the loudest ones there, and those alone."""
        return self._homes.get(space, ())

    @cached_property
    def _homes(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for space in {space for heard in self.heard.values() for space in heard}:
            losses = {unit: heard[space] for unit, heard in self.heard.items() if space in heard}
            least = min(losses.values())
            found[space] = tuple(unit for unit, loss in losses.items() if loss == least)
        return found

    def level_behind(self, unit: str, space: str, dba: float) -> float:
        """What an emitter of a space must be at so that all of them together bring `dba` there."""
        return dba + self.heard[unit][space] - 10.0 * log10(len(self.homes(space)))

    def brings(self, unit: str, space: str, level: float) -> float:
        """The way back."""
        return level - self.heard[unit][space] + 10.0 * log10(len(self.homes(space)))

    def near(self, unit: str) -> tuple[str, ...]:
        return tuple(space for space, loss in self.heard[unit].items() if loss < NEAR_DB)

    def microphone(self, space: str) -> str | None:
        return next((device for device in self.section.microphones if self.place_of(device) == space), None)

    def desks_of(self, unit: str) -> tuple[str, ...]:
        """Those whose relief turns it down."""
        place = self.place_of(unit)
        return self.emitter(unit).desks or ((place,) if place else ())

    def units_of_desk(self, desk: str) -> tuple[str, ...]:
        return tuple(unit for unit in self.section.emitters if desk in self.desks_of(unit))

    @cached_property
    def desks(self) -> tuple[str, ...]:
        """All for which masking can be turned down."""
        return tuple(dict.fromkeys(desk for unit in self.section.emitters for desk in self.desks_of(unit)))

    def served_by(self, unit: str) -> tuple[Pair, ...]:
        return self._served.get(unit, ())

    @cached_property
    def _served(self) -> Mapping[str, tuple[Pair, ...]]:
        homes = {pair.listener: self.homes(pair.listener) for pair in self.pairs.values()}
        return {unit: tuple(p for p in self.pairs.values() if unit in homes[p.listener]) for unit in self.heard}

    def path(self, pair: Pair, *, open_door: float | None = None) -> Path:
        """With the doors closed, or with what an open one leaves of the wall."""
        talkers, listeners = room_of(self.section, pair.talker), room_of(self.section, pair.listener)
        if pair.rating is None:
            return Path(None, pair.distance_m or 1.0, pair.decay_db, reverberation_s=listeners.reverberation)
        rating = pair.rating if open_door is None else min(pair.rating, open_door)
        return Path(rating, absorption_m2=talkers.absorption, reverberation_s=listeners.reverberation)

    def declared_ambient(self, space: str) -> float | None:
        return room_of(self.section, space).ambient

    def target(self, space: str, occasion: Occasion | None) -> Target:
        """How private talk in a space is meant to be. Without a booking, only targets that ask for none fit."""
        policy, agency = (occasion.policy, occasion.agency) if occasion is not None else (None, None)
        kind = self.site.spaces[space].kind
        for target in self.section.targets:
            if (
                (not target.kinds or kind in target.kinds)
                and (not target.policies or policy in target.policies)
                and (not target.agencies or agency in target.agencies)
            ):
                return target
        return _PLAIN

    def is_quiet(self, quiet: Quiet, space: str, occasion: Occasion) -> bool:
        return (
            (not quiet.rooms or space in quiet.rooms)
            and (not quiet.kinds or self.site.spaces[space].kind in quiet.kinds)
            and (not quiet.policies or occasion.policy in quiet.policies)
        )

    def quiet_rooms(self, unit: str) -> tuple[tuple[str, Quiet], ...]:
        """The spaces whose bookings may ask this emitter to be off, each with the preset that says so."""
        return self._quiet_rooms[unit]

    @cached_property
    def _quiet_rooms(self) -> Mapping[str, tuple[tuple[str, Quiet], ...]]:
        where = [
            (space, quiet, set(quiet.spaces) or {space} | spaces_a_door_away(self.site, space))
            for quiet in self.section.quiet.values()
            for space in self.site.bookable
        ]
        return {unit: tuple((space, quiet) for space, quiet, around in where if around & {*self.near(unit)}) for unit in self.heard}
