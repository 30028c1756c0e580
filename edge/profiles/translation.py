"""What a device says, and which value of ours that is: words, and numbers that are scaled. Pure, and refusing on both sides."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from edge.errors import Garbled, IllegalCommand
from edge.points import Value

ANY = "*"
"""As a word: whatever else the device says."""
NO_VALUE = frozenset(("", "null", "none", "nan", "unavailable", "unknown", "undefined"))
"""What makes say, in lower case, where they have no value."""


@dataclass(frozen=True, slots=True)
class Translation:
    """values: by what the device says, as text (`ON`, `true`, `1`). A number that is not among them is multiplied and shifted, if
    scale or offset say so."""

    values: Mapping[str, Value] = field(default_factory=dict)
    scale: float = 1.0
    offset: float = 0.0

    @property
    def scales(self) -> bool:
        return self.scale != 1 or self.offset != 0

    def read(self, said: Value) -> Value:
        """Raises Garbled."""
        if not self.values and not self.scales:
            return said
        word = _word(said)
        if word in self.values:
            return self.values[word]
        if self.scales and isinstance(said, int | float) and not isinstance(said, bool):
            return said * self.scale + self.offset
        if ANY in self.values:
            return self.values[ANY]
        if self.values and word.lower() not in NO_VALUE:
            raise Garbled(f"not one of {', '.join(self.values)}")
        return said

    def write(self, value: Value) -> Value:
        """Raises IllegalCommand."""
        for word, meant in self.values.items():
            if word != ANY and meant == value and isinstance(meant, bool) == isinstance(value, bool):
                return _literal(word)
        if self.scales and isinstance(value, int | float) and not isinstance(value, bool):
            said = round((value - self.offset) / self.scale, 3)
            return int(said) if said.is_integer() else said
        if self.values:
            raise IllegalCommand(f"{value!r} is none of {', '.join(str(known) for known in self.values.values())}")
        return value


def _word(said: Value) -> str:
    if isinstance(said, str):
        return said
    return json.dumps(int(said) if isinstance(said, float) and said.is_integer() else said)


def _literal(word: str) -> Value:
    """What the word is in JSON: `true` is no text there, and neither is `1`."""
    try:
        literal = json.loads(word)
    except ValueError:
        return word
    return literal if isinstance(literal, bool | int | float) else word
