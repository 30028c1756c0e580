"""What the pages in docs/ show is true: their examples run."""

import re
from datetime import UTC, datetime
from pathlib import Path

from edge.language import Renderer
from edge.rehearsal import read_happenings, rehearse
from edge.simulation import Simulation
from edge.site.load import read_site
from rooms.bookings import BookingsRead
from rooms.understanding import understand
from tests.docs.snippets import code_blocks

DOCS = Path(__file__).resolve().parents[2] / "docs"
SITE = read_site(DOCS.parent / "examples" / "joensuu.yaml")
CALENDAR = (DOCS.parent / "examples" / "joensuu.ics").read_bytes()
FRIDAY = datetime(2026, 11, 27, 5, tzinfo=UTC), datetime(2026, 11, 27, 17, tzinfo=UTC)


def test_the_events_of_the_simulate_page_are_understood_and_lead_to_what_it_says() -> None:
    (events,) = code_blocks(DOCS / "simulate.md", "json")
    lines = [*rehearse(SITE, *FRIDAY, {"room-calendar": CALENDAR}, events.splitlines(), Renderer(SITE, "en").text)]
    alarm_states = [line["state"] for line in lines if line["kind"] == "alarm" and line["number"] == 1]
    assert alarm_states == ["raised", "told", "acknowledged", "resolved"]
    assert {"command", "alarm", "booking", "notice"} <= {line["kind"] for line in lines}
    assert len([*read_happenings(SITE, events.splitlines())]) == len(events.splitlines())


def test_the_policy_page_holds_a_policy_that_works() -> None:
    module, registration, *_ = code_blocks(DOCS / "policies.md", "python")
    namespace: dict[str, object] = {"__name__": "rooms.signs"}
    exec(compile(module, "docs/policies.md", "exec"), namespace)  # noqa: S102
    from edge import controller
    from edge.facts import DECISION
    from edge.kernel import Rule

    site = SITE.model_copy(update={"devices": {**SITE.devices, "door-sign": _sign("palveluhuone-1")}})
    scope = {"site": site, "Rule": Rule, "RoomSigns": namespace["RoomSigns"]}
    exec(registration, scope)  # noqa: S102
    added = scope["rule"]
    rules = controller._rules
    controller._rules = lambda *args, **named: [*rules(*args, **named), added]
    try:
        simulation = Simulation(site, FRIDAY[0], lambda _: None)
        understood = understand(site, "room-calendar", CALENDAR, FRIDAY)
        now = simulation.now
        simulation.observe(BookingsRead(at=now, calendar="room-calendar", bookings=understood.bookings, problems=(), read_at=now))
        assert simulation.facts(DECISION("door-sign", "text")) is None
        simulation.advance(datetime(2026, 11, 27, 7, 0, tzinfo=UTC))
        decision = simulation.facts(DECISION("door-sign", "text"))
        assert decision is not None
        assert decision.value == "Varattu · Bokat"
        assert simulation.devices["door-sign"].state("text") == "Varattu · Bokat"
        simulation.advance(datetime(2026, 11, 27, 9, 0, tzinfo=UTC))
        assert simulation.devices["door-sign"].state("text") == ""
    finally:
        controller._rules = rules


def _sign(space: str) -> object:
    return SITE.devices["occ-palveluhuone-1"].model_copy(update={"type": "sign", "space": space})


def test_every_link_of_the_pages_leads_somewhere() -> None:
    pages = [DOCS.parent / "README.md", *DOCS.rglob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
