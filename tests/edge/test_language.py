"""Texts in three languages: moments, spans, names, numbers; and that no sentence of the code is left without a translation."""

from datetime import UTC, datetime, timedelta
from functools import cache
from string import Formatter

import pytest

from edge.language import LANGUAGES, Renderer, catalogue, readable
from edge.site import Site
from edge.text import Ref, Route, Text, say
from tests.builders import local, site_of
from tools.messages import TRANSLATED, extracted, path_of, stored

NOW = local("2026-11-20 10:42")


@pytest.fixture(scope="module")
def site() -> Site:
    return site_of(
        {
            "lobby": {"zone": "public", "name": {"fi": "Aula", "sv": "Aula", "en": "Lobby"}},
            "room-3": {"zone": "semi-public", "name": {"fi": "Palveluhuone 3", "sv": "Servicerum 3", "en": "Service room 3"}},
            "office": {"zone": "internal"},
            "cafe": {"zone": "public"},
            "stairs": {"zone": "semi-public"},
        },
        {
            "entrance": {"from": "outside", "to": "lobby", "name": {"fi": "Pääovi", "sv": "Huvudingång"}},
            "front": {"from": "lobby", "to": "room-3"},
            "back": {"from": "room-3", "to": "office"},
            "exit": {"from": "lobby", "to": "outside"},
            "cafe-1": {"from": "lobby", "to": "cafe"},
            "cafe-2": {"from": "outside", "to": "cafe"},
            "cafe-3": {"from": "outside", "to": "cafe"},
            "arch": {"from": "lobby", "to": "stairs", "kind": "opening"},
            "gap": {"from": "stairs", "to": "office", "kind": "opening"},
        },
        devices={
            "button-1": {"type": "panic-button", "space": "room-3"},
            "occ-1": {"type": "occupancy-sensor", "space": "lobby"},
            "occ-2": {"type": "occupancy-sensor", "space": "lobby"},
        },
    )


def written(site: Site, language: str, text: Text, now: datetime | None = NOW) -> str:
    return Renderer(site, language).text(text, now)


@pytest.mark.parametrize(
    ("language", "today", "tomorrow"),
    [("fi", "10.42", "la 21.11. klo 10.42"), ("sv", "kl. 10.42", "lör 21.11. kl. 10.42"), ("en", "10:42", "Sat 21 Nov 10:42")],
)
def test_a_moment_of_today_is_a_time_and_any_other_has_its_day(site: Site, language: str, today: str, tomorrow: str) -> None:
    renderer = Renderer(site, language)
    assert renderer.moment(NOW, NOW) == today
    assert renderer.moment(NOW + timedelta(days=1), NOW) == tomorrow


def test_without_a_present_day_a_moment_always_has_its_day(site: Site) -> None:
    assert (
        written(site, "fi", say("{start}–{end}", start=NOW, end=NOW + timedelta(minutes=45)), None) == "pe 20.11. klo 10.42–11.27"
    )


def test_the_same_day_is_that_of_the_site(site: Site) -> None:
    just_before, just_after = local("2026-11-20 23:59"), local("2026-11-21 00:01")
    assert just_before.date() == just_after.date()  # in UTC
    assert Renderer(site, "fi").moment(just_after, just_before) == "la 21.11. klo 0.01"


@pytest.mark.parametrize(
    ("language", "expected"), [("fi", "Varattu 10.42–11.27"), ("sv", "Bokat kl. 10.42–11.27"), ("en", "Booked 10:42–11:27")]
)
def test_the_end_of_a_span_is_not_introduced_again(site: Site, language: str, expected: str) -> None:
    assert written(site, language, say("Booked {start}–{end}", start=NOW, end=NOW + timedelta(minutes=45))) == expected


def test_a_span_over_midnight_names_both_days(site: Site) -> None:
    text = say("Booked {start}–{end}", start=local("2026-11-20 22:00"), end=local("2026-11-21 01:00"))
    assert written(site, "fi", text) == "Varattu 22.00–la 21.11. klo 1.00"


def test_summer_time_is_the_sites_own(site: Site) -> None:
    assert Renderer(site, "fi").moment(datetime(2026, 7, 1, 7, tzinfo=UTC), datetime(2026, 7, 1, 5, tzinfo=UTC)) == "10.00"


