"""Rules about alarms: an alarm says what it is and what to do, and what protects people is neither hidden nor made less urgent."""

from collections.abc import Callable, Iterator

from edge.conditions import CONDITIONS, DURESS
from edge.site.alarm_settings import UNTOUCHABLE
from edge.site.draft import Draft
from edge.site.finding import Path, Problem, error, warning
from edge.text import say

_MISSING = {
    "name": say("A new alarm has a name. Add name: what people call it."),
    "level": say("A new alarm has a level. Add level: 1 critical, 2 high, 3 medium or 4 device fault."),
    "response": say("A new alarm says what to do. Add response: the steps, in order."),
    "clears": say("A new alarm says when it ends. Add clears."),
}


def whole_types(draft: Draft) -> Iterator[Problem]:
    for kind, settings in draft.alarms.items():
        path: Path = ("alarms", kind)
        if settings.response is not None and not settings.response:
            yield error((*path, "response"), say("An alarm that asks for nothing is none. Write what to do, in order."))
        if kind in CONDITIONS:
            continue
        for key, text in _MISSING.items():
            if getattr(settings, key) is None:
                yield error(path, text, at_key=True)


def untouchable_types(draft: Draft) -> Iterator[Problem]:
    for kind in UNTOUCHABLE & draft.alarms.keys():
        settings, path = draft.alarms[kind], ("alarms", kind)
        if settings.level not in (None, 1):
            yield error((*path, "level"), say("{type} is always critical. Remove level.", type=kind))
        if settings.shelve not in (None, "never"):
            yield error((*path, "shelve"), say("{type} is never shelved. Remove shelve.", type=kind))
        if kind == DURESS and settings.sound not in (None, "silent"):
            yield error((*path, "sound"), say("{type} is always silent. Remove sound.", type=kind))
        elif settings.sound == "none":
            yield error((*path, "sound"), say("{type} is never without a sound. Write another, or silent.", type=kind))


def alarm_inputs(draft: Draft) -> Iterator[Problem]:
    for name, device in draft.devices.items():
        path: Path = ("devices", name)
        if device.type != "alarm-input":
            if device.alarm is not None:
                yield error((*path, "alarm"), say("Only an alarm-input raises an alarm of its own. Remove alarm."), at_key=True)
        elif device.alarm is None:
            yield error(
                path, say("An alarm-input says which alarm it raises. Add alarm: a type of the section alarms."), at_key=True
            )
        elif device.alarm in CONDITIONS:
            text = say("{type} is raised by Talonmies itself. Name an alarm of your own in the section alarms.", type=device.alarm)
            yield error((*path, "alarm"), text)


def unused_types(draft: Draft) -> Iterator[Problem]:
    raised = {device.alarm for device in draft.devices.values()}
    for kind in draft.alarms:
        if kind not in CONDITIONS and kind not in raised and draft.whole("devices"):
            text = say("Nothing raises {type}: no alarm-input names it. Add the device, or remove the alarm.", type=kind)
            yield warning(("alarms", kind), text, at_key=True)


ALARM_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (whole_types, untouchable_types, alarm_inputs, unused_types)
