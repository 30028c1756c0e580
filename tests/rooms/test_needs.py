"""Help that is asked for in a room, and what is reported broken, as the whole controller answers."""

from datetime import UTC, datetime, timedelta

import pytest

from edge.controller import Controller
from edge.events import Event
from edge.facts import ACTIVE
from rooms.desk import RoomRefusal
from rooms.needs import FAULTS, HELP, UNANSWERED_AFTER, answer_help, ask_help, end_help, mend_fault, open_help, report_fault
from tests.rooms.sites import site_with

NINE = datetime(2026, 11, 23, 7, tzinfo=UTC)
SITE = site_with(own={"local": ["vihki", "palvelu-1"]})


class House:
    def __init__(self) -> None:
        self.now = NINE
        self.controller = Controller(SITE, heartbeats=False)
        self.controller.settle(self.now)

    def happens(self, event: Event) -> None:
        self.controller.observe(event)
        self.controller.settle(self.now)

    def wait(self, span: timedelta) -> None:
        self.now += span
        self.controller.settle(self.now)

    def told(self) -> set[tuple[str, str]]:
        return {(began.type, began.subject) for _, began in self.controller.facts.of(ACTIVE) if began.subject in SITE.bookable}


@pytest.fixture
def house() -> House:
    return House()


def test_help_is_told_to_the_host_and_to_the_guard_when_nobody_answers(house: House) -> None:
    facts = house.controller.facts
    house.happens(ask_help(facts, SITE, NINE, "vihki", "panel"))
    assert house.told() == {("help-asked", "vihki")}
    house.wait(UNANSWERED_AFTER)
    assert house.told() == {("help-asked", "vihki"), ("help-unanswered", "vihki")}
    house.happens(answer_help(facts, SITE, house.now, "vihki", "Aino"))
    assert house.told() == set()
    known = open_help(facts, house.now, "vihki")
    assert known is not None
    assert known.answered is not None
    house.happens(end_help(facts, SITE, house.now, "vihki", "Aino"))
    assert open_help(facts, house.now, "vihki") is None


def test_pressed_twice_is_asked_once(house: House) -> None:
    facts = house.controller.facts
    first = ask_help(facts, SITE, NINE, "vihki", "panel")
    house.happens(first)
    house.wait(timedelta(minutes=2))
    assert ask_help(facts, SITE, house.now, "vihki", "panel") == first


def test_help_that_everybody_forgot_is_asked_for_no_longer(house: House) -> None:
    facts = house.controller.facts
    house.happens(ask_help(facts, SITE, NINE, "vihki", "panel"))
    house.wait(timedelta(hours=4))
    assert house.told() == set()
    house.happens(ask_help(facts, SITE, house.now, "vihki", "panel"))
    assert house.told() == {("help-asked", "vihki")}


@pytest.mark.parametrize("act", [answer_help, end_help])
def test_nobody_answers_where_nobody_asked(house: House, act: object) -> None:
    with pytest.raises(RoomRefusal, match="Nobody asks for help"):
        act(house.controller.facts, SITE, NINE, "vihki", "Aino")  # type: ignore[operator]


def test_faults_stay_until_they_are_mended_each_by_itself(house: House) -> None:
    facts = house.controller.facts
    for what in ("light", "screen", "light"):
        house.happens(report_fault(facts, SITE, house.now, "vihki", "panel", what))
        house.wait(timedelta(hours=20))
    assert [fault.what for fault in facts(FAULTS("vihki")) or ()] == ["light", "screen"]
    assert house.told() == {("room-fault", "vihki")}
    house.happens(mend_fault(facts, SITE, house.now, "vihki", "Aino", "light"))
    with pytest.raises(RoomRefusal, match="No such fault"):
        mend_fault(facts, SITE, house.now, "vihki", "Aino", "light")
    house.happens(mend_fault(facts, SITE, house.now, "vihki", "Aino", "screen"))
    assert house.told() == set()


def test_a_checkpoint_keeps_all_of_it(house: House) -> None:
    facts = house.controller.facts
    house.happens(ask_help(facts, SITE, NINE, "vihki", "panel"))
    house.happens(answer_help(facts, SITE, NINE, "vihki", "Aino"))
    house.happens(report_fault(facts, SITE, NINE, "palvelu-1", "panel", "air"))
    again = Controller(SITE, heartbeats=False)
    again.restore(house.controller.snapshot(house.now))
    assert again.facts(HELP("vihki")) == facts(HELP("vihki"))
    assert again.facts(FAULTS("palvelu-1")) == facts(FAULTS("palvelu-1"))


def test_a_room_that_nobody_books_has_no_panel(house: House) -> None:
    with pytest.raises(RoomRefusal, match="no room"):
        ask_help(house.controller.facts, SITE, NINE, "palvelu-2", "panel")
