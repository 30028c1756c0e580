"""Notices on the displays for everybody, as the whole controller keeps them."""

from datetime import UTC, datetime, timedelta

import pytest

from edge.controller import Controller
from edge.refusal import Refusal
from rooms.public_notices import LONGEST, MOST_OPEN, PUBLIC_NOTICES, Ready, end, open_notices, post
from tests.rooms.sites import site_with

NINE = datetime(2026, 11, 23, 7, tzinfo=UTC)
SITE = site_with(own={"local": ["vihki"]})
HOUR = timedelta(hours=1)


@pytest.fixture
def controller() -> Controller:
    made = Controller(SITE, heartbeats=False)
    made.settle(NINE)
    return made


def put(controller: Controller, at: datetime = NINE, ready: Ready | None = "lift", **texts: str) -> None:
    by_language = {language: texts[language] for language in ("fi", "sv", "en") if language in texts}
    controller.observe(post(SITE, controller.facts, at, "Aino", at + HOUR, ready=ready, texts=by_language))  # type: ignore[arg-type]
    controller.settle(at)


def test_a_notice_ends_at_its_time(controller: Controller) -> None:
    put(controller)
    assert [notice.ready for notice in open_notices(controller.facts, NINE)] == ["lift"]
    controller.settle(NINE + HOUR)
    assert controller.facts(PUBLIC_NOTICES()) is None


def test_own_words_stand_in_every_public_language(controller: Controller) -> None:
    put(controller, ready=None, fi=" Ovi  remontissa ", sv="Dörren repareras")
    (notice,) = open_notices(controller.facts, NINE)
    assert notice.texts == {"fi": "Ovi remontissa", "sv": "Dörren repareras"}
    with pytest.raises(Refusal, match="each language"):
        put(controller, ready=None, fi="Ovi remontissa")
    with pytest.raises(Refusal, match="each language"):
        put(controller, ready=None, fi="x" * 161, sv="y")


def test_there_is_room_for_a_few_and_each_is_taken_off_by_its_number(controller: Controller) -> None:
    for _ in range(MOST_OPEN):
        put(controller)
    with pytest.raises(Refusal, match="4 notices"):
        put(controller)
    controller.observe(end(controller.facts, NINE, "Aino", 2))
    assert [notice.number for notice in open_notices(controller.facts, NINE)] == [4, 3, 1]
    with pytest.raises(Refusal, match="no more"):
        end(controller.facts, NINE, "Aino", 2)
    put(controller)
    assert open_notices(controller.facts, NINE)[0].number == 5


@pytest.mark.parametrize(("span", "why"), [(timedelta(0), "past"), (LONGEST + HOUR, "until")])
def test_every_notice_has_an_end_that_is_near(controller: Controller, span: timedelta, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        post(SITE, controller.facts, NINE, "Aino", NINE + span, ready="lift", texts={})


def test_a_checkpoint_keeps_them(controller: Controller) -> None:
    put(controller)
    put(controller, ready=None, fi="a", sv="b")
    again = Controller(SITE, heartbeats=False)
    again.restore(controller.snapshot(NINE))
    assert again.facts(PUBLIC_NOTICES()) == controller.facts(PUBLIC_NOTICES())


def test_a_number_is_given_once_also_after_a_checkpoint_without_notices(controller: Controller) -> None:
    put(controller)
    controller.settle(NINE + HOUR)
    again = Controller(SITE, heartbeats=False)
    again.restore(controller.snapshot(NINE + HOUR))
    put(again, NINE + HOUR)
    assert [notice.number for notice in open_notices(again.facts, NINE + HOUR)] == [2]
