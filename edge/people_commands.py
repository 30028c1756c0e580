"""`talonmies users` and `talonmies tokens`: who may sign in, and which programs may ask.

They change a file that a running controller notices at once.
"""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Final, get_args

import typer

from edge.clock import SystemClock
from edge.command_errors import one_sentence_per_error
from edge.errors import IllegalCommand
from edge.people import changes
from edge.people.passwords import SHORTEST, Passwords, made_up
from edge.people.register import Register
from edge.people.roll import Person, ProgramToken, Roll, new_token
from edge.site.fields import Role

users_app = typer.Typer(help="Who may sign in: accounts of this site. They work at once, also while it runs.", no_args_is_help=True)

tokens_app = typer.Typer(help="Which programs and panels may ask, and in which role.", no_args_is_help=True)

_ROLES: Final[tuple[Role, ...]] = get_args(Role)

Data = Annotated[Path, typer.Option("--data", help="Folder of the journal, in which users.json lies")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="As it will stand in the journal")]
ProgramName = Annotated[str, typer.Argument(metavar="NAME", help="Of the program or panel, as it will stand in the journal")]
As = Annotated[str, typer.Option("--role", metavar="ROLE", help=f"What they may do: {', '.join(_ROLES)}")]
Agency = Annotated[str | None, typer.Option("--agency", metavar="ID", help="Of a clerk: whose rooms they see")]
HERE = Path("data")


@users_app.command()
def add(name: Name, role: As, agency: Agency = None, data: Data = HERE) -> None:
    """Give somebody an account.

    At a terminal it asks for a password; without one it makes one up and shows it once.
    """
    with one_sentence_per_error():
        wanted = _role(role)
        password, told = _password()
        at = SystemClock().now()
        Register(data).change(lambda roll: changes.added(roll, Passwords(), at, name, wanted, agency, password))
        typer.echo(f"{name} may sign in as {wanted}.")
        told()


@users_app.command("list")
def list_users(data: Data = HERE) -> None:
    """Who has an account, in which role."""
    with one_sentence_per_error():
        people = Register(data).read().people
        for person in sorted(people.values(), key=lambda each: each.name.casefold()):
            typer.echo(_line(person))
        if not people:
            typer.echo("Nobody has an account: the site's own token signs people in.")


@users_app.command()
def remove(name: Name, data: Data = HERE) -> None:
    """Take an account away.

    Whoever is signed in with it is signed out within a second; the journal still names them.
    """
    _change(data, lambda roll: roll.without_person(name), f"{name} has no account any more.")


@users_app.command()
def disable(name: Name, data: Data = HERE) -> None:
    """Let nobody in by this account until it is enabled again; whoever is signed in is signed out within a second."""
    _change(data, lambda roll: changes.with_access(roll, name, disabled=True), f"{name} cannot sign in.")


@users_app.command()
def enable(name: Name, data: Data = HERE) -> None:
    """Let somebody in again."""
    _change(data, lambda roll: changes.with_access(roll, name, disabled=False), f"{name} may sign in again.")


@users_app.command()
def role(name: Name, role: As, agency: Agency = None, data: Data = HERE) -> None:
    """Give somebody another role; they sign in anew for it."""
    _change(data, lambda roll: changes.with_role(roll, name, _role(role), agency), f"{name} is {role} from now on.")


@users_app.command()
def password(name: Name, data: Data = HERE) -> None:
    """Give somebody another password, asked for or made up; they sign in anew."""
    with one_sentence_per_error():
        given, told = _password()
        Register(data).change(lambda roll: changes.with_password(roll, Passwords(), name, given))
        typer.echo(f"{name} has another password.")
        told()


@users_app.command()
def duress(name: Name, data: Data = HERE) -> None:
    """Give somebody a second password for when they are threatened.

    Signing in with it looks the same, and raises a silent alarm that their own screen does not show.
    """
    with one_sentence_per_error():
        given, told = _password()
        Register(data).change(lambda roll: changes.with_duress(roll, Passwords(), name, given))
        typer.echo(f"{name} has a duress password.")
        told()


