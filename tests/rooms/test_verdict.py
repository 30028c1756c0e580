"""The rule as a table."""

from dataclasses import dataclass

import pytest

from rooms.verdict import Verdict, unlock


@dataclass(frozen=True)
class Said:
    status: str = "CONFIRMED"
    transp: str = "OPAQUE"
    busy: str | None = None
    all_day: bool = False
    is_empty: bool = False
    is_long: bool = False


@pytest.mark.parametrize(
    ("said", "partstat", "verdict"),
    [
        (Said(), None, "yes"),
        (Said(), "ACCEPTED", "yes"),
        (Said(busy="OOF"), None, "yes"),
        (Said(busy="WORKINGELSEWHERE"), None, "yes"),
        (Said(status="CANCELLED"), "ACCEPTED", "no"),
        (Said(transp="TRANSPARENT"), None, "no"),
        (Said(busy="FREE"), None, "no"),
        (Said(is_empty=True), None, "no"),
        (Said(), "DECLINED", "no"),
        (Said(status="TENTATIVE"), None, "pending"),
        (Said(busy="TENTATIVE"), None, "pending"),
        (Said(status="MAYBE"), None, "pending"),
        (Said(), "TENTATIVE", "pending"),
        (Said(), "NEEDS-ACTION", "pending"),
        (Said(), "X-UNHEARD", "pending"),
        (Said(all_day=True), None, "policy"),
        (Said(all_day=True, status="TENTATIVE"), None, "pending"),
        (Said(all_day=True, transp="TRANSPARENT"), None, "no"),
        (Said(is_long=True), None, "yes"),
        (Said(is_long=True), "DECLINED", "no"),
        (Said(is_long=True, busy="TENTATIVE"), None, "pending"),
        (Said(status="TENTATIVE"), "DECLINED", "no"),
    ],
)
def test_verdict(said: Said, partstat: str | None, verdict: Verdict) -> None:
    found, reason = unlock(said, partstat)
    assert found == verdict
    assert reason.message
