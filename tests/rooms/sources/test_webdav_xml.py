"""Answers in WebDAV: whole and harmless, or not believed."""

import pytest

from rooms.ics_lines import Unreadable
from rooms.sources.webdav_xml import Item, Multistatus, calendar_multiget, multistatus, preconditions, sync_collection

WHOLE = b"""<?xml version="1.0"?>
<x:multistatus xmlns:x="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
  <x:response><x:href> /rooms/one/ </x:href><x:propstat>
    <x:prop><x:resourcetype><x:collection/><c:calendar/></x:resourcetype></x:prop><x:status>HTTP/1.1 200 OK</x:status></x:propstat>
    <x:propstat><x:prop><x:getetag/></x:prop><x:status>HTTP/1.1 404 Not Found</x:status></x:propstat></x:response>
  <x:response><x:href>/rooms/one/a.ics</x:href><x:propstat>
    <x:prop><x:getetag>"1"</x:getetag><c:calendar-data><![CDATA[X-ALT-DESC:<!DOCTYPE html><p>]]></c:calendar-data></x:prop>
    <x:status>HTTP/1.1 200 OK</x:status></x:propstat></x:response>
  <x:response><x:href>/rooms/one/b.ics</x:href><x:href>/rooms/one/c.ics</x:href><x:status>HTTP/1.1 404 Gone?</x:status></x:response>
  <x:sync-token> http://example.fi/7 </x:sync-token>
</x:multistatus>"""


def test_a_multistatus_is_read_whatever_its_prefixes() -> None:
    assert multistatus(WHOLE) == Multistatus(
        (
            Item("/rooms/one/", None, {"resourcetype": ""}, frozenset({"collection", "calendar"})),
            Item("/rooms/one/a.ics", None, {"getetag": '"1"', "calendar-data": "X-ALT-DESC:<!DOCTYPE html><p>"}),
            Item("/rooms/one/b.ics", 404, {}),
            Item("/rooms/one/c.ics", 404, {}),
        ),
        "http://example.fi/7",
    )


def test_every_cut_of_an_answer_is_noticed() -> None:
    for length in range(len(WHOLE)):
        with pytest.raises(Unreadable):
            multistatus(WHOLE[:length])


ENTITY = '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><m>&b;</m>'


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"  ", "nothing at all"),
        (b"<html><body>Sign in</body></html>", "no list"),
        (b"<html><br></html>", "no whole XML"),
        (b'{"error": "no"}', "no whole XML"),
        (b'<?xml version="1.0" encoding="no-such"?><m/>', "no whole XML"),
        (b"<m>" * 500, "nested"),
        (ENTITY.encode(), "not safe"),
        (ENTITY.encode("utf-16"), "not safe"),
        (b'<!DOCTYPE m SYSTEM "file:///etc/passwd"><m/>', "not safe"),
        (b'<multistatus xmlns="DAV:"><response><status>HTTP/1.1 404 X</status></response></multistatus>', "without saying which"),
        (b'<multistatus xmlns="DAV:"><response><href/></response></multistatus>', "without saying which"),
        (b'<multistatus xmlns="DAV:"><response><href>/a</href><status>gone</status></response></multistatus>', "is none"),
    ],
)
def test_what_is_no_safe_and_whole_multistatus_is_refused(body: bytes, problem: str) -> None:
    with pytest.raises(Unreadable, match=problem):
        multistatus(body)


def test_a_refusal_names_what_it_misses() -> None:
    assert preconditions(b'<error xmlns="DAV:"><valid-sync-token/></error>') == {"valid-sync-token"}
    assert preconditions(b"<html/>") == preconditions(b"") == preconditions(b"No!") == frozenset()


def test_what_is_asked_for_is_escaped() -> None:
    assert b"<D:sync-token>a&lt;b&amp;c</D:sync-token>" in sync_collection("a<b&c")
    assert b"<D:href>/a&amp;b.ics</D:href>" in calendar_multiget(["/a&b.ics"])
