"""Which beacon is nearest to which receiver, from how loud each hears it. Pure but for a lock; times are monotonic seconds.

Loudness jumps about by ten decibels although nothing moves, and one advertisement in several is lost. So it is smoothed, a beacon
moves only to a receiver that hears it clearly better, and it leaves only after some silence.
"""

from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from drivers.ble.beacons import Identity
from drivers.port import Inbox
from edge.profiles.ble_mapping import Beacon, BeaconFormat

_WEIGHT = 0.3
"""Of a new measurement; four of them make three quarters of the smoothed value."""
_AFRESH_S = 10.0
"""After so much silence, what was measured before says nothing."""
_SETTLED_S = 2.0
"""For so long it is heard before it is anywhere, so that every receiver in reach has had a chance."""
_MOST_BEACONS = 2000


class Level(NamedTuple):
    dbm: float
    at: float


@dataclass(slots=True)
class _Whereabouts:
    """since: when somebody heard it again after silence. heard_at: when anybody last did."""

    since: float
    heard_at: float
    levels: dict[str, Level] = field(default_factory=dict)
    """By receiver."""
    receiver: str | None = None


class Nearest:
    """Shared by the receivers of one controller, which are named by their connections. From any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._expected: set[tuple[BeaconFormat, tuple[str, ...]]] = set()
        self._beacons: dict[Identity, _Whereabouts] = {}

    def expect(self, form: BeaconFormat, parts: tuple[str, ...]) -> None:
        """Somebody will ask for these; strangers are not remembered."""
        with self._lock:
            self._expected.add((form, parts))

    def heard(self, receiver: str, beacon: Identity, dbm: float, now: float) -> None:
        with self._lock:
            if not any(beacon.belongs_to(form, parts) for form, parts in self._expected):
                return
            if len(self._beacons) >= _MOST_BEACONS:
                self._beacons.clear()
            found = self._beacons.setdefault(beacon, _Whereabouts(now, now))
            if now - found.heard_at > _AFRESH_S:
                found.since = now
            found.heard_at = now
            last = found.levels.get(receiver)
            if last is not None and now - last.at <= _AFRESH_S:
                dbm = last.dbm + _WEIGHT * (dbm - last.dbm)
            found.levels[receiver] = Level(dbm, now)

    def deaf(self, receiver: str) -> None:
        """This receiver hears nothing now; what it heard before says nothing."""
        with self._lock:
            for found in self._beacons.values():
                found.levels.pop(receiver, None)

    def at(self, receiver: str, parts: tuple[str, ...], table: Beacon, now: float, present: Identity | None) -> Identity | None:
        """Which of the beacons named by `parts` lies at this receiver. present: the one that did before."""
        with self._lock:
            levels = {}
            for beacon, found in self._beacons.items():
                if beacon.belongs_to(table.format, parts) and now - found.since >= _SETTLED_S:
                    found.receiver = _settled(found, now, table)
                    level = found.levels.get(receiver)
                    if found.receiver == receiver and level is not None and now - level.at <= table.patience_s:
                        levels[beacon] = level
        if present not in levels or levels[present].dbm < table.near_dbm - table.margin_db:
            present = None
        others = [beacon for beacon in levels if beacon != present and levels[beacon].dbm >= table.near_dbm]
        best = max(others, key=lambda beacon: levels[beacon].dbm, default=None)
        if best is None or present is None:
            return present or best
        may_be_gone = now - levels[present].at >= table.patience_s / 2
        return best if may_be_gone or levels[best].dbm > levels[present].dbm + table.margin_db else present


def _settled(found: _Whereabouts, now: float, table: Beacon) -> str | None:
    """The receiver that hears it best, if clearly better than the one before."""
    fresh = {name: level.dbm for name, level in found.levels.items() if now - level.at <= table.patience_s}
    best = max(fresh, key=fresh.__getitem__, default=None)
    if best is None or found.receiver not in fresh:
        return best
    return best if fresh[best] > fresh[found.receiver] + table.margin_db else found.receiver


_SHARED: "WeakKeyDictionary[Inbox, Nearest]" = WeakKeyDictionary()
_SHARING = Lock()


def shared_by(inbox: Inbox) -> Nearest:
    """The one for all receivers that report to the same controller."""
    with _SHARING:
        return _SHARED.setdefault(inbox, Nearest())
