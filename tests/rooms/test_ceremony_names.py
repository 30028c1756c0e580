"""Names of ceremonies: only where the site asks for them, around their time, and neither in the journal nor in a checkpoint."""

from datetime import datetime

import pytest

from edge.events import encode
from edge.simulation import Simulation
from edge.site import Site
from rooms.ceremonies import CEREMONIES
from rooms.ceremonies_named import NAMES, CeremonyNamed, names_of, readable, to_be_named
from tests.builders import read
from tests.rooms.ceremony_site import at, ceremony_site, wedding

NAMED, PLAIN = ceremony_site({"names": True}), ceremony_site()
CANARY = "Niemi & Lindqvist"


def house(site: Site, told: list[object] | None = None) -> Simulation:
    simulation = Simulation(site, at("11:00"), (told if told is not None else []).append)
    simulation.observe(read(simulation.now, wedding("12:00", "12:30"), calendar="weddings"))
    return simulation


def named(simulation: Simulation) -> None:
    """As the fetcher of calendars does it."""
    for scene, ceremony, _ in to_be_named(simulation.facts, simulation.site, simulation.now):
        simulation.observe(CeremonyNamed(at=simulation.now, scene=scene, ceremony=ceremony, names=CANARY))


def shown(simulation: Simulation, now: datetime | None = None) -> str | None:
    (ceremony,) = simulation.facts(CEREMONIES("wedding")) or ()
    return names_of(simulation.facts, simulation.site, ceremony, now or simulation.now)


def test_names_are_wanted_from_half_an_hour_before_until_the_end_and_then_gone() -> None:
    simulation = house(NAMED)
    simulation.advance(at("11:29"))
    assert list(to_be_named(simulation.facts, NAMED, simulation.now)) == []
    simulation.advance(at("11:30"))
    named(simulation)
    assert shown(simulation) == CANARY
    assert shown(simulation, at("11:29")) is None
    simulation.advance(at("12:29"))
    assert shown(simulation) == CANARY
    simulation.advance(at("12:30"))
    assert simulation.facts(NAMES("wedding")) is None


def test_names_go_when_the_slot_is_cancelled() -> None:
    simulation = house(NAMED)
    simulation.advance(at("11:40"))
    named(simulation)
    simulation.observe(read(simulation.now, calendar="weddings"))
    assert simulation.facts(NAMES("wedding")) is None


def test_no_name_is_journaled_or_kept_over_a_restart() -> None:
    journal: list[object] = []
    simulation = house(NAMED, journal)
    simulation.advance(at("11:40"))
    named(simulation)
    kept = simulation.controller.snapshot(simulation.now)
    simulation.advance(at("12:31"))
    everything = [encode(event) for event in (*journal, *kept)]  # type: ignore[arg-type]
    assert everything
    assert CANARY not in str(everything)


def test_a_site_that_does_not_ask_for_names_gets_none() -> None:
    simulation = house(PLAIN)
    simulation.advance(at("11:40"))
    assert list(to_be_named(simulation.facts, PLAIN, simulation.now)) == []
    ceremony = (simulation.facts(CEREMONIES("wedding")) or ())[0]
    simulation.observe(CeremonyNamed(at=simulation.now, scene="wedding", ceremony=ceremony.id, names=CANARY))
    assert shown(simulation) is None


@pytest.mark.parametrize(("title", "plain"), [("A\n& B", "A & B"), ("x" * 200, "x" * 100), ("  ", "")])
def test_a_title_is_made_fit_for_a_screen(title: str, plain: str) -> None:
    assert readable(title) == plain
