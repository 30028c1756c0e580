"""Roles in words, and who may do what, for people whose own role may not."""

from collections.abc import Collection, Mapping
from typing import Final

from edge.language import Renderer
from edge.site.fields import Role
from edge.text import Text, say
from security.roles import MAY, ROLES, Action

ROLE_NAMES: Final[Mapping[Role, Text]] = {
    "guard": say("guard"),
    "lobby-host": say("lobby host"),
    "facility-manager": say("facility manager"),
    "clerk": say("clerk"),
    "auditor": say("auditor"),
    "installer": say("installer"),
}


def allowed(role: Role) -> frozenset[Action]:
    """What a role may do."""
    return frozenset(action for action, roles in MAY.items() if role in roles)


def not_allowed(renderer: Renderer, action: Action) -> str:
    """Why a person is not offered something, and whom to ask instead."""
    return not_allowed_to(renderer, MAY[action])


def not_allowed_to(renderer: Renderer, may: Collection[Role]) -> str:
    """The same for what these roles may do."""
    roles = ", ".join(renderer.text(ROLE_NAMES[role]) for role in ROLES if role in may)
    return renderer.say("Your role may not do this. Ask: {roles}.", roles=roles)
