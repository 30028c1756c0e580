"""Which locks were really unlocked when, to compare one day with another."""

from dataclasses import dataclass, field

from tests.invariants.world import World


@dataclass(slots=True)
class Timeline:
    """looks: by the steady count, the locks that were unlocked at the end of that instant."""

    looks: dict[int, frozenset[str]] = field(default_factory=dict)

    def look(self, world: World) -> None:
        self.looks[world.steady] = frozenset(lock for lock in world.locks.values() if world.is_unlocked(lock))

    @property
    def unlocked_at_all(self) -> bool:
        return any(self.looks.values())

    def beyond(self, other: "Timeline") -> list[tuple[int, frozenset[str]]]:
        """When and what is unlocked here and not there."""
        here = there = frozenset[str]()
        found = []
        for t in sorted({*self.looks, *other.looks}):
            here, there = self.looks.get(t, here), other.looks.get(t, there)
            if here - there:
                found.append((t, here - there))
        return found

    def changes(self) -> list[tuple[int, frozenset[str]]]:
        """Whatever is another than at the look before."""
        found: list[tuple[int, frozenset[str]]] = []
        for t, unlocked in self.looks.items():
            if not found or found[-1][1] != unlocked:
                found.append((t, unlocked))
        return found
