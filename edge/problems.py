"""Why a point has no usable value: all that drivers say of it, so that it is told in the language of whoever reads it.

What exactly was sent stands in the report of what cannot be read (`edge.events.GarbageReceived`), in the words of the protocol.
"""

from collections.abc import Mapping
from typing import Final

from edge.text import Text, say

Reason = Text | str
"""Of this module; in a journal of an earlier version, a few words in English. Empty where there is a usable value."""

NO_VALUE: Final = say("the device says that it has no value")
OWN_FAULT: Final = say("the device reports a fault of its own")
NONSENSE: Final = say("what it says makes no sense")
NOT_CONNECTED: Final = say("nothing is connected there")
NO_SOUND: Final = say("no microphone, or not enough heard yet")
NO_CHIP: Final = say("the bay cannot read the chip")
RECEIVER_SILENT: Final = say("its receiver does not work")


def unknown_word(word: str) -> Text:
    """It says this where a value belongs."""
    return say('it says "{word}" in place of a value', word=word)


_REFUSALS: Final[Mapping[int, Text]] = {
    1: say("it does not know the question"),
    2: say("it has no such register"),
    3: say("it does not take the question"),
    4: say("it has failed"),
    5: say("it is busy"),
    6: say("it is busy"),
    8: say("its memory has failed"),
}
_NOT_TOLD_WHY: Final = say("it refuses to be read")


def refused(code: int) -> Text:
    """An exception of Modbus."""
    return say("{why} (exception {code})", why=_REFUSALS.get(code, _NOT_TOLD_WHY), code=code)


_SENSOR, _AWAY, _CLOSED = (
    say("its sensor has failed"),
    say("the server has no connection to it"),
    say("the server keeps it to itself"),
)
_STATUSES: Final[Mapping[str, Text]] = {
    "BadSensorFailure": _SENSOR,
    "UncertainSensorNotAccurate": _SENSOR,
    "BadDeviceFailure": say("it has failed"),
    "BadOutOfService": say("it is out of service"),
    "BadNoCommunication": _AWAY,
    "BadNotConnected": _AWAY,
    "BadCommunicationError": _AWAY,
    "UncertainNoCommunicationLastUsableValue": _AWAY,
    "BadNotReadable": _CLOSED,
    "BadUserAccessDenied": _CLOSED,
}
_UNSURE, _NOT_GOOD = say("the server is not sure of it"), say("the server has no good value of it")


def server_says(status: str) -> Text:
    """status: of a value, by its name in OPC UA."""
    why = _STATUSES.get(status, _UNSURE if status.startswith("Uncertain") else _NOT_GOOD)
    return say("{why} ({status})", why=why, status=status)


def no_node(status: str) -> Text:
    return say("the server does not give this node ({status})", status=status)
