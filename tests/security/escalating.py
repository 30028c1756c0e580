"""A small site whose alarms escalate, run by the whole controller on hand-moved time; restarts from the journal as it is stored."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from edge.controller import Controller
from edge.events import ConnectionChanged, DaemonStarted, Event, Observed, decode, encode
from edge.facts import Facts
from edge.site import Site
from security import alarms
from security.escalation import EscalationStepped
from security.messages import Message, waiting
from tests.builders import MONDAY, site_of

E = TypeVar("E", bound=Event)
PLANS: dict[str, Any] = {
    "contacts": {
        "lobby": {"console": True},
        "buzzer": {"relay": "relay-1"},
        "duty": {"sms": "+358 40 1234567"},
        "boss": {"email": "boss@example.fi"},
    },
    "escalations": {
        "urgent": [
            {"after": "10 s", "to": "lobby"},
            {"after": "60 s", "to": ["buzzer", "duty"]},
            {"after": "5 min", "to": ["duty", "boss"]},
        ],
        "slow": [{"after": "15 min", "to": "boss"}],
    },
    "security": {
        "escalation": {"1": "urgent", "3": "slow"},
        "sms": {"url": "https://sms.example/send"},
        "smtp": {"host": "mail.example", "sender": "talonmies@example.fi"},
    },
}


def escalating_site(**sections: Any) -> Site:
    devices = {
        "button-1": {"type": "panic-button", "space": "lobby"},
        "relay-1": {"type": "relay"},
        "sensor-1": {"type": "occupancy-sensor", "space": "lobby"},
    }
    return site_of({"lobby": "public"}, {}, devices=devices, **{**PLANS, **sections})


class Watch:
    """A building and its journal. `now` moves only by `wait` and `restart`."""

    def __init__(self, site: Site | None = None) -> None:
        self.site = site or escalating_site()
        self.now = MONDAY
        self.journal: list[Event] = []
        self.starts = 0
        self._begin(())

    def _begin(self, past: "list[Event] | tuple[()]") -> None:
        self.controller = Controller(self.site, heartbeats=False)
        self.controller.restore(past)
        self.starts += 1
        self.happen(
            DaemonStarted(at=self.now, epoch=self.starts, version="test", site="test"),
            ConnectionChanged(at=self.now, connection="line", up=True),
        )

    @property
    def facts(self) -> Facts:
        return self.controller.facts

    def happen(self, *events: Event) -> None:
        for event in events:
            self.controller.observe(event)
        self.settle()

    def settle(self) -> None:
        outcome = self.controller.settle(self.now)
        self.journal += outcome.events
        for command in outcome.commands:
            point = command.point
            self.happen(Observed(at=self.now, device=point.device, point=point.point, value=command.value))

    def act(self, decide: Callable[..., Event], *more: object) -> None:
        self.happen(decide(self.facts, self.now, *more))

    def wait(self, span: timedelta) -> None:
        end = self.now + span
        while (due := self.controller.next_deadline()) is not None and due <= end:
            self.now = max(due, self.now)
            self.settle()
        self.now = end
        self.settle()

    def restart(self, away: timedelta = timedelta(), *, checkpoint: bool = False) -> None:
        past = self.controller.snapshot(self.now) if checkpoint else self.journal
        self.now += away
        self._begin([decode(event.kind, encode(event)) for event in past])

    def press(self, press: str = "p1") -> None:
        self.happen(Observed(at=self.now, device="button-1", point="pressed", value=True, press=press))

    def tamper(self, *, open_: bool) -> None:
        self.happen(Observed(at=self.now, device="sensor-1", point="tamper", value=open_))

    def acknowledge(self, number: int = 1, by: str = "guard-1") -> None:
        self.act(alarms.acknowledge, number, by, None)

    def seen_of(self, kind: type[E]) -> list[E]:
        return [event for event in self.journal if isinstance(event, kind)]

    def steps(self, since: datetime = MONDAY) -> list[tuple[int, int, timedelta]]:
        """Alarm, step, and when."""
        return [(event.number, event.step, event.at - since) for event in self.seen_of(EscalationStepped)]

    def to_send(self) -> list[Message]:
        return waiting(self.facts)
