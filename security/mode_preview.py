"""What a mode would do to the doors if it began or ended now: tried out beside the real state, with the same claims, arbiter and
guard."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import islice

from edge.claims import Claim, Decision, Priority
from edge.commands import Timing
from edge.events import Observed
from edge.facts import DECISION, FLIGHT, ONLINE, Facts, Look, reading_of
from edge.kernel import CommandedPoint, Kernel, Outcome, Rule
from edge.points import PointId, Value
from edge.site import Site
from edge.text import Ref, Text, say
from security.doors import DoorTruths
from security.guard import ZoningGuard
from security.mode_rules import claim_of, crosses, is_escape, reaching
from security.modes import SITE, Mode, ModeBegan, known_mode, require_scope
from security.truth import DOOR

Altered = Callable[[PointId, Sequence[Claim]], list[Claim]]
_ROUNDS = 8
"""Of commands and answers. The consequence of a consequence (a door locks, so another may unlock) comes in the next."""
_NAMED = 6
"""Doors that cannot follow are named in the summary up to this many."""


@dataclass(frozen=True, slots=True)
class Preview:
    """locks, unlocks: doors that will follow to another state than is wanted of them now, also those that the zoning guard then
    lets open or holds shut. stays: why doors that the mode is about will not be as it wants them. text: all of it in short."""

    locks: tuple[str, ...]
    unlocks: tuple[str, ...]
    stays: Mapping[str, Text]
    text: Text


def preview(site: Site, facts: Facts, at: datetime, mode: str, scope: str) -> Preview:
    """Raises Refusal for a mode or scope that does not exist."""
    known = known_mode(mode)
    require_scope(site, known, scope)
    wanted = "locked" if known == "lockdown" else "unlocked"
    began = ModeBegan(at=at, mode=known, scope=scope, by="")
    after = _tried(site, facts, at, lambda lock, claims: [*claims, claim_of(lock, began)], began)
    stays = {
        door: why
        for door in site.doors
        if _concerns(site, known, scope, door) and (why := _why_not(site, facts, after, door, wanted)) is not None
    }
    locks, unlocks = _changed(site, facts, after)
    return Preview(locks, unlocks, stays, _summary(locks, unlocks, _unable(wanted, stays)))


def preview_of_end(site: Site, facts: Facts, at: datetime, began: ModeBegan) -> Preview:
    """began: a mode that holds. It tells what the end of this one does, while others go on."""

    def without(lock: PointId, claims: Sequence[Claim]) -> list[Claim]:
        ended = claim_of(lock, began).cause
        return [claim for claim in claims if claim.cause != ended]

    locks, unlocks = _changed(site, facts, _tried(site, facts, at, without, began))
    return Preview(locks, unlocks, {}, _summary(locks, unlocks, None))


def _changed(site: Site, facts: Facts, after: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Doors that lock and doors that unlock, of those that do what they are told."""
    changed = [
        (door, decision.value)
        for door, device in site.controllers.items()
        if (decision := after(DECISION(device, "lock"))) is not None
        and decision.value != _value(facts(DECISION(device, "lock")))
        and _disobeys(facts, device) is None
    ]
    locks, unlocks = (tuple(door for door, value in changed if value == to) for to in ("locked", "unlocked"))
    return locks, unlocks


def _concerns(site: Site, mode: Mode, scope: str, door: str) -> bool:
    if mode != "lockdown":
        return is_escape(site, door)
    kind, _, name = scope.partition(":")
    return scope == SITE or (crosses(site, door, name) if kind == "zone" else door == name)


# --- trying it out ----------------------------------------------------------------------------------------------------