@tokens_app.command("add")
def add_token(
    name: ProgramName,
    role: As,
    agency: Agency = None,
    room: Annotated[
        str | None, typer.Option("--room", metavar="ID", help="Of a panel: the only room that it shows and taps")
    ] = None,
    display: Annotated[
        str | None, typer.Option("--display", metavar="ID", help="Of a display for everybody: the only one that it shows")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Its last day, or an instant; absent: no end")
    ] = None,
    data: Data = HERE,
) -> None:
    """Give a program or a panel a token. It is shown once."""
    with one_sentence_per_error():
        token, digest = new_token()
        at, ends = SystemClock().now(), None if until is None else _end(until)
        Register(data).change(lambda roll: changes.token_added(roll, at, name, _role(role), agency, room, ends, digest, display))
        place = room or display
        typer.echo(f"{name} may ask as {role}{f', at {place} alone' if place else ''}.")
        typer.echo(f"Token, shown only now: {token}")


@tokens_app.command("list")
def list_tokens(data: Data = HERE) -> None:
    """Which tokens there are, in which role, and until when."""
    with one_sentence_per_error():
        tokens = Register(data).read().tokens
        now = SystemClock().now()
        for token in sorted(tokens.values(), key=lambda each: each.name.casefold()):
            typer.echo(_token_line(token, now))
        if not tokens:
            typer.echo("There are no tokens but those of the site file.")


@tokens_app.command("revoke")
def revoke_token(name: ProgramName, data: Data = HERE) -> None:
    """Take a token away; what is open with it ends within a second."""
    _change(data, lambda roll: roll.without_token(name), f"{name} may ask nothing any more.")


def _change(data: Path, how: Callable[[Roll], Roll], told: str) -> None:
    with one_sentence_per_error():
        Register(data).change(how)
        typer.echo(told)


def _role(word: str) -> Role:
    found = next((role for role in _ROLES if role == word), None)
    if found is None:
        raise IllegalCommand(f"There is no role {word}: choose one of {', '.join(_ROLES)}.")
    return found


def _line(person: Person) -> str:
    words = [person.name, person.role, *([person.agency] if person.agency else []), *(["disabled"] if person.disabled else [])]
    return "  ".join([*words, f"since {person.since:%Y-%m-%d}"])


def _token_line(token: ProgramToken, now: datetime) -> str:
    only = [word for word in (token.agency, token.room, token.display) if word]
    end = [] if token.until is None else [f"{'until' if token.holds(now) else 'ended'} {token.until:%Y-%m-%d %H:%M} UTC"]
    return "  ".join([token.name, token.role, *only, f"since {token.since:%Y-%m-%d}", *end])


def _end(word: str) -> datetime:
    """The end of a day, or an instant; without an offset, of UTC."""
    try:
        if len(word) == len("2026-11-27"):
            return datetime.combine(date.fromisoformat(word) + timedelta(days=1), time(), UTC)
        end = datetime.fromisoformat(word)
    except (ValueError, OverflowError) as error:
        raise IllegalCommand(f"--until {word} is no date: write 2026-11-27 or 2026-11-27T18:00:00+02:00.") from error
    return end if end.tzinfo else end.replace(tzinfo=UTC)


def _password() -> tuple[str, Callable[[], None]]:
    """A password, and what shows it if it was made up."""
    if sys.stdin.isatty():
        asked = f"Password, at least {SHORTEST} characters (empty: one is made up)"
        given: str = typer.prompt(asked, default="", show_default=False, hide_input=True)
        if given:
            if typer.prompt("Once more", default="", show_default=False, hide_input=True) != given:
                raise IllegalCommand("The two are not the same: nothing was changed.")
            return given, lambda: None
    made = made_up()
    return made, lambda: typer.echo(f"Password, shown only now: {made}")
