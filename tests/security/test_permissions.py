"""D14: taking a permission to unlock, or any claim that unlocks, away never unlocks more. U3: few roles unlock at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.claims import Claim, Conclusion, Decision, Priority, default_claim, ranked
from edge.errors import IllegalCommand
from edge.events import Event
from edge.facts import DECISION, Facts, Look
from edge.points import PointId
from edge.site.fields import Role
from edge.text import say
from rooms import scenes
from security import mode_rules, modes, overrides, releases
from security.roles import MAY, ROLES, Action, require
from tests.builders import MINUTE, MONDAY, site_of
from tests.conftest import EFFORT

DOOR, LOCK = "hall-front", PointId("lock-hall-front", "lock")
SITE = site_of(
    {"lobby": "public", "hall": "semi-public"},
    {DOOR: {"from": "lobby", "to": "hall", "unlock": {"scenes": ["wedding"]}}},
    scenes={"wedding": {"room": "hall"}},
)
FOLDS: Sequence[Callable[[Facts, Event], None]] = (releases.fold, overrides.fold, scenes.fold, modes.fold)


# --- one door, many wishes --------------------------------------------------------------------------------------------

wishes = st.builds(
    lambda value, priority, cause, lasts: Claim(
        LOCK, value, priority, str(cause), say("Because"), None if lasts is None else MONDAY + lasts * MINUTE
    ),
    st.sampled_from(["locked", "unlocked"]),
    st.sampled_from([priority for priority in Priority if priority is not Priority.DEFAULT]),
    st.integers(0, 3),
    st.sampled_from([None, 1, 2]),
)


@given(st.lists(wishes, max_size=6), st.data())
def test_a_wish_to_unlock_less_unlocks_no_more(claims: list[Claim], data: st.DataObject) -> None:
    fewer = [claim for claim in claims if claim.value == "locked" or data.draw(st.booleans())]
    with_all, with_fewer = (ranked([*some, default_claim(LOCK, "locked")])[0].value for some in (claims, fewer))
    assert (with_all, with_fewer) != ("locked", "unlocked")


# --- an hour of people ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Doing:
    """What somebody of a role tries in some minute; what unlocks lasts equally long whoever does it."""

    minute: int
    role: Role
    what: str

    def decide(self, facts: Facts, at: datetime) -> Event:
        who = self.role
        match self.what:
            case "release":
                return releases.release(SITE, facts, at, DOOR, who, who, 5 * MINUTE, "Key")
            case "end-release":
                return releases.end_release(SITE, facts, at, DOOR, who, who)
            case "override-unlocked":
                return overrides.override(SITE, facts, at, DOOR, "unlocked", who, who, at + 15 * MINUTE, "Chairs")
            case "override-locked":
                return overrides.override(SITE, facts, at, DOOR, "locked", who, who, at + 10 * MINUTE, "Wet floor")
            case "end-override":
                return overrides.end_override(SITE, facts, at, DOOR, who, who)
            case "out-of-service":
                return overrides.out_of_service(SITE, facts, at, DOOR, who, who, "Broken", at + 5 * MINUTE)
            case "back-in-service":
                return overrides.back_in_service(SITE, facts, at, DOOR, who, who)
            case "play-scene":
                require(who, "play-scene")
                return scenes.play(SITE, facts, at, "wedding", who, at + 10 * MINUTE)
            case "lockdown":
                return modes.begin(SITE, facts, at, "lockdown", modes.SITE, who, who)
            case "ask-end":
                return modes.ask_end(SITE, facts, at, "lockdown", modes.SITE, who, who)
            case _:
                return modes.end(SITE, facts, at, "lockdown", modes.SITE, who, who)


UNLOCKING: Sequence[Action] = ("release", "override-unlocked", "play-scene")
LOCKING = (
    "end-release",
    "override-locked",
    "end-override",
    "out-of-service",
    "back-in-service",
    "lockdown",
    "ask-end",
    "end-lockdown",
)
doings = st.lists(
    st.builds(Doing, st.integers(0, 59), st.sampled_from(ROLES), st.sampled_from([*UNLOCKING, *LOCKING])), max_size=25
)


def unlocked(done: Sequence[Doing]) -> set[int]:
    """The minutes in which the door is to be unlocked."""
    facts, minutes = Facts(), set()
    for minute in range(80):
        at = MONDAY + minute * MINUTE
        decide(facts, at)
        for doing in done:
            if doing.minute == minute:
                try:
                    event = doing.decide(facts, at)
                except IllegalCommand:
                    continue
                for fold in FOLDS:
                    fold(facts, event)
                decide(facts, at)
        decision = facts(DECISION(*LOCK))
        if decision is not None and decision.value == "unlocked":
            minutes.add(minute)
    return minutes


def decide(facts: Facts, at: datetime) -> None:
    look = Look(facts, at)
    found: list[Conclusion] = [
        *releases.claims(look, SITE, DOOR),
        *overrides.conclusions(look, SITE, DOOR),
        *scenes.claims(look, SITE, DOOR),
        *mode_rules.claims(look, SITE, DOOR),
    ]
    winner = ranked([*(c for c in found if isinstance(c, Claim)), default_claim(LOCK, "locked")])[0]
    facts.set(DECISION(*LOCK), Decision(LOCK, winner.value, winner, (), at))


@settings(max_examples=100 * EFFORT)
@given(doings, st.sampled_from(UNLOCKING), st.sampled_from(ROLES))
def test_a_role_without_a_permission_to_unlock_unlocks_no_more(done: list[Doing], taken: Action, role: Role) -> None:
    done = sorted(done, key=lambda doing: doing.minute)
    without = [doing for doing in done if (doing.what, doing.role) != (taken, role)]
    assert unlocked(without) <= unlocked(done)


@settings(max_examples=50 * EFFORT)
@given(doings)
def test_who_may_not_unlock_does_not_whatever_they_try(done: list[Doing]) -> None:
    """Every unlocked minute stands on an act that a permitted role tried so lately that it can last until then."""
    done = sorted(done, key=lambda doing: doing.minute)
    lasts = {"release": 5, "override-unlocked": 15, "play-scene": 10}
    allowed = {
        minute
        for doing in done
        if doing.what in lasts and doing.role in MAY[doing.what]  # type: ignore[index]
        for minute in range(doing.minute, doing.minute + lasts[doing.what])
    }
    assert unlocked(done) <= allowed


def test_what_is_tried_here_does_unlock() -> None:
    assert unlocked([Doing(1, "guard", "release")]) == set(range(1, 6))
    assert unlocked([Doing(0, "facility-manager", "override-unlocked"), Doing(3, "guard", "override-locked")]) == {0, 1, 2}
    assert unlocked([Doing(0, "lobby-host", "play-scene"), Doing(3, "guard", "lockdown")]) == {0, 1, 2}