def _tried(site: Site, facts: Facts, at: datetime, claims_with: Altered, mode: ModeBegan) -> Facts:
    """What would be believed and decided as soon as every door that can obey has done so. claims_with: the claims on a lock that
    the mode reaches, as they would be then."""
    locks = {door: PointId(device, "lock") for door, device in site.controllers.items()}

    def claimed(_: Look, door: str) -> Iterable[Claim]:
        """Whoever claims it; its default is the kernel's own."""
        decision = facts(DECISION(*locks[door]))
        now = () if decision is None else (decision.winner, *decision.losers)
        claims = [claim for claim in now if claim.priority != Priority.DEFAULT]
        return claims_with(locks[door], claims) if (mode.mode, mode.scope) in reaching(site, door) else claims

    timing = Timing()
    kernel = Kernel(
        folds=(),
        reactions=(),
        rules=(
            Rule("truth", list(locks), DoorTruths(site).truth),
            Rule("claimed", list(locks), claimed),
        ),
        points=[CommandedPoint(lock, "locked", leased="unlocked") for lock in locks.values()],
        guard=ZoningGuard(site, timing.cold_start),
        timing=timing,
    )
    kernel.facts.adopt(facts)
    for _ in range(_ROUNDS):
        if not _obey(kernel, facts, kernel.settle(at)):
            break
    return kernel.facts


def _obey(kernel: Kernel, facts: Facts, outcome: Outcome) -> bool:
    """Whether any door did something."""
    obeyed = [command for command in outcome.commands if _disobeys(facts, command.point.device) is None]
    for command in obeyed:
        said = Observed(at=command.at, device=command.point.device, point="lock", value=command.value)
        kernel.observe(said, journal=False)
    return bool(obeyed)


# --- why a door will not follow ---------------------------------------------------------------------------------------


def _why_not(site: Site, facts: Facts, after: Facts, door: str, wanted: str) -> Text | None:
    """Why a door that the mode is about will not be as it wants it."""
    device = site.device_at(door)
    if site.doors[door].kind == "opening":
        return None if wanted == "unlocked" else say("it is an opening")
    if device is None:
        return say("it has no controller")
    decision = after(DECISION(device, "lock"))
    if decision is not None and decision.value != wanted:
        return decision.refused or decision.winner.because
    if (why := _disobeys(facts, device)) is not None:
        return why
    truth = after(DOOR(door))
    return truth.because if wanted == "locked" and truth is not None and truth.passable else None


def _disobeys(facts: Facts, device: str) -> Text | None:
    """Why a door would not do what it is told, as far as is known."""
    reading, flight = facts(reading_of(PointId(device, "lock"))), facts(FLIGHT(device, "lock"))
    if reading is None or not reading.good or facts(ONLINE(device)) is False:
        return say("its controller does not answer")
    if flight is not None and flight.overdue:
        return say("it does not obey")
    return None


def _value(decision: Decision | None) -> Value:
    return None if decision is None else decision.value


# --- in words ---------------------------------------------------------------------------------------------------------


def _summary(locks: Sequence[str], unlocks: Sequence[str], unable: Text | None) -> Text:
    told = say("No door changes.")
    if locks and unlocks:
        told = say("Doors that lock: {locks}. Doors that unlock: {unlocks}.", locks=len(locks), unlocks=len(unlocks))
    elif locks:
        told = say("Doors that lock: {locks}.", locks=len(locks))
    elif unlocks:
        told = say("Doors that unlock: {unlocks}.", unlocks=len(unlocks))
    return told if unable is None else say("{told} {more}", told=told, more=unable)


def _unable(wanted: str, stays: Mapping[str, Text]) -> Text | None:
    if not stays:
        return None
    named = [say("{door}: {why}", door=Ref(door), why=why) for door, why in islice(stays.items(), _NAMED)]
    if len(stays) > _NAMED:
        named.append(say("{count} more", count=len(stays) - _NAMED))
    listed = reduce(lambda before, after: say("{before}; {after}", before=before, after=after), named)
    if wanted == "locked":
        return say("Doors that cannot be locked: {count} ({doors}).", count=len(stays), doors=listed)
    return say("Doors that cannot be unlocked: {count} ({doors}).", count=len(stays), doors=listed)
