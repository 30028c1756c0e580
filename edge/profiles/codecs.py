"""What a bit or a register means; pure, and refusing on both sides."""

from dataclasses import dataclass

from edge.errors import Garbled, IllegalCommand
from edge.points import Value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values: the first is written 0, the next 1, and so on."""

    values: tuple[Value, ...]

    def read(self, raw: int) -> Value:
        """Raises Garbled."""
        if not 0 <= raw < len(self.values):
            raise Garbled(f"{raw} is none of 0 to {len(self.values) - 1}")
        return self.values[raw]

    def write(self, value: Value) -> int:
        """Raises IllegalCommand."""
        if value not in self.values:
            raise IllegalCommand(f"{value!r} is none of {', '.join(map(str, self.values))}")
        return self.values.index(value)


FLAG = Choice((False, True))
