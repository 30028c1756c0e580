"""How each door really is: the one place that decides what counts as open, for the zoning guard, the alarms and the screens.

What an unknown or lost door counts as is said in docs/decisions/0007. A leaf that opens while its lock says locked has one of three
explanations: the other side has a handle, somebody asked to leave, or it was opened by force. Where the lock's state is only
what it was told (no read-back), a card may have opened it unseen: then nothing proves force (see `security.door_alarms`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.claims import Decision, Derived
from edge.conditions import DOOR_FORCED
from edge.facts import ACTIVE, DECISION, FLIGHT, ONLINE, READING, Look, Reading
from edge.site import Site
from edge.text import Ref, Text, say
from security.overrides import OUT_OF_SERVICE
from security.truth import DOOR, DoorState, DoorTruth

EXIT_REMEMBERED = timedelta(seconds=10)
"""How long after a request to leave a locked door may be opened lawfully, where its `dwell` is not longer."""


def opened_since(look: Look, site: Site, door: str) -> datetime | None:
    """Since when the contact has said that the leaf is open; None if it is closed, or nothing tells."""
    contact = _contact(look, site, door)
    return contact.since if contact is not None and contact.value == "open" else None


def opened_while_locked(look: Look, site: Site, door: str, opened: datetime) -> bool:
    """Whether nothing that is known explains why the leaf opened: it was and should have been locked, the other side has no free
    handle, and nobody had asked to leave."""
    device, section = site.controllers[door], site.doors[door]
    lock, decision = look(READING(device, "lock")), look(DECISION(device, "lock"))
    if section.back == "free" or lock is None or decision is None:
        return False
    if (lock.value, decision.value) != ("locked", "locked") or max(lock.since, decision.since) > opened:
        return False
    asked = look(READING(device, "exit-request"))
    return asked is None or (asked.value is not True and opened - asked.since > max(EXIT_REMEMBERED, section.dwell))


@dataclass(frozen=True, slots=True)
class DoorTruths:
    """Derives the truth of each door of one site that has a controller."""

    site: Site

    def truth(self, look: Look, door: str) -> Iterable[Derived]:
        state, since, because, passable = self._found(look, door)
        yield Derived(DOOR(door), DoorTruth(state, since, because, passable, self.site.senses(door, "contact")))

    def _found(self, look: Look, door: str) -> "_Found":
        device, named = self.site.controllers[door], Ref(door)
        out = look(OUT_OF_SERVICE(door))
        if out is not None and (out.until is None or not look.passed(out.until)):
            return DoorState.OUT_OF_SERVICE, out.at, say("{door} is out of service", door=named), True
        lock, lost = look(READING(device, "lock")), look(ONLINE(device)) is False
        if lost and lock is not None:
            because, passable = self._lost(look, door, lock)
            return DoorState.UNKNOWN, lock.at, because, passable
        if lock is not None and lock.problem:
            return DoorState.UNKNOWN, lock.at, say("{door} does not tell how its lock is", door=named), True
        if lock is None or not lock.good:
            return DoorState.UNKNOWN, None, say("{door} has not reported yet", door=named), True
        return self._forced(look, door) or self._unlocked(look, door, lock) or self._locked(look, door, lock)

    def _lost(self, look: Look, door: str, lock: Reading) -> tuple[Text, bool]:
        """Nothing of ours can unlock it any more: it counts by what it said last and by its fail state."""
        named = Ref(door)
        if self.site.doors[door].fail == "unlocked":
            return say("{door} has lost its controller and falls open", door=named), True
        if lock.value == "unlocked":
            return say("{door} was unlocked when it lost its controller", door=named), True
        if self._held_open(look, door):
            return say("{door} was open when it lost its controller", door=named), True
        return say("{door} was locked when it lost its controller", door=named), False

    def _forced(self, look: Look, door: str) -> "_Found | None":
        """Once forced it stays so until it has been closed for a while, so that a loose contact is not a new alarm each time; or
        until it is to be unlocked. What is already told outlives a restart."""
        decision = look(DECISION(self.site.controllers[door], "lock"))
        contact = _contact(look, self.site, door)
        if contact is None or not self.site.senses(door, "read-back") or decision is None or decision.value != "locked":
            return None
        told, opened = look(ACTIVE(DOOR_FORCED, door)), contact.value == "open"
        if told is not None and (opened or contact.problem or not look.lasted(contact.since, self.site.doors[door].held_open)):
            return DoorState.FORCED, told.at, told.because, True
        if opened and opened_while_locked(look, self.site, door, contact.since):
            return DoorState.FORCED, contact.since, say("{door} was opened while locked", door=Ref(door)), True
        return None

    def _unlocked(self, look: Look, door: str, lock: Reading) -> "_Found | None":
        if lock.value != "unlocked":
            return None
        if not self.site.senses(door, "read-back"):
            told = say("{door} was told to unlock, and does not report its lock", door=Ref(door))
            return DoorState.UNLOCKED, lock.since, told, True
        if _by_hand(look, self.site.controllers[door], lock):
            return DoorState.OPENED_BY_HAND, lock.since, say("{door} was unlocked by hand", door=Ref(door)), True
        return DoorState.UNLOCKED, lock.since, say("{door} is unlocked", door=Ref(door)), True

    def _locked(self, look: Look, door: str, lock: Reading) -> "_Found":
        opened = opened_since(look, self.site, door)
        if opened is not None and self._held_open(look, door):
            return DoorState.HELD_OPEN, opened, say("{door} is held open", door=Ref(door)), True
        if opened is not None:
            return DoorState.OPENED_BY_HAND, opened, say("{door} is open", door=Ref(door)), False
        contact = _contact(look, self.site, door)
        since = lock.since if contact is None else max(lock.since, contact.since)
        return DoorState.LOCKED, since, self._locked_because(look, door), False

    def _locked_because(self, look: Look, door: str) -> Text:
        named, read_back, contact = Ref(door), self.site.senses(door, "read-back"), self.site.senses(door, "contact")
        reading = _contact(look, self.site, door)
        contact = contact and (reading is None or not reading.problem)
        if read_back and contact:
            return say("{door} is locked", door=named)
        if read_back:
            return say("{door} is locked; nothing tells whether it is closed", door=named)
        if contact:
            return say("{door} was told to lock, and does not report its lock", door=named)
        return say("{door} was told to lock, and reports neither its lock nor whether it is closed", door=named)

    def _held_open(self, look: Look, door: str) -> bool:
        opened = opened_since(look, self.site, door)
        return opened is not None and look.lasted(opened, self.site.doors[door].held_open)


_Found = tuple[DoorState, datetime | None, Text, bool]


def _contact(look: Look, site: Site, door: str) -> Reading | None:
    """What the site file says is not wired is not looked at: its input may say anything."""
    return look(READING(site.controllers[door], "contact")) if site.senses(door, "contact") else None


def _by_hand(look: Look, device: str, lock: Reading) -> bool:
    """Whether the lock was unlocked without a command of ours: with a key or a card."""
    decision: Decision | None = look(DECISION(device, "lock"))
    if decision is None:
        return True
    if decision.value == "unlocked" or lock.since <= decision.since:
        return False
    flight = look(FLIGHT(device, "lock"))
    # An unlock that was taken back at once may be obeyed first: the order to lock was under way already when this was said.
    return flight is None or flight.confirmed or flight.first_sent_at >= lock.since
