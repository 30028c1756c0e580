"""Rules about the section `acoustics`: each thing is of the kind that can do it, and no two entries say the same of one pair."""

from collections.abc import Callable, Iterator

from pydantic import ValidationError

from edge.points import DEVICE_TYPES
from edge.profiles import PROFILES
from edge.profiles.profile import MaskingMake
from edge.site.acoustics_settings import Acoustics
from edge.site.draft import Draft
from edge.site.fields import OUTSIDE
from edge.site.finding import Path, Problem, error, warning
from edge.text import say

SECTION = "acoustics"


def _section(draft: Draft) -> Acoustics | None:
    """None where there is none, or where it is broken: that is told elsewhere."""
    described = draft.raw.get(SECTION)
    if described is None:
        return None
    try:
        return Acoustics.model_validate(described)
    except ValidationError:
        return None


def sounding_devices(draft: Draft) -> Iterator[Problem]:
    section = _section(draft)
    for name in section.emitters if section else ():
        device = draft.devices.get(name)
        if device is not None and device.type != "masking-unit":
            told = say("{device} is a {type}. Name a {wanted}.", device=name, type=device.type, wanted="masking-unit")
            yield error((SECTION, "emitters", name), told, at_key=True)


def hearing_devices(draft: Draft) -> Iterator[Problem]:
    section = _section(draft)
    for name in section.microphones if section else ():
        device = draft.devices.get(name)
        if device is not None and "ambient" not in DEVICE_TYPES[device.type]:
            told = say("{device} is a {type}. Name a {wanted}.", device=name, type=device.type, wanted="ambient-sensor")
            yield error((SECTION, "microphones", name), told, at_key=True)


def one_ear_a_space(draft: Draft) -> Iterator[Problem]:
    section = _section(draft)
    hears: dict[str, str] = {}
    for name in section.microphones if section else ():
        space = (draft.devices[name].space or "") if name in draft.devices else ""
        if space in hears:
            told = say(
                "{device} already hears what is in {space}. Name one microphone for each space.", device=hears[space], space=space
            )
            yield error((SECTION, "microphones", name), told, at_key=True)
        elif space:
            hears[space] = name


def one_pair_each(draft: Draft) -> Iterator[Problem]:
    section = _section(draft)
    seen: set[tuple[str, str]] = set()
    for number, pair in enumerate(section.pairs if section else ()):
        path: Path = (SECTION, "pairs", number)
        if pair.from_ == pair.to:
            yield error((*path, "to"), say("Nobody is overheard in the place where they talk. Name another space."))
        if OUTSIDE in (pair.from_, pair.to):
            yield error(path, say("Masking reaches nobody outside. Name spaces of the building."))
        if (pair.from_, pair.to) in seen:
            yield error(path, say("{space} and {other} are a pair already. Write it once.", space=pair.from_, other=pair.to))
        seen.add((pair.from_, pair.to))


def bearable_levels(draft: Draft) -> Iterator[Problem]:
    section = _section(draft)
    if section is None:
        return
    floor, most = section.comfort.floor, section.comfort.max
    levels: list[tuple[Path, float]] = [((SECTION, "schedule", "level"), section.schedule.level)]
    for name, emitter in section.emitters.items():
        levels += [((SECTION, "emitters", name, "schedule"), emitter.schedule)] if emitter.schedule is not None else []
        if emitter.highest < floor:
            told = say("This is below the floor of {floor} dB(A), so the unit would never sound. Write more.", floor=floor)
            yield error((SECTION, "emitters", name, "highest"), told)
    for path, level in levels:
        if not floor <= level <= most:
            told = say(
                "A schedule's level is between {floor} and {most} dB(A), floor and maximum of comfort.", floor=floor, most=most
            )
            yield error(path, told)


def levels_of_makes(draft: Draft) -> Iterator[Problem]:
    """What a unit cannot be told stands in the site file, and nothing is asked of it that its make cannot do."""
    section = _section(draft)
    for name, emitter in section.emitters.items() if section else ():
        make, path = _make_of(draft, name), (SECTION, "emitters", name)
        if make is None or section is None:
            continue
        most = min(section.comfort.max, emitter.highest)
        if not make.levels and emitter.fixed is None:
            yield error(path, say("{device} can only be switched. Write its measured level: fixed.", device=name), at_key=True)
        if make.levels and emitter.fixed is not None:
            yield error((*path, "fixed"), say("{device} is told its level. Remove fixed.", device=name))
        if not make.levels and emitter.fixed is not None and emitter.fixed > most:
            told = say("This is louder than {most} dB(A), so it would never be switched on. Turn it down at the unit.", most=most)
            yield warning((*path, "fixed"), told)
        if make.levels and emitter.step < make.step_db:
            told = say("{device} changes its level by {least} dB at least. Write so much.", device=name, least=make.step_db)
            yield error((*path, "step"), told)


def _make_of(draft: Draft, unit: str) -> MaskingMake | None:
    device = draft.devices.get(unit)
    return PROFILES[device.profile].masking if device is not None and device.profile in PROFILES else None


def emitters_for_the_pairs(draft: Draft) -> Iterator[Problem]:
    """A pair that no masking reaches is still told of, and only its walls can help it."""
    section = _section(draft)
    if section is None or not draft.whole("devices"):
        return
    reached = {space for emitter in section.emitters.values() for space in emitter.heard}
    reached |= {draft.devices[name].space or "" for name in section.emitters if name in draft.devices}
    for number, pair in enumerate(section.pairs):
        if pair.to in draft.spaces and pair.to not in reached:
            told = say("No emitter is heard in {space}, so nothing masks what is overheard there.", space=pair.to)
            yield warning((SECTION, "pairs", number, "to"), told)


def buttons_of_desks(draft: Draft) -> Iterator[Problem]:
    """A button may turn down only the units that know its desk."""
    section = _section(draft)
    buttons = {name: device for name, device in draft.devices.items() if device.type == "relief-button"}
    if not buttons or not draft.whole("devices"):
        return
    obeyed: set[str] = set()
    for name, emitter in section.emitters.items() if section else ():
        obeyed |= {*emitter.desks} or {(draft.devices[name].space or "") if name in draft.devices else ""}
    for name, button in buttons.items():
        desk = button.space or ""
        if desk in draft.spaces and desk not in obeyed:
            told = say("No masking unit has {space} among its desks, so this button turns nothing down.", space=desk)
            yield warning(("devices", name), told, at_key=True)


ACOUSTICS_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    sounding_devices,
    hearing_devices,
    one_ear_a_space,
    one_pair_each,
    bearable_levels,
    levels_of_makes,
    emitters_for_the_pairs,
    buttons_of_desks,
)
