"""Who may do what at doors, with alarms and at the desk: one table, asked by everything that acts."""

from collections.abc import Mapping
from typing import Literal, get_args

from edge.errors import IllegalCommand
from edge.site.fields import Role

Action = Literal[
    "release",
    "override-locked",
    "override-unlocked",
    "out-of-service",
    "lockdown",
    "end-lockdown",
    "evacuation",
    "end-evacuation",
    "end-fire",
    "play-scene",
    "tick",
    "reload",
    "make-report",
    "acknowledge",
    "claim",
    "note",
    "transfer",
    "resolve",
    "shelve",
    "escalate",
    "walk-test",
    "test-point",
    "post-bulletin",
    "read-bulletin",
    "hand-over",
    "lend-terminal",
    "quiet-masking",
    "set-masking",
]

_GUARD: Role = "guard"
_HOST: Role = "lobby-host"
_MANAGER: Role = "facility-manager"
_INSTALLER: Role = "installer"
_CLERK: Role = "clerk"

MAY: Mapping[Action, frozenset[Role]] = {
    "release": frozenset((_GUARD, _HOST, _MANAGER)),
    "override-locked": frozenset((_GUARD, _HOST, _MANAGER)),
    "override-unlocked": frozenset((_MANAGER,)),
    "out-of-service": frozenset((_GUARD, _MANAGER, _INSTALLER)),
    "lockdown": frozenset((_GUARD, _HOST, _MANAGER)),
    "end-lockdown": frozenset((_GUARD, _MANAGER)),
    "evacuation": frozenset((_GUARD, _HOST, _MANAGER)),
    "end-evacuation": frozenset((_GUARD, _MANAGER)),
    "end-fire": frozenset((_GUARD, _MANAGER)),
    "play-scene": frozenset((_HOST, _MANAGER)),
    "tick": frozenset((_HOST, _MANAGER)),
    "reload": frozenset((_MANAGER,)),
    "make-report": frozenset((_MANAGER,)),
    "acknowledge": frozenset((_GUARD, _HOST, _MANAGER)),
    "claim": frozenset((_GUARD, _HOST, _MANAGER)),
    "note": frozenset((_GUARD, _HOST, _MANAGER)),
    "transfer": frozenset((_GUARD, _HOST, _MANAGER)),
    "resolve": frozenset((_GUARD, _MANAGER)),
    "escalate": frozenset((_GUARD, _HOST, _MANAGER)),
    "shelve": frozenset((_GUARD, _MANAGER)),
    "walk-test": frozenset((_GUARD, _MANAGER, _INSTALLER)),
    "test-point": frozenset((_MANAGER, _INSTALLER)),
    "post-bulletin": frozenset((_GUARD, _HOST, _MANAGER)),
    "read-bulletin": frozenset((_GUARD, _HOST, _MANAGER, _INSTALLER, _CLERK)),
    "hand-over": frozenset((_GUARD, _HOST, _MANAGER)),
    "lend-terminal": frozenset((_HOST, _MANAGER)),
    "quiet-masking": frozenset((_HOST, _MANAGER)),
    "set-masking": frozenset((_MANAGER,)),
}
"""To lock is for many, to unlock for few. Whoever is not named in a row may not."""

ROLES: tuple[Role, ...] = get_args(Role)


class NotAllowed(IllegalCommand):
    """The role of whoever asked may not do this."""


def require(role: Role, action: Action) -> None:
    """Raises NotAllowed."""
    if role not in MAY[action]:
        may = ", ".join(sorted(MAY[action]))
        raise NotAllowed(f"a {role} may not do this; ask one of: {may}")
