"""Who is signed in stays so when the controller starts again, as long as everything it rests on is as it was, and no longer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from api.identity import Identity, NotSignedIn, SignedIn, resting_on
from api.sessions import SESSION_S, Caller, Sessions
from api.tokens import Tokens
from edge.people import changes
from edge.people.register import Register
from edge.people.session_file import SessionFile
from edge.site.sign_in import SignIn
from tests.api.conftest import OF_ROLES, TOKEN, TOKENS
from tests.api.desk import MORNING, MemoryDesk
from tests.api.identity.conftest import SEALED, password_of
from tests.edge.people.quick import add, quick_passwords

ADDRESS = "192.0.2.1"


@dataclass
class Lives:
    """One life of the controller after another, over the same folder; each has a steady clock that begins at nought."""

    folder: Path
    now: datetime = MORNING
    steady: float = 0.0
    lives: list[Identity] = field(default_factory=list)

    def begin(self, tokens: Tokens = TOKENS, sealed: str | None = SEALED, trusted: SignIn | None = None) -> Identity:
        self.steady = 0.0
        register = Register(self.folder)
        sessions = Sessions(lambda: self.steady, SessionFile(register.folder), lambda: self.now)
        identity = Identity(register, sessions=sessions, passwords=quick_passwords(), clock=lambda: self.steady)
        identity.tokens, identity.sealed, identity.trusted = tokens, sealed, trusted
        self.lives.append(identity)
        return identity

    def passes(self, seconds: float) -> None:
        self.steady += seconds
        self.now += timedelta(seconds=seconds)

    @property
    def register(self) -> Register:
        return Register(self.folder)


@pytest.fixture
def lives(tmp_path: Path) -> Lives:
    found = Lives(tmp_path / "data")
    add(found.register, "guard", "guard", password_of("guard"))
    found.register.change(lambda roll: changes.with_duress(roll, quick_passwords(), "guard", "CANARY under threat"))
    add(found.register, "clerk", "clerk", password_of("clerk"), "dvv")
    return found


async def signed_in(identity: Identity, name: str = "guard", password: str = "") -> str:
    found = await identity.sign_in(MemoryDesk(), name, password or password_of(name), ADDRESS)
    assert isinstance(found, SignedIn)
    await identity.sessions.kept()
    return found.id


async def by_secret(how: Callable[[], SignedIn | NotSignedIn], identity: Identity) -> str:
    found = how()
    assert isinstance(found, SignedIn)
    await identity.sessions.kept()
    return found.id


def who(caller: Caller | None) -> tuple[object, ...] | None:
    if caller is None:
        return None
    return caller.name, caller.role, caller.agency, caller.threatened, caller.stays()


async def test_people_stay_signed_in_as_who_they_were(lives: Lives) -> None:
    before = lives.begin()
    ids = [
        await signed_in(before),
        await signed_in(before, "clerk"),
        await signed_in(before, "guard", "CANARY under threat"),
    ]
    told = [who(before.sessions.caller(id_)) for id_ in ids]
    assert told == [
        ("guard", "guard", None, False, True),
        ("clerk", "clerk", "dvv", False, True),
        ("guard", "guard", None, True, True),
    ]
    for _ in range(3):
        again = lives.begin()
        assert [who(again.sessions.caller(id_)) for id_ in ids] == told
        assert again.sessions.caller(ids[0] + "x") is None


async def test_nothing_on_disk_opens_anything(lives: Lives) -> None:
    identity = lives.begin()
    id_ = await signed_in(identity)
    lives.register.change(lambda roll: roll.without_person("guard").without_person("clerk"))
    others = [
        await by_secret(lambda: identity.sign_in_by_token(MemoryDesk(), TOKENS, "x", TOKEN, ADDRESS), identity),
        await by_secret(lambda: identity.break_glass(MemoryDesk(), SEALED, "x", SEALED, ADDRESS), identity),
    ]
    on_disk = b"".join(file.read_bytes() for file in lives.folder.iterdir()).decode()
    assert '"name": "x"' in on_disk
    for secret in (id_, *others, TOKEN, SEALED, "CANARY"):
        assert secret not in on_disk
    digests = [session.digest for session in SessionFile(lives.folder).read()]
    again = lives.begin()
    assert len(digests) == 3
    assert [again.sessions.caller(digest) for digest in digests] == [None] * 3, "what stands on disk is no key"


async def test_who_has_signed_out_stays_out(lives: Lives) -> None:
    before = lives.begin()
    ids = [await signed_in(before), await signed_in(before)]
    before.sessions.end(ids[0])
    await before.sessions.kept()
    again = lives.begin()
    assert [again.sessions.caller(id_) is not None for id_ in ids] == [False, True]


async def test_a_shift_is_no_longer_for_a_restart_in_it(lives: Lives) -> None:
    id_ = await signed_in(lives.begin())
    lives.passes(SESSION_S - 60)
    again = lives.begin()
    assert who(again.sessions.caller(id_)) is not None
    lives.passes(60)
    assert again.sessions.caller(id_) is None
    assert lives.begin().sessions.caller(id_) is None


async def test_a_clock_that_was_put_back_prolongs_nothing(lives: Lives) -> None:
    id_ = await signed_in(lives.begin())
    lives.now -= timedelta(hours=1)
    assert lives.begin().sessions.caller(id_) is None
    lives.now += timedelta(hours=1, seconds=-30)
    again = lives.begin()
    assert again.sessions.caller(id_) is not None
    lives.passes(SESSION_S)
    assert again.sessions.caller(id_) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda roll: changes.with_role(roll, "guard", "lobby-host", None),
        lambda roll: changes.with_password(roll, quick_passwords(), "guard", "another password"),
        lambda roll: changes.with_access(roll, "guard", disabled=True),
        lambda roll: roll.without_person("guard"),
    ],
)
async def test_what_changed_while_the_controller_was_away_ends_the_session(
    lives: Lives, change: Callable[[object], object]
) -> None:
    id_ = await signed_in(lives.begin())
    lives.register.change(change)  # type: ignore[arg-type]
    again = lives.begin()
    assert again.sessions.caller(id_) is None
    await again.sessions.kept()
    assert SessionFile(lives.folder).read() == ()


async def test_another_secret_ends_what_rested_on_it(lives: Lives) -> None:
    lives.register.change(lambda roll: roll.without_person("guard").without_person("clerk"))
    before = lives.begin()
    manager = await by_secret(lambda: before.sign_in_by_token(MemoryDesk(), TOKENS, "A", TOKEN, ADDRESS), before)
    guard = await by_secret(lambda: before.sign_in_by_token(MemoryDesk(), TOKENS, "B", OF_ROLES["guard"], ADDRESS), before)
    sealed = await by_secret(lambda: before.break_glass(MemoryDesk(), SEALED, "C", SEALED, ADDRESS), before)

    def left(tokens: Tokens, code: str | None) -> list[bool]:
        identity = lives.begin(tokens, code)
        return [identity.sessions.caller(id_) is not None for id_ in (manager, guard, sealed)]

    assert left(TOKENS, SEALED) == [True, True, True]
    assert left(TOKENS, "another code of 2026") == [True, True, False]
    assert left(Tokens("another token", OF_ROLES), None) == [False, True, False]


async def test_a_session_through_a_provider_ends_with_its_provider(lives: Lives) -> None:
    section = partial(SignIn, issuer="https://login.example.fi", client_id="talonmies", roles={"guards": "guard"})
    before = lives.begin(trusted=section())
    id_ = before.sessions.begin("V", "guard", by_provider=True, rests=resting_on(section()))
    await before.sessions.kept()
    found = lives.begin(trusted=section()).sessions.caller(id_)
    assert found is not None
    assert found.by_provider
    assert lives.begin(trusted=section(client_id="another")).sessions.caller(id_) is None
    assert lives.begin(trusted=None).sessions.caller(id_) is None


async def test_a_session_that_rests_on_nothing_ends_with_the_process(lives: Lives) -> None:
    before = lives.begin()
    id_ = before.sessions.begin("demo", "facility-manager")
    await before.sessions.kept()
    assert before.sessions.caller(id_) is not None
    assert lives.begin().sessions.caller(id_) is None
