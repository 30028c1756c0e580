"""What the control page shows of a virtual building, and what hands can do there: pure, in the reader's language."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from drivers.virtual.device import Behaviour, VirtualButton, VirtualDevice
from drivers.virtual.host import Host
from edge.language import Renderer, space_of
from edge.point_words import POINTS, value_words
from edge.points import Value
from edge.site.device import Device
from edge.site.fields import OUTSIDE
from edge.site.model import Site
from edge.text import Text, say


class Hand(NamedTuple):
    """Something that a person does to a device; it is offered while the point has not got that value."""

    label: Text
    point: str
    value: Value


class Choice(NamedTuple):
    """A button of the page. key: what it sends."""

    key: str
    label: str
    chosen: bool = False


class PointRow(NamedTuple):
    """says: None when it never said anything of it."""

    name: str
    really: str
    says: str | None


class Card(NamedTuple):
    """One device. wrong: in which ways it is not as it should be, shortly."""

    id: str
    name: str
    type: str
    profile: str
    line: str
    summary: str
    wrong: list[str]
    points: list[PointRow]
    hands: list[Choice]
    behaviours: list[Choice]
    plugged: bool


class Place(NamedTuple):
    id: str
    name: str
    cards: list[Card]


AT_FIRST: Final = "…"
"""In place of the value that the point had when the device was made."""

HANDS: Final[Mapping[str, Hand]] = {
    "open": Hand(say("Open the door"), "contact", "open"),
    "close": Hand(say("Close the door"), "contact", "closed"),
    "exit": Hand(say("Press the exit button"), "exit-request", True),
    "unlock": Hand(say("Unlock with a key"), "lock", "unlocked"),
    "lock": Hand(say("Lock with a key"), "lock", "locked"),
    "enter": Hand(say("Walk in"), "present", True),
    "leave": Hand(say("Walk out"), "present", False),
    "take": Hand(say("Take the terminal away"), "terminal", None),
    "bring": Hand(say("Put the terminal back"), "terminal", AT_FIRST),
    "fire": Hand(say("Set off the fire alarm"), "fire", True),
    "no-fire": Hand(say("End the fire alarm"), "fire", False),
    "alarm": Hand(say("Set off the alarm"), "active", True),
    "no-alarm": Hand(say("End the alarm"), "active", False),
    "uncover": Hand(say("Open its cover"), "tamper", True),
    "cover": Hand(say("Close its cover"), "tamper", False),
}
"""By key."""

BEHAVIOURS: Final[Mapping[Behaviour, tuple[Text, Text]]] = {
    Behaviour.OBEDIENT: (say("As it should"), say("Does what it is told, and says so.")),
    Behaviour.JAMMED: (
        say("Jammed"),
        say("Does nothing of what it is told, and says so; a sensor or button notices nothing any more."),
    ),
    Behaviour.MUTE: (say("Mute"), say("Does what it is told, and says nothing.")),
    Behaviour.SLOW: (say("Slow"), say("Does what it is told and says so, but seconds later.")),
    Behaviour.LYING: (say("Lying"), say("Does nothing of what it is told, and says that it did; a sensor says the opposite.")),
    Behaviour.DRAINED: (say("Drained"), say("Its battery runs empty in half a minute; then it does and says nothing.")),
}
"""What each is called, and what it means."""

PROTOCOLS: Final[Mapping[str, str]] = {"mqtt": "MQTT", "modbus": "Modbus", "ble": "Bluetooth", "opcua": "OPC UA"}

_UNITS: Final[Mapping[str, str]] = {"ambient": " dB", "level": " dB"}
_IN_THE_SUMMARY: Final = ("lock", "contact", "present", "fire", "active", "terminal", "on", "muted", "text")


def places(site: Site, hosts: Mapping[str, Host], renderer: Renderer) -> list[Place]:
    """The devices by the space that they are in or whose door they are at; last those of the whole building."""
    found: dict[str, list[Card]] = {space: [] for space in (*site.spaces, OUTSIDE, "")}
    for device, host in hosts.items():
        found[_space(site, site.devices[device])].append(card(site, device, host, renderer))
    names = {space: renderer.name(space) if space else renderer.say("The whole building") for space in found}
    return [Place(f"in-{space}" if space else "in-the-building", names[space], cards) for space, cards in found.items() if cards]


def card(site: Site, device: str, host: Host, renderer: Renderer) -> Card:
    described, model = site.devices[device], host.model
    speaks = PROTOCOLS[site.connections[described.connection].speaks]
    return Card(
        id=device,
        name=renderer.name(device),
        type=renderer.type_name(described.type),
        profile=described.profile,
        line=" · ".join((speaks, described.connection, *_where(described))),
        summary=", ".join(_summary(host, renderer)),
        wrong=[*_wrong(host, renderer)],
        points=[*_points(host, renderer)],
        hands=[*_hands(model, renderer)],
        behaviours=[*_behaviours(model, renderer)],
        plugged=host.plugged,
    )


def value_of(hand: Hand, model: VirtualDevice) -> Value:
    """What the point is after it."""
    return model.at_first(hand.point) if hand.value == AT_FIRST else hand.value


def _space(site: Site, described: Device) -> str:
    return described.space or (space_of(site, described.door) if described.door is not None else "")


def _where(described: Device) -> Iterator[str]:
    if described.unit is not None:
        yield f"{described.unit}/{described.channel}"
    if described.at is not None:
        yield described.at


def _points(host: Host, renderer: Renderer) -> Iterator[PointRow]:
    for point in host.model.points:
        says = _written(point, host.model.says[point], renderer) if point in host.model.says else None
        yield PointRow(renderer.text(POINTS[point]), _written(point, host.state(point), renderer), says)


def _written(point: str, value: Value, renderer: Renderer) -> str:
    unit = _UNITS.get(point, "") if isinstance(value, int | float) else ""
    return renderer.say("{value}", value=value_words(value)) + unit


def _summary(host: Host, renderer: Renderer) -> Iterator[str]:
    for point in _IN_THE_SUMMARY:
        value = host.state(point)
        if isinstance(value, bool):
            if value:
                yield renderer.text(POINTS[point])
        elif value is not None and point in host.model.points:
            yield _written(point, value, renderer)


def _wrong(host: Host, renderer: Renderer) -> Iterator[str]:
    model = host.model
    if not host.plugged:
        yield renderer.say("Battery empty") if model.empty else renderer.say("Unplugged")
    if model.behaviour is not Behaviour.OBEDIENT:
        yield renderer.text(BEHAVIOURS[model.behaviour][0])
    if any(model.says[point] != host.state(point) for point in model.points if point in model.says):
        yield renderer.say("Says otherwise")
    if isinstance(model, VirtualButton) and model.unanswered:
        yield renderer.say("Pressed, and not answered yet")


def _hands(model: VirtualDevice, renderer: Renderer) -> Iterator[Choice]:
    if model.type == "panic-button":
        yield Choice("press", renderer.say("Press the panic button"))
    if model.type == "relief-button":
        yield Choice("press", renderer.say("Press the relief button"))
        yield Choice("hold", renderer.say("Press the relief button for long"))
    for key, hand in HANDS.items():
        if hand.point in model.points and model.state(hand.point) != value_of(hand, model):
            yield Choice(key, renderer.text(hand.label))


def _behaviours(model: VirtualDevice, renderer: Renderer) -> Iterator[Choice]:
    for behaviour in model.fitting:
        yield Choice(behaviour.name.lower(), renderer.text(BEHAVIOURS[behaviour][0]), behaviour is model.behaviour)
