"""The promises while lines clog one after another, all of them at the end, and come back in another order (R10)."""

import zlib
from dataclasses import replace
from random import Random

import pytest

from tests.invariants.days import HOURS, Happening
from tests.invariants.lives import Life, account, drawn, lived
from tests.invariants.world import Violated

PAUSES_S = (0, 1, 5, 30, 120, 400)


def clogged(seed: int) -> Life:
    life = drawn(seed)
    chance = Random(zlib.crc32(f"clog {seed}".encode()))
    devices = chance.sample([*life.sections["devices"]], chance.randint(2, len(life.sections["devices"])))
    at, clogs = chance.randrange(HOURS * 1800), []
    for plugged in (False, True):
        chance.shuffle(devices)
        for device in devices:
            at += chance.choice(PAUSES_S)
            clogs.append(Happening(at, "plug", (device, plugged)))
    within = [clog for clog in clogs if clog.after < HOURS * 3600 - 600]
    return replace(life, happenings=sorted([*life.happenings, *within], key=lambda happening: happening.after))


def keeps_its_promises(seed: int) -> None:
    life = clogged(seed)
    try:
        lived(life)
    except Violated as violated:
        pytest.fail(account(life, violated))


@pytest.mark.parametrize("seed", range(4))
def test_every_promise_holds_while_lines_clog(seed: int) -> None:
    keeps_its_promises(seed)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_thousand_days_of_clogging_lines() -> None:
    for seed in range(1000):
        keeps_its_promises(seed)
