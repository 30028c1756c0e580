"""Who waives what the proof found is in the journal's words, and on the screen until the next start."""

from datetime import timedelta

from edge.conditions import PROOF_WAIVED
from edge.events import ConditionBegan, ConditionEnded, DaemonStarted, Event, decode, encode
from edge.simulation import Simulation
from security.proof import prove
from security.proof.waiver import NO_WAIVER, ProofWaived, Waiver, unwaived, waived
from tests.builders import MONDAY
from tests.security.proof.test_properties import BACK, TODAY, building

BROKEN = prove(building(back={**BACK, "unlock": "booking"}, staff={"from": "outside", "to": "office", "fail": "unlocked"}), TODAY)


def test_every_finding_must_be_named_with_a_name_and_a_reason() -> None:
    ids = tuple(finding.id for finding in BROKEN.findings)
    assert ids == ("D2:back", "D8:staff")
    for waiver, left in [
        (NO_WAIVER, ids),
        (Waiver(ids[:1], "Maija", "Doors are changed next week"), ids[1:]),
        (Waiver(ids, "Maija", " "), ids),
        (Waiver(ids, "", "Doors are changed next week"), ids),
        (Waiver((*ids, "D2:mended"), "Maija", "Doors are changed next week"), ()),
    ]:
        assert tuple(finding.id for finding in unwaived(BROKEN, waiver)) == left


def test_a_waiver_is_journaled_and_shown_until_a_start_without_one() -> None:
    event = waived(BROKEN, Waiver(("D2:back", "D8:staff"), " Maija ", "Doors are changed next week"), MONDAY)
    assert event == ProofWaived(at=MONDAY, findings=("D2:back", "D8:staff"), by="Maija", because="Doors are changed next week")
    assert event is not None
    assert decode("proof-waived", encode(event)) == event
    told: list[Event] = []
    simulation = Simulation(building(), MONDAY, told.append)
    simulation.observe(event)
    began = [e for e in told if isinstance(e, ConditionBegan) and e.type == PROOF_WAIVED]
    assert [e.because.values["ids"] for e in began] == ["D2:back, D8:staff"]
    simulation.advance(MONDAY + timedelta(days=1))
    assert not any(isinstance(e, ConditionEnded) and e.type == PROOF_WAIVED for e in told)
    simulation.observe(DaemonStarted(at=simulation.now, epoch=2, version="x", site="test"))
    assert any(isinstance(e, ConditionEnded) and e.type == PROOF_WAIVED for e in told)


def test_nothing_is_waived_where_nothing_was_found() -> None:
    assert waived(prove(building(), TODAY), Waiver(("D2:back",), "Maija", "Just in case"), MONDAY) is None
