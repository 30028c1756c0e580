"""The internal bulletin line: who may write and read, what each sees, when one ends, and that a restart changes nothing."""

from datetime import timedelta

import pytest

from edge.refusal import Refusal
from edge.site.fields import Role
from security import bulletins
from security.bulletins import (
    LAST_BULLETIN,
    LONGEST,
    LONGEST_TEXT,
    MOST_OPEN,
    READERS,
    BulletinEnded,
    BulletinRead,
    Level,
    Receipt,
    bulletins_for,
)
from security.roles import MAY, ROLES, NotAllowed
from tests.builders import HOUR, MINUTE, SECOND, site_of
from tests.security.alarm_house import House

ICE = "Back yard is icy: use the front door."


def a_house() -> House:
    agencies = {"dvv": {"name": "DVV"}, "mml": {"name": "MML"}}
    return House(site_of({"lobby": "public"}, {"entrance": {"from": "outside", "to": "lobby"}}, agencies=agencies))


def post(
    house: House,
    text: str = ICE,
    *,
    level: Level = "safety",
    span: timedelta = HOUR,
    to: tuple[str, ...] = (),
    role: Role = "guard",
) -> int:
    house.at_site(bulletins.post, "M. Virtanen", role, level, text, house.now + span, to)
    return house.facts(LAST_BULLETIN()) or 0


def read(house: House, number: int, by: str, role: Role = "clerk", agency: str | None = "dvv") -> None:
    house.does(bulletins.read, number, by, role, agency)


def numbers(house: House, role: Role = "guard", agency: str | None = None) -> list[int]:
    return [bulletin.number for bulletin in bulletins_for(house.facts, role, agency)]


def test_the_most_urgent_stands_first_and_then_the_newest() -> None:
    house = a_house()
    for level in ("information", "safety", "exception", "safety"):
        post(house, level=level)  # type: ignore[arg-type]
    assert numbers(house) == [4, 2, 3, 1]


def test_it_ends_by_itself_when_its_time_is_over_and_not_before() -> None:
    house = a_house()
    post(house)
    house.wait(HOUR - SECOND)
    assert numbers(house) == [1]
    house.wait(SECOND)
    assert numbers(house) == []
    assert house.told(BulletinEnded) == [BulletinEnded(at=house.now, bulletin=1)]


def test_a_person_ends_it_before_its_time_and_once() -> None:
    house = a_house()
    post(house)
    house.does(bulletins.end, 1, "L. Korhonen", "lobby-host")
    assert numbers(house) == []
    with pytest.raises(bulletins.NoSuchBulletin):
        house.does(bulletins.end, 1, "L. Korhonen", "lobby-host")
    assert post(house) == 2, "a number is given once"


def test_the_writer_sees_who_has_read_it_each_once() -> None:
    house = a_house()
    post(house)
    read(house, 1, "A. Nieminen")
    house.wait(MINUTE)
    read(house, 1, "B. Laine")
    with pytest.raises(Refusal, match=r"A\. Nieminen has read bulletin 1 already"):
        read(house, 1, "A. Nieminen")
    (found,) = bulletins_for(house.facts, "guard", None)
    assert house.facts(READERS()) == ("A. Nieminen", "B. Laine")
    assert found.receipts == (Receipt(house.now - MINUTE, "A. Nieminen"), Receipt(house.now, "B. Laine"))
    assert (found.read_by("B. Laine"), found.read_by("C. Mäki"), found.read_by(None)) == (True, False, False)
    assert len(house.told(BulletinRead)) == 2


