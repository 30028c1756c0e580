"""What the facility manager changes on the list of people: each a function from one list to the next, for `Register.change`."""

import re
from datetime import datetime

from edge.errors import IllegalCommand
from edge.people.passwords import Passwords
from edge.people.roll import Person, ProgramToken, Roll, key_of, proper_name
from edge.site.fields import Role


def added(roll: Roll, passwords: Passwords, at: datetime, name: str, role: Role, agency: str | None, password: str) -> Roll:
    """Raises IllegalCommand for a name that is taken or cannot be, a weak password, a clerk of no agency."""
    name = proper_name(name)
    if (known := roll.people.get(key_of(name))) is not None:
        raise IllegalCommand(f"{known.name} has an account already.")
    require_agency(role, agency)
    return roll.with_person(Person(name=name, role=role, agency=agency, since=at, secret=passwords.keep(password)))


def with_role(roll: Roll, name: str, role: Role, agency: str | None) -> Roll:
    """Raises IllegalCommand."""
    require_agency(role, agency)
    return roll.with_person(roll.account(name).changed(role=role, agency=agency))


def with_access(roll: Roll, name: str, *, disabled: bool) -> Roll:
    """Raises NoSuchAccount."""
    return roll.with_person(roll.account(name).changed(disabled=disabled))


def with_password(roll: Roll, passwords: Passwords, name: str, password: str) -> Roll:
    """Raises IllegalCommand."""
    person = roll.account(name)
    return roll.with_person(person.changed(secret=passwords.changed(person.secret, password)))


def with_duress(roll: Roll, passwords: Passwords, name: str, password: str) -> Roll:
    """Whoever is signed in stays so. Raises IllegalCommand."""
    person = roll.account(name)
    return roll.with_person(person.model_copy(update={"secret": passwords.with_duress(person.secret, password)}))


def token_added(
    roll: Roll,
    at: datetime,
    name: str,
    role: Role,
    agency: str | None,
    room: str | None,
    until: datetime | None,
    digest: str,
    display: str | None = None,
) -> Roll:
    """Raises IllegalCommand for a name that is taken or cannot be, a clerk of no agency, an end that is past, a screen of two."""
    name = proper_name(name)
    if name in roll.tokens:
        raise IllegalCommand(f"There is a token called {name} already: revoke it first.")
    if until is not None and until <= at:
        raise IllegalCommand("The token would have ended already.")
    require_agency(role, agency)
    for id_ in (agency, room, display):
        require_id(id_)
    if display is not None and (room is not None or role == "clerk"):
        raise IllegalCommand("A display is a screen of its own: give it neither --room nor the role of a clerk.")
    token = ProgramToken(name=name, role=role, agency=agency, room=room, display=display, until=until, since=at, digest=digest)
    return roll.with_token(token)


def require_id(id_: str | None) -> None:
    """Raises IllegalCommand for what cannot be an id of a site file."""
    if id_ is not None and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id_):
        raise IllegalCommand(f"{id_!r} is no id of a site file: it has small letters, digits and hyphens.")


def require_agency(role: Role, agency: str | None) -> None:
    """Raises IllegalCommand."""
    if role == "clerk" and agency is None:
        raise IllegalCommand("A clerk belongs to an agency and sees its rooms only: name it with --agency.")
    require_id(agency)
    if role != "clerk" and agency is not None:
        raise IllegalCommand(f"Only a clerk belongs to an agency; a {role} works for all of them.")
