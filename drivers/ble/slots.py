"""Who may be connected, where an adapter can hold fewer connections than there are devices. Pure; times are monotonic seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

REFRESH_S = 20.0
"""After so long without being read, a device wants to be again."""
STAY_S = 3.0
"""For so long at least, one that was connected to be read stays, unless a command needs its place."""


@dataclass(slots=True)
class Need:
    """Of one device. ordered: a command waits for it. in_reach: it was heard, and no failed try is too recent.

    since: when it was connected, None while it is not. needed_at: when it last got a command; read_at: when it was last read.
    """

    name: str
    ordered: bool = False
    in_reach: bool = False
    since: float | None = None
    leaving: bool = False
    needed_at: float = float("-inf")
    read_at: float = float("-inf")


def decide(needs: Sequence[Need], slots: int, now: float) -> tuple[list[str], list[str]]:
    """Which are to be connected now, and which are to give way; the one in need is connected when a place has become free."""
    holding = [need for need in needs if need.since is not None]
    free = slots - len(holding)
    waiting = sorted(
        (need for need in needs if need.since is None and need.in_reach), key=lambda need: (not need.ordered, need.read_at)
    )
    connected = [need.name for need in waiting[: max(0, free)]]
    coming = sum(need.leaving for need in holding)
    urgent = [need for need in waiting[max(0, free) :] if need.ordered or now - need.read_at >= REFRESH_S]
    leaving = []
    for need in urgent[coming:]:
        givers = [h for h in holding if not h.leaving and not h.ordered and h.name not in leaving and _may_go(h, need, now)]
        if not givers:
            break
        leaving.append(min(givers, key=lambda giver: giver.needed_at).name)
    return connected, leaving


def _may_go(holder: Need, need: Need, now: float) -> bool:
    return need.ordered or (holder.since is not None and now - holder.since >= STAY_S and holder.read_at > need.read_at)