@pytest.mark.parametrize(
    ("to", "see"),
    [
        ((), {*ROLES, "clerk of dvv"}),
        (("agency:dvv",), {"guard", "lobby-host", "facility-manager", "auditor", "clerk of dvv"}),
        (("installer",), {"guard", "lobby-host", "facility-manager", "auditor", "installer"}),
        (("clerk",), {"guard", "lobby-host", "facility-manager", "auditor", "clerk", "clerk of dvv"}),
    ],
    ids=["all", "an agency", "a role", "all clerks"],
)
def test_it_is_seen_by_those_it_is_for_and_by_those_who_run_the_line(to: tuple[str, ...], see: set[str]) -> None:
    house = a_house()
    post(house, to=to)
    seen: set[str] = {role for role in ROLES if numbers(house, role, "mml" if role == "clerk" else None)}
    assert seen | ({"clerk of dvv"} if numbers(house, "clerk", "dvv") else set()) == see
    if "clerk" not in see:
        with pytest.raises(bulletins.NoSuchBulletin):
            read(house, 1, "A. Nieminen", agency="mml")


@pytest.mark.parametrize("role", ROLES)
def test_who_may_write_end_and_read(role: Role) -> None:
    house = a_house()
    post(house)
    for act, asked in (
        ("post-bulletin", lambda: post(house, role=role)),
        ("read-bulletin", lambda: read(house, 1, role, role)),
        ("post-bulletin", lambda: house.does(bulletins.end, 1, "L. Korhonen", role)),
    ):
        if role in MAY[act]:  # type: ignore[index]
            asked()
        else:
            with pytest.raises(NotAllowed):
                asked()


@pytest.mark.parametrize(
    ("text", "span", "to", "why"),
    [
        (" \n ", HOUR, (), "1 to 500 characters"),
        ("x" * (LONGEST_TEXT + 1), HOUR, (), "1 to 500 characters"),
        ("a\x1b[2J", HOUR, (), "can be printed"),
        (ICE, timedelta(0), (), "in the past"),
        (ICE, LONGEST + SECOND, (), "at most"),
        (ICE, HOUR, ("agency:kela",), "agency:kela"),
        (ICE, HOUR, ("dvv",), "dvv"),
    ],
)
def test_what_cannot_be_posted(text: str, span: timedelta, to: tuple[str, ...], why: str) -> None:
    house = a_house()
    with pytest.raises(Refusal, match=why):
        post(house, text, span=span, to=to)


def test_only_so_many_stand_at_a_time() -> None:
    house = a_house()
    for _ in range(MOST_OPEN):
        post(house, "x" * LONGEST_TEXT, span=LONGEST)
    with pytest.raises(Refusal, match="20 bulletins stand already"):
        post(house)
    house.does(bulletins.end, 7, "M. Virtanen", "guard")
    post(house)


@pytest.mark.parametrize("checkpoint", [False, True], ids=["entry by entry", "from a checkpoint"])
def test_a_restart_at_any_point_changes_nothing(checkpoint: bool) -> None:
    steps = (
        lambda house: post(house),
        lambda house: post(house, level="exception", span=2 * HOUR, to=("agency:dvv",)),
        lambda house: read(house, 1, "A. Nieminen"),
        lambda house: house.does(bulletins.end, 2, "M. Virtanen", "guard"),
        lambda house: post(house, level="information", span=3 * HOUR),
        lambda house: house.wait(HOUR),
        lambda house: read(house, 3, "B. Laine"),
    )
    for point in range(1, len(steps) + 1):
        dies, lives = a_house(), a_house()
        for number, step in enumerate(steps, start=1):
            step(lives)
            step(dies)
            lives.wait(MINUTE)
            if number == point:
                dies.restarts(MINUTE, checkpoint=checkpoint)
            else:
                dies.wait(MINUTE)
        assert bulletins_for(dies.facts, "guard", None) == bulletins_for(lives.facts, "guard", None)
        assert dies.facts(READERS()) == lives.facts(READERS())
        assert post(dies) == post(lives)


def test_what_was_over_while_the_controller_was_away_has_ended() -> None:
    house = a_house()
    post(house)
    house.restarts(2 * HOUR, checkpoint=True)
    assert numbers(house) == []
    assert house.told(BulletinEnded) == [BulletinEnded(at=house.now, bulletin=1)]
