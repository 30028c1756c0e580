"""Escalations in `simulate` and on the terminal."""

from edge.account import lines
from edge.language import Renderer
from security import escalation_acts
from tests.builders import MINUTE
from tests.security.escalating import Watch


def test_steps_and_calls_are_lines_of_a_simulation() -> None:
    watch = Watch()
    watch.press()
    watch.wait(MINUTE)
    watch.happen(escalation_acts.call(watch.site, watch.facts, watch.now, 1, ["boss"], "guard-1", None))
    render = Renderer(watch.site, "en").text
    told = [
        line for event in watch.journal for line in lines(event, watch.site, render) if line.get("state") in ("escalated", "called")
    ]
    assert [(line["state"], line.get("step"), line["to"], line["because"]) for line in told] == [
        ("escalated", 1, ["lobby"], "No console has shown it in time"),
        ("escalated", 2, ["buzzer", "duty"], "Nobody has acknowledged it in 1 min"),
        ("called", None, ["boss"], "By guard-1"),
    ]
