"""What must hold at every instant of a `world.World`, each by its number. All raise Violated."""

from collections.abc import Callable, Collection
from datetime import timedelta

from drivers.virtual.device import Behaviour
from tests.invariants.buildings import open_way
from tests.invariants.world import Violated, Why, World

_LET_GO_S = 5
_LEASE_ROUNDED = timedelta(seconds=1)


def justified(world: World) -> None:
    """D3, D4, D6, D10, D11, D13, D16, Z2: a lock that a command unlocked has a cause that lives at this very instant; in
    trouble, at least had one when the command was sent, and no longer than its lease ago (D7, D8)."""
    for door, lock in world.locks.items():
        why = world.why.get(lock)
        if why is None or why.command is None:
            continue
        world.opened_for[why.command.cause.partition(":")[0]] += 1
        if world.site.lease_of(lock) != "latch" and world.steady > why.since + 60:
            raise Violated("D7", f"{door} is unlocked {world.steady - why.since} s after the last command")
        if lock in world.sound and not world.oracle.causes(door, world.now):
            raise Violated("D3", f"{door} is unlocked for {why.command.cause}, which is over or may not")


def leased(world: World) -> None:
    """D5: no lease that a lock holds lasts beyond the causes of this very instant, be it that they end sooner by now; else the
    lock would stay unlocked after its cause if the controller died now."""
    for door, lock in world.locks.items():
        why = world.why.get(lock)
        if why is None or why.command is None or world.site.lease_of(lock) != "timed" or not world.keeps_its_lease(lock):
            continue
        ends = [cause.until for cause in world.oracle.causes(door, world.now)]
        left = world.lease_ends.get(lock, world.steady) - world.steady
        last = max((end for end in ends if end is not None), default=None)
        if last is not None and None not in ends and world.now + timedelta(seconds=left) > last + _LEASE_ROUNDED:
            raise Violated("D5", f"{door} stays unlocked for {left} s from {world.now}, and may until {last}")


def locked_again(world: World) -> None:
    """D4, D8: what fell open or was opened by hand is locked again, where its device says so and obeys."""
    for door, lock in world.locks.items():
        why = world.why.get(lock)
        if why is None or why.how == "command" or lock not in world.sound or not world.site.senses(door, "read-back"):
            continue
        if world.steady > why.since + _LET_GO_S and not world.oracle.causes(door, world.now):
            raise Violated("D8", f"{door} {why.how} open at {why.since} and is not locked again")


def no_way(world: World) -> None:
    """D2: no door that a command unlocked, fire and evacuation aside, is part of a way from public to internal space."""
    opened = _open(world)
    if not _way(world, opened):
        return
    for door in _ours(world):
        if not _way(world, opened - {door}):
            raise Violated("D2", f"{door} completes a way to internal space through {sorted(opened)}")


def _way(world: World, opened: set[str]) -> bool:
    key = frozenset(opened)
    if key not in world.ways:
        world.ways[key] = open_way(world.sections, opened)
    return world.ways[key]


def interlocked(world: World) -> None:
    """D2: of two interlocked doors a command unlocks none while the other is open."""
    opened = _open(world) | {door for door, lock in world.locks.items() if _stands_open(world, door, lock, 0)}
    for door in _ours(world):
        if others := opened.intersection(world.site.interlocks.get(door, ())):
            raise Violated("D2", f"{door} is unlocked while its interlock {sorted(others)} is open")


def _open(world: World) -> set[str]:
    """Doors that are open, and whose device tells: unlocked, or held open."""
    return {door for door, lock in world.locks.items() if _is_open(world, door, lock, world.why.get(lock))}


def _is_open(world: World, door: str, lock: str, why: Why | None) -> bool:
    if why is not None and why.how == "command":
        return True
    if lock not in world.sound:
        return False
    if why is not None and world.site.senses(door, "read-back"):
        return True
    return _stands_open(world, door, lock, world.site.doors[door].held_open.total_seconds() + 1)


def _stands_open(world: World, door: str, lock: str, for_s: float) -> bool:
    """Whether its leaf has been open for so long, and its device was well all the time and tells."""
    if lock not in world.sound or not world.site.senses(door, "contact") or lock not in world.leaf_open_since:
        return False
    return world.steady - max(world.leaf_open_since[lock], world.ill_at.get(lock, 0)) >= for_s


def _ours(world: World) -> list[str]:
    """Doors that a command unlocked for no emergency, and that would obey another."""
    return [
        door
        for door, lock in world.locks.items()
        if (why := world.why.get(lock)) is not None
        and why.command is not None
        and not world.oracle.emergencies(door)
        and lock in world.sound
    ]


def lets_out(world: World) -> None:
    """D12: while fire or evacuation holds, every lock on a way out is unlocked, lockdown or not."""
    for door, lock in world.locks.items():
        if lock in world.sound and world.oracle.emergencies(door) and not world.is_unlocked(lock):
            raise Violated("D12", f"{door} is locked in an emergency")


def opened(world: World) -> None:
    """That no promise is kept by a door that never opens. Only where nothing excludes anything else."""
    for door, lock in world.locks.items():
        waits = world.steady < world.time.in_doubt_until or lock not in world.sound
        causes = [] if waits else world.oracle.causes(door, world.now)
        if causes and not world.is_unlocked(lock):
            raise Violated("D0", f"{door} is locked, and may be open for {causes}")


def told(world: World) -> None:
    """D9: a lock that stays unlocked although it was told to lock is told of, five seconds and a passage later."""
    for door, lock in world.locks.items():
        device, newest = world.devices[lock], world.newest.get(lock)
        disobeys = (
            newest is not None
            and newest.value == "locked"
            and world.alive
            and world.reachable(lock)
            and device.behaviour is Behaviour.JAMMED
            and world.is_unlocked(lock)
            and world.site.senses(door, "read-back")
            and door not in world.oracle.out
        )
        since = world.disobeys_since.setdefault(lock, world.steady) if disobeys else world.disobeys_since.pop(lock, world.steady)
        waits = _LET_GO_S + world.site.doors[door].dwell.total_seconds() + 1
        if disobeys and world.steady - since > waits and not any((kind, door) in world.holding for kind in _TOLD):
            raise Violated("D9", f"{door} does not lock since {since}, and nobody is told")


_TOLD: Collection[str] = ("door-not-following", "door-forced", "door-held-open")
PROMISES: tuple[Callable[[World], None], ...] = (justified, leased, locked_again, no_way, interlocked, lets_out, told)