@pytest.mark.parametrize(("language", "expected"), [("fi", "4127,5"), ("sv", "4127,5"), ("en", "4127.5")])
def test_numbers(site: Site, language: str, expected: str) -> None:
    assert written(site, language, say("{x}", x=4127.5)) == expected


@pytest.mark.parametrize(
    ("id_", "fi", "sv"),
    [
        ("entrance", "Pääovi", "Huvudingång"),
        ("front", "Palveluhuone 3, ovi", "Servicerum 3, dörr"),
        ("back", "Palveluhuone 3, takaovi", "Servicerum 3, bakdörr"),
        ("exit", "Aula, ovi", "Aula, dörr"),
        ("cafe-1", "Cafe, ovi (Aula)", "Cafe, dörr (Aula)"),
        ("cafe-2", "Cafe 2", "Cafe 2"),
        ("arch", "Stairs, aukko (Aula)", "Stairs, öppning (Aula)"),
        ("gap", "Stairs, aukko (Office)", "Stairs, öppning (Office)"),
        ("outside", "ulkona", "utomhus"),
        ("room-3", "Palveluhuone 3", "Servicerum 3"),
        ("office", "Office", "Office"),
        ("button-1", "Turvanappi (Palveluhuone 3)", "Överfallsknapp (Servicerum 3)"),
        ("occ-2", "Occ 2", "Occ 2"),
        ("lock-back", "Ovenohjain (Palveluhuone 3, takaovi)", "Dörrstyrning (Servicerum 3, bakdörr)"),
        ("broker-9", "Broker 9", "Broker 9"),
    ],
)
def test_names(site: Site, id_: str, fi: str, sv: str) -> None:
    assert (Renderer(site, "fi").name(id_), Renderer(site, "sv").name(id_)) == (fi, sv)


def test_a_name_that_lacks_the_language_falls_back_to_another(site: Site) -> None:
    assert Renderer(site, "en").name("entrance") == "Pääovi"


def test_a_sentence_may_hold_sentences_routes_and_names(site: Site) -> None:
    cause = say("{door} is unlocked", door=Ref("front"))
    text = say(
        "It would open a way from public to internal space: {route}, because {cause}",
        route=Route(("lobby", "room-3", "office")),
        cause=cause,
    )
    expected = (
        "Se avaisi reitin julkisesta sisäiseen tilaan: Aula → Palveluhuone 3 → Office. Syy: Palveluhuone 3, ovi on vapautettu"
    )
    assert written(site, "fi", text) == expected


def test_a_sentence_that_is_not_in_the_catalogue_is_said_in_english(site: Site) -> None:
    assert written(site, "sv", Text("Of an older version, {x} and {missing}", {"x": 3})) == "Of an older version, 3 and {missing}"


def test_a_value_is_never_read_as_a_message(site: Site) -> None:
    assert written(site, "fi", say("By {by}", by="{door} <b> %s")) == "Tekijä: {door} <b> %s"


def test_readable() -> None:
    assert readable("panic-desk-3") == "Panic desk 3"


# --- the catalogues ---------------------------------------------------------------------------------------------------


def places(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def words(message: str) -> list[str]:
    return [word for literal, *_ in Formatter().parse(message) for word in literal.split() if word.isalpha()]


@cache
def messages() -> list[str]:
    return sorted(str(message.id) for message in extracted() if message.id)


def test_the_messages_of_the_code_are_found() -> None:
    assert {"Booked {start}–{end}", "Panic button", "Acknowledge and take care of it"} <= set(messages())


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated(language: str) -> None:
    known = catalogue(language)
    assert [message for message in messages() if message not in known] == [], "run make messages, and translate"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_places_of_its_message(language: str) -> None:
    known = catalogue(language)
    assert [m for m in messages() if m in known and places(known[m]) != places(m)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_holds_nothing_that_nobody_says(language: str) -> None:
    assert sorted({str(message.id) for message in stored(language) if message.id} - set(messages())) == []


def test_english_needs_no_catalogue() -> None:
    assert set(LANGUAGES) - set(TRANSLATED) == {"en"}
    assert not path_of("en").exists()
    assert catalogue("en") == {}


def test_the_languages_are_not_mixed_up() -> None:
    fi, sv = catalogue("fi"), catalogue("sv")
    alike = [message for message in messages() if fi.get(message) == sv.get(message) and len(words(message)) > 2]
    assert alike == []
