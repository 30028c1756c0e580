"""Passwords that cost next to nothing."""

from datetime import UTC, datetime
from pathlib import Path

from edge.people import changes
from edge.people.passwords import Cost, Passwords
from edge.people.register import Register
from edge.site.fields import Role

QUICK = Cost(memory_kib=8, passes=1, lanes=1)
SINCE = datetime(2026, 11, 20, 6, tzinfo=UTC)


def quick_passwords() -> Passwords:
    return Passwords(QUICK)


def add(register: Register, name: str, role: Role, password: str, agency: str | None = None) -> None:
    register.change(lambda roll: changes.added(roll, quick_passwords(), SINCE, name, role, agency, password))


def register_in(folder: Path) -> Register:
    return Register(folder / "data")
