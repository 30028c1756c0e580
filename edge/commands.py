"""Commands under way: sent is not done, and an unlock is a lease.

`Command` is what a driver gets. The reconciler below decides, point by point, whether to send, renew, repeat or give up waiting.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from edge.claims import Decision
from edge.facts import ONLINE, Flight, Look, reading_of
from edge.points import PointId, Value
from edge.text import Text


@dataclass(frozen=True, slots=True)
class Command:
    """One order to one point. A device obeys only if (epoch, seq) is newer than the last it obeyed on this point.

    for_s: seconds after which the device falls back by itself (a lease); None where the value lasts.
    """

    point: PointId
    value: Value
    epoch: int
    seq: int
    at: datetime
    for_s: float | None
    cause: str
    because: Text


_RENEWED_BEFORE_END = 0.7
"""Of its span: a lease outlives two lost renewals."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Spans of the reconciler. A device that does not follow is asked ever more rarely."""

    lease: timedelta = timedelta(seconds=60)
    confirm_within: timedelta = timedelta(seconds=5)
    first_retry: timedelta = timedelta(seconds=2)
    longest_retry: timedelta = timedelta(seconds=60)
    cold_start: timedelta = timedelta(seconds=2)
    """How long after a start doors that have not reported yet are waited for."""
    settle: timedelta = timedelta(seconds=10)
    """How long a wish may wait for something that is about to be known, before somebody is told."""

    def retry_after(self, tries: int) -> timedelta:
        return min(self.first_retry * (1 << min(tries - 1, 10)), self.longest_retry)

    def stretched(self, factor: float) -> "Timing":
        """For a clock that runs `factor` times as fast: the same real time for devices and lines to answer."""
        spans: dict[str, timedelta] = {f.name: getattr(self, f.name) * factor for f in fields(self)}
        return Timing(**spans)


@dataclass(frozen=True, slots=True)
class Step:
    """What the reconciler concluded for one point. flight: the state of its command from now on."""

    flight: Flight | None
    send: bool = False
    renewal: bool = False
    confirmed: bool = False
    overdue: bool = False


def reconcile(
    look: Look, decision: Decision, flight: Flight | None, *, leased: bool, span: timedelta | None, timing: Timing
) -> Step:
    """Compare wanted with reported, and say what to do now. Pure; asks through `look` to be asked again in time.

    leased: the wanted value must not outlive its reason (an unlock). span: after which the device drops it by itself unless it is
    asked again; None: never. A step that sends carries a flight with the seq of the command before; the caller numbers it anew
    and reconciles again, which notes the deadlines of the new flight.
    """
    reading = look(reading_of(decision.point))
    online = look(ONLINE(decision.point.device))
    blind = reading is not None and reading.problem != ""
    if online is False or reading is None or not (reading.good or blind):
        # Never heard since the start, or lost: a command would arrive late or nowhere. The first report wakes us.
        return Step(None)
    if blind and leased:
        return Step(None)  # nothing is unlocked that does not tell whether it is; what is, ends by itself or is revoked
    if leased and decision.holds_until is not None and look.passed(decision.holds_until):
        return Step(flight)  # nothing is unlocked for a reason that has ended, whatever its policy still says
    revoked = False
    if flight is not None and flight.value != decision.value:
        # The former command may be obeyed yet, or was without a word: what was said before it proves nothing.
        revoked, flight = not flight.confirmed, None
    if (
        reading.value == decision.value
        and not (revoked or blind)
        and (flight is None or flight.confirmed or reading.at >= flight.sent_at)
    ):
        return _following(look, decision, flight, span)
    return _not_following(look, decision, flight, span, timing)


def tell_blindly(look: Look, decision: Decision, flight: Flight | None, every: timedelta) -> Step:
    """For a device that never says what it does: told once it is there, whenever something else is wanted, and every so often."""
    if look(ONLINE(decision.point.device)) is not True:
        return Step(None)
    if flight is None or flight.value != decision.value or look.lasted(flight.sent_at, every):
        return Step(replace(_new_flight(look.now, decision, None), confirmed=True), send=True)
    return Step(flight)


def _following(look: Look, decision: Decision, flight: Flight | None, span: timedelta | None) -> Step:
    if span is not None and _renewal_due(look, decision, flight, span):
        renewed = replace(_new_flight(look.now, decision, span), confirmed=True)
        if flight is None:
            return Step(renewed, send=True)
        renewed = replace(renewed, seq=flight.seq, first_sent_at=flight.first_sent_at)
        return Step(renewed, send=True, renewal=True, confirmed=not flight.confirmed)
    if flight is None or flight.confirmed:
        return Step(flight)
    return Step(replace(flight, confirmed=True, overdue=False), confirmed=True)


def _renewal_due(look: Look, decision: Decision, flight: Flight | None, span: timedelta) -> bool:
    if flight is None or flight.lease_until is None:
        return True
    if decision.holds_until is not None and flight.lease_until >= decision.holds_until:
        return _outlasts(flight, decision)
    return look.passed(flight.lease_until - span * _RENEWED_BEFORE_END)


def _outlasts(flight: Flight, decision: Decision) -> bool:
    """The reason for an unlock ends earlier by now than the lease that the device was given."""
    return flight.lease_until is not None and decision.holds_until is not None and flight.lease_until > decision.holds_until


def _not_following(look: Look, decision: Decision, flight: Flight | None, span: timedelta | None, timing: Timing) -> Step:
    if flight is None or flight.confirmed:
        # A new wish; or it followed and then changed by itself (a key, a lost lease), which has a deadline of its own.
        return Step(_new_flight(look.now, decision, span), send=True)
    overdue = look.lasted(flight.first_sent_at, timing.confirm_within)
    newly_overdue = overdue and not flight.overdue
    if _outlasts(flight, decision) or look.lasted(flight.sent_at, timing.retry_after(flight.tries)):
        again = _new_flight(look.now, decision, span)
        again = replace(again, seq=flight.seq, first_sent_at=flight.first_sent_at, tries=flight.tries + 1, overdue=overdue)
        return Step(again, send=True, overdue=newly_overdue)
    return Step(replace(flight, overdue=overdue), overdue=newly_overdue)


def _new_flight(now: datetime, decision: Decision, span: timedelta | None) -> Flight:
    lease_until = None
    if span is not None:
        # Never past the end of what justifies the unlock: the fall-back must hold when the controller dies right now.
        lease_until = now + span if decision.holds_until is None else min(now + span, decision.holds_until)
    return Flight(decision.value, 0, now, now, 1, lease_until)
