"""How private each pair is now, in words: an estimate with its reasons, and not a measurement.

What is not known is called unknown. Where masking cannot do it, the missing decibels are named, and what would do it instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from acoustics.asked import RELIEF
from acoustics.listening import AMBIENT, DEAF, SAMPLES, TOTAL
from acoustics.pairs import OPEN_DOOR_DB, Pair
from acoustics.privacy import Path, Standing, background_for, standing_of, together_dba
from acoustics.units import sound_of
from acoustics.wishes import STANDINGS, Talk, Wishes
from acoustics.words import BASES, CLASSES, DOORS, ESTIMATE, MEANS, VOICES, Class, DoorState
from acoustics.zones import Zones
from edge.claims import Derived
from edge.facts import HEARD, Family, Look
from edge.site.acoustics_settings import Target
from edge.text import Ref, Text, say

LEAST_WORTH_DB = 0.5


@dataclass(frozen=True, slots=True)
class Privacy:
    """One pair now. live: somebody talks there, as far as is known. background_dba: at the listener; None: none is known.

    missing_db: what the class that is meant lacks beyond the loudest masking that people bear; None: nothing. reasons: one
    sentence each, the first says what the class means.
    """

    standing: Class
    live: bool
    raised: bool
    door: DoorState
    background_dba: float | None
    measured: bool
    missing_db: float | None
    remedy: Text | None
    reasons: tuple[Text, ...]


PRIVACY: Family[Privacy] = Family("privacy")
"""By talker and listener."""
WORST: Family[Class] = Family("privacy-worst")
"""By talker and listener, of the last quarter of an hour; derived by `acoustics.spells`."""
SEVERITY: tuple[Class, ...] = ("confidential", "limited", "unknown", "overhearable")
"""A later one is worse. What nobody knows may be overheard; what is known to be is worse still."""


@dataclass(frozen=True)
class Telling:
    """The rule of one site's pairs."""

    zones: Zones
    wishes: Wishes

    def pair(self, look: Look, name: str) -> Iterable[Derived]:
        pair = self.zones.pairs[name]
        talk = self.wishes.live(look, pair.talker)
        target = talk.target if talk is not None else self.zones.target(pair.talker, None)
        yield Derived(PRIVACY(pair.talker, pair.listener), self._privacy(look, pair, talk, target))

    def _privacy(self, look: Look, pair: Pair, talk: Talk | None, target: Target) -> Privacy:
        raised, door = target.voice == "raised", self._door(look, pair)
        path = self.zones.path(pair, open_door=OPEN_DOOR_DB if door == "open" else None)
        missing = self._missing(look, pair, path, target)
        silent = self._silent(look, pair)
        background, measured = (None, False) if silent is not None else self._background(look, pair)
        found = None if silent is not None else standing_of(path, raised, background or 0.0)
        assumed = None if found is None or measured else self._assumed(look, pair)
        if found is not None and assumed is not None:
            found = min(found, Standing.LIMITED)
        return Privacy(
            standing="unknown" if found is None else CLASSES[found],
            live=talk is not None,
            raised=raised,
            door=door,
            background_dba=background,
            measured=measured,
            missing_db=missing,
            remedy=self._remedy(look, pair, door, target, missing),
            reasons=(
                *([silent] if silent is not None else []),
                *([MEANS[found], VOICES[raised]] if found is not None else []),
                *([DOORS[door]] if pair.rating is not None else []),
                BASES[pair.basis],
                *([_background_told(background, measured)] if found is not None else []),
                *([assumed] if assumed is not None else []),
                *self._relief(look, pair),
                ESTIMATE,
            ),
        )

    def _door(self, look: Look, pair: Pair) -> DoorState:
        """One open door is enough; one that nobody sees is taken to be closed."""
        if pair.open_way:
            return "open"
        seen = [self._contact(look, door) for door in pair.doors]
        if "open" in seen:
            return "open"
        if not seen:
            return "none"
        return "closed" if all(state == "closed" for state in seen) else "unseen"

    def _contact(self, look: Look, door: str) -> object:
        device = self.zones.site.device_at(door)
        if device is None or not self.zones.site.senses(door, "contact"):
            return None
        reading = look.heard(device, "contact")
        return None if reading is None else reading.value

    def _silent(self, look: Look, pair: Pair) -> Text | None:
        """Why nothing is known of the noise at the listener."""
        for unit in self.zones.homes(pair.listener):
            if sound_of(look, self.zones, unit) is None:
                return _since(unit, look(HEARD(unit)))
        if (microphone := self.zones.microphone(pair.listener)) is not None and look(DEAF(pair.listener)):
            samples = look(SAMPLES(microphone))
            return _since(microphone, samples[-1][0] if samples else None)
        return None

    def _background(self, look: Look, pair: Pair) -> tuple[float | None, bool]:
        """What a microphone hears, or else the masking that the units say they make and the noise that is there without it."""
        measured = look(TOTAL(pair.listener))
        if measured is not None:
            return _half(measured), True
        masking = [
            self._heard_of(look, unit, pair.listener) for unit in self.zones.heard if pair.listener in self.zones.heard[unit]
        ]
        together = together_dba(*masking, self._ambient(look, pair))
        return (None if together is None else _half(together)), False

    def _heard_of(self, look: Look, unit: str, space: str) -> float | None:
        sound = sound_of(look, self.zones, unit)
        arrives = 0.0 if sound is None or sound.level is None else sound.level - self.zones.heard[unit][space]
        return arrives if arrives > 0.0 else None

    def _assumed(self, look: Look, pair: Pair) -> Text | None:
        """Of a unit that never says what it does, nothing better than some privacy is believed."""
        for unit in self.zones.homes(pair.listener):
            sound = sound_of(look, self.zones, unit)
            if sound is not None and sound.assumed:
                return say("{device} never says what it does: it is assumed to do as it was told", device=Ref(unit))
        return None

    def _ambient(self, look: Look, pair: Pair) -> float | None:
        """Heard, or else declared; of the two the lesser."""
        heard, declared = look(AMBIENT(pair.listener)), self.zones.declared_ambient(pair.listener)
        if heard is None or self.zones.microphone(pair.listener) is None:
            return declared
        return heard.dba if declared is None else min(heard.dba, declared)

    def _missing(self, look: Look, pair: Pair, path: Path, target: Target) -> float | None:
        """Beyond the loudest masking that is allowed there, or would be with a unit, for the class that is meant."""
        needed = background_for(path, target.voice == "raised", STANDINGS[target.privacy])
        most = together_dba(self.wishes.bearable_at(pair.listener, target), self._ambient(look, pair)) or 0.0
        if needed is None:
            needed = 80.0
        return round(needed - most, 1) if needed - most >= LEAST_WORTH_DB else None

    def _remedy(self, look: Look, pair: Pair, door: DoorState, target: Target, missing: float | None) -> Text | None:
        unmasked = self.wishes.most_at(pair.listener, target) is None
        if missing is None:
            listener = Ref(pair.listener)
            return (
                say("Nothing masks what is heard in {listener}: a masking unit there helps", listener=listener)
                if unmasked
                else None
            )
        if pair.rating is None:
            return say(
                "Not reachable here, {missing} dB are missing: a screen, more distance or a closed room helps", missing=missing
            )
        if door == "open" and not pair.open_way:
            left = self._missing(look, pair, self.zones.path(pair), target)
            if left is None:
                return say("Not reachable with the door open, {missing} dB are missing: close the door", missing=missing)
            return say(
                "Not reachable with the door open, {missing} dB are missing: close the door; then {left} dB are missing",
                missing=missing,
                left=left,
            )
        if unmasked:
            return say(
                "Not reachable here, with a masking unit in {listener} {missing} dB are missing: a tighter door or wall, or "
                "another room, helps",
                listener=Ref(pair.listener),
                missing=missing,
            )
        return say(
            "Not reachable here, {missing} dB are missing: a tighter door or wall by so much, or another room, helps",
            missing=missing,
        )

    def _relief(self, look: Look, pair: Pair) -> Iterable[Text]:
        for unit in self.zones.homes(pair.listener):
            for desk in self.zones.desks_of(unit):
                relief = look(RELIEF(desk))
                if relief is not None and not look.passed(relief.until):
                    yield say(
                        "Relief at {desk}: conversations in {place} may be followed from {listener}",
                        desk=Ref(desk),
                        place=Ref(pair.talker),
                        listener=Ref(pair.listener),
                    )


def _since(device: str, heard: datetime | None) -> Text:
    if heard is None:
        return say("No current reading: {device} has not been heard since the start", device=Ref(device))
    return say("No current reading: {device} has been silent since {heard}", device=Ref(device), heard=heard)


def _half(dba: float) -> float:
    """To half a decibel, and never up: a figure for people, which must not promise more."""
    return int(dba * 2 + 1e-6) / 2


def _background_told(background: float | None, measured: bool) -> Text:
    if background is None:
        return say("No background noise is counted on")
    if measured:
        return say("background {level} dB(A), measured", level=background)
    return say("background {level} dB(A), as the masking units say", level=background)
