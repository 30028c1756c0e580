"""What is kept of a password, and that every try costs the same: argon2id runs once, whoever is named and whatever is given."""

from typing import Any

import pytest
from argon2.low_level import Type, hash_secret_raw

from edge.people.passwords import Cost, Passwords, Secret, WeakPassword, made_up
from tests.edge.people.quick import QUICK, quick_passwords

RIGHT, FORCED, WRONG = "kaivokadun kello", "asemakadun kello", "rautatientori 11"


class Counted:
    """argon2 with a note of each run."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []

    def __call__(self, password: bytes, salt: bytes, **cost: Any) -> bytes:
        self.runs.append(cost)
        return hash_secret_raw(password, salt, **cost)


@pytest.fixture
def secret() -> Secret:
    passwords = quick_passwords()
    return passwords.with_duress(passwords.keep(RIGHT), FORCED)


def test_each_password_is_known_for_what_it_is(secret: Secret) -> None:
    passwords = quick_passwords()
    given = (RIGHT, FORCED, WRONG, RIGHT.upper(), "", RIGHT + "\n")
    assert [passwords.check(secret, password) for password in given] == ["password", "duress", "no", "no", "no", "no"]
    assert passwords.check(quick_passwords().keep(RIGHT), FORCED) == "no"


def test_the_same_letters_from_another_keyboard_are_the_same_password() -> None:
    assert (
        quick_passwords().check(quick_passwords().keep("pääkäyttäjä 1"), "pa\u0308a\u0308ka\u0308ytta\u0308ja\u0308 1")
        == "password"
    )


def test_every_try_costs_one_run_of_the_same_price(secret: Secret) -> None:
    counted = Counted()
    passwords = Passwords(QUICK, counted)
    without = quick_passwords().keep(RIGHT)
    for known in (secret, without, None):
        for given in (RIGHT, FORCED, WRONG, ""):
            counted.runs.clear()
            passwords.check(known, given)
            assert counted.runs == [{"time_cost": 1, "memory_cost": 8, "parallelism": 1, "hash_len": 32, "type": Type.ID}]


def test_what_somebody_nobody_knows_gives_is_wrong() -> None:
    assert quick_passwords().check(None, RIGHT) == "no"


def test_a_real_try_takes_the_memory_that_the_page_promises() -> None:
    assert (Cost().memory_kib, Cost().passes) == (64 * 1024, 1)
    assert Passwords().check(Passwords().keep(RIGHT), RIGHT) == "password"


def test_the_file_does_not_tell_who_has_a_duress_password(secret: Secret) -> None:
    without = quick_passwords().keep(RIGHT)
    assert set(without.model_dump()) == set(secret.model_dump())
    assert len(without.duress) == len(secret.duress) == len(without.digest) == 32


def test_another_password_leaves_that_for_duress(secret: Secret) -> None:
    passwords = quick_passwords()
    changed = passwords.changed(secret, WRONG)
    assert [passwords.check(changed, each) for each in (WRONG, FORCED, RIGHT)] == ["password", "duress", "no"]


def test_the_two_passwords_differ(secret: Secret) -> None:
    with pytest.raises(WeakPassword, match=r"another one than the password\.$"):
        quick_passwords().with_duress(secret, RIGHT)
    with pytest.raises(WeakPassword, match=r"must not be the duress password\.$"):
        quick_passwords().changed(secret, FORCED)


@pytest.mark.parametrize("weak", ["", "short", "elevenchars", "x" * 1001])
def test_a_password_has_a_length(weak: str) -> None:
    with pytest.raises(WeakPassword, match="characters"):
        quick_passwords().keep(weak)


def test_passwords_made_up_differ_and_are_long_enough() -> None:
    assert len({made_up() for _ in range(100)}) == 100
    assert quick_passwords().check(quick_passwords().keep(one := made_up()), one) == "password"


def test_nothing_of_it_is_printed(secret: Secret) -> None:
    assert "digest" not in repr(secret)
    assert "salt" not in repr(secret)
