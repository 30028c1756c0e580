"""What a profile says of a make that speaks MQTT: on which topic each point is, and how it is read and commanded.

In topics, fields, commands and questions {at} stands for the `at` of the device in the site file, {channel} for its channel counted
from 1 and {index} for the same counted from 0; `..` in a topic goes one step up.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from edge.points import Value
from edge.profiles.protocol import Protocol
from edge.profiles.translation import Translation


@dataclass(frozen=True, slots=True)
class MqttPoint:
    """A point that is heard on a topic; where that is empty, it is only told. The same point may be heard on several; of `link`,
    all of them must be true.

    field: path inside a JSON payload, parts separated by dots: names, places in a list (from 0), or `name=value` for those members
    of a list that have it; empty where the payload is the value. values, scale, offset: see Translation. set: the topic that takes
    commands. command: what is sent there, see message_template; empty: as natively. words: what is sent, where that is something
    else than what is heard.
    """

    name: str
    topic: str
    field: str = ""
    values: Mapping[str, Value] = dataclasses.field(default_factory=dict)
    scale: float = 1.0
    offset: float = 0.0
    set: str = ""
    command: str = ""
    words: Mapping[str, Value] = dataclasses.field(default_factory=dict)

    @property
    def heard(self) -> Translation:
        return Translation(self.values, self.scale, self.offset)

    @property
    def said(self) -> Translation:
        return Translation(self.words or {word: v for word, v in self.values.items() if v is not None}, self.scale, self.offset)

    def of(self, at: str, channel: int) -> "MqttPoint":
        """The same of one device."""
        return replace(
            self,
            topic=topic_of(self.topic, at, channel),
            field=filled(self.field, at, channel),
            set=topic_of(self.set, at, channel),
            command=filled(self.command, at, channel),
        )


@dataclass(frozen=True, slots=True)
class Question:
    """What makes a device say its state: asked when the line comes up, every so often, and after each command."""

    topic: str
    payload: str
    every: timedelta

    def of(self, at: str, channel: int) -> "Question":
        """The same for one device."""
        return replace(self, topic=topic_of(self.topic, at, channel), payload=filled(self.payload, at, channel))


@dataclass(frozen=True, slots=True)
class MqttMapping:
    """points, questions: by type of device. native: Talonmies' own topics and payloads, for every type and point."""

    protocol: ClassVar[Protocol] = "mqtt"
    points: Mapping[str, tuple[MqttPoint, ...]] = dataclasses.field(default_factory=dict)
    questions: Mapping[str, tuple[Question, ...]] = dataclasses.field(default_factory=dict)
    native: bool = False

    @property
    def types(self) -> frozenset[str] | None:
        """Of the devices that it describes; None: every type."""
        return frozenset(self.points) or None


NATIVE = MqttMapping(native=True)


def filled(text: str, at: str, channel: int) -> str:
    if "{" not in text:
        return text
    return text.replace("{at}", at).replace("{channel}", str(channel)).replace("{index}", str(channel - 1))


def topic_of(text: str, at: str, channel: int) -> str:
    topic = filled(text, at, channel)
    if "/../" not in topic:
        return topic
    levels: list[str] = []
    for level in topic.split("/"):
        if level == ".." and levels:
            levels.pop()
        else:
            levels.append(level)
    return "/".join(levels)
