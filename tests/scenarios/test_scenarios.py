"""Every story in this folder comes true, and one that is written wrongly says where."""

from pathlib import Path

import pytest

from tests.scenarios.language import Form, StoryError
from tests.scenarios.teller import HERE, tell


@pytest.mark.parametrize("story", sorted(HERE.glob("*.scenario")), ids=lambda path: path.stem)
def test_story(story: Path) -> None:
    tell(story)


def told(folder: Path, *lines: str) -> None:
    path = folder / "short.scenario"
    path.write_text("\n".join(lines), encoding="utf-8")
    tell(path)


HEAD = ("site joensuu", "date 2026-11-23", "booked palveluhuone-1 10:00-11:00  # a comment")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("09:00 expct palveluhuone-1-front locked", r'short.scenario:4: "expct" is no word of a story; did you mean "expect"\?'),
        ("09:00 sing", r'short.scenario:4: "sing" is no word of a story; these are: booked, book, take-back'),
        ("09:00 jam", r"short.scenario:4: .jam. cannot be understood; write: jam DEVICE"),
        ("09:00 jam palveluhuone-1-frnt", r'short.scenario:4: there is no device "palveluhuone-1-frnt" here'),
        ("09:00 expect palveluhuone-1-front ajar", r'there is no state "ajar" here; known are: locked, unlocked'),
        ("09:61 restart", r'"09:61" is no time; write 09:05'),
        ("09:00+05 restart", r"has no offset of \+05 hours"),
        ("booked palveluhuone-1 10:00", r'"10:00" is no span of time; write 10:00-11:00'),
        ("booked lobby 10:00-11:00", r"no calendar books lobby"),
        ("cancel vihkitila", r'there is no name "vihkitila" here; known are: palveluhuone-1'),
        ("09:00 clear panic-desk-1 by guard-1", r"there is no alarm about panic-desk-1"),
        ("09:00 release entrance by guard-1 for 11 min", r"short.scenario:4: A door can be released for 1 to 600 seconds"),
        ("09:00 arrive lobby by guard-1", r"no calendar books lobby"),
        ("09:00 extend palveluhuone-1 by clerk-1", r"short.scenario:4: The room is not booked now"),
        ("09:00 expect room palveluhuone-1 busy", r'there is no state "busy" here; known are: free, soon, prepared'),
        ("booked palveluhuone-1 11:00-12:00 for dv", r'there is no agency "dv" here; known are: ely, te, mml, avi, dvv'),
        ("booked palveluhuone-1 11:00-12:00 in outlook", r'there is no calendar "outlook" here; known are: room-calendar'),
        ("09:00 allow palveluhuone-2 by host-1", r'there is no room "palveluhuone-2" here; known are: palveluhuone-1'),
        ("09:00 book palveluhuone-1 09:00-09:30 by host-1", r"booked in its own calendar, not here"),
        ("date 23.11.2026", r'"23.11.2026" is no date; write 2026-11-23'),
    ],
)
def test_a_wrong_line_is_explained(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(StoryError, match=problem):
        told(tmp_path, *HEAD, line)


def test_time_goes_forward(tmp_path: Path) -> None:
    with pytest.raises(StoryError, match=r"short.scenario:5: this is earlier"):
        told(tmp_path, *HEAD, "09:00 restart", "08:59 restart")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["09:00 restart"], "begins with its site"),
        (["site joensuu", "09:00 restart"], "begins with its date"),
        (["site joensuu", "# nothing"], "nothing happens"),
        (["site jonsuu"], r'short.scenario:1: there is no site file "jonsuu.yaml"'),
    ],
)
def test_a_story_without_a_beginning_is_explained(tmp_path: Path, lines: list[str], problem: str) -> None:
    with pytest.raises(StoryError, match=problem):
        told(tmp_path, *lines)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "10:00 expect palveluhuone-1-front locked",
            r"short.scenario:4: 10:00:00: expected .* locked, it is unlocked; .*Booked 10:00–11:00",
        ),
        ("10:00 expect palveluhuone-1-front unlocked since 09:50", r"it is unlocked since 09:55:00"),
        ("10:00 expect alarm panic panic-desk-1", r"expected an alarm; open are: none"),
        ("10:00 expect alarms 1", r"expected 1 alarms; open are: none"),
        ("10:00 expect notice calendar-failing room-calendar", r"the notice is not given"),
        ('10:00 expect why palveluhuone-1-front "Released"', r'it says "Booked 10:00–11:00"'),
        ('10:00 expect refused palveluhuone-1-front ""', r'it says ""'),
        ("10:00 expect room palveluhuone-1 in-use", r"expected palveluhuone-1 in-use, it is open: Booked 10:00–11:00"),
        ("10:10 expect room palveluhuone-1 empty given-free 10:20", r"it is given free at 10:15:00"),
        ('10:00 expect why room palveluhuone-1 "Free"', r'it says "Booked 10:00–11:00"'),
        ('10:00 cannot extend palveluhuone-1 by clerk-1 "booked"', r"nobody refused it"),
        ('09:00 cannot extend palveluhuone-1 by clerk-1 "by somebody"', r'it says "The room is not booked now'),
    ],
)
def test_what_does_not_come_true_is_explained(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(AssertionError, match=problem):
        told(tmp_path, *HEAD, line)


def test_what_may_be_left_out_may_stand_in_any_order() -> None:
    form = Form("booked ROOM SPAN [for AGENCY] [tentative] [as NAME]")
    both = {"room": "a", "span": "1-2", "agency": "b", "name": "c", "tentative": "tentative"}
    assert form.words("booked a 1-2 for b tentative as c") == both
    assert form.words("booked a 1-2 as c tentative for b") == both
    assert form.words("booked a 1-2") == {"room": "a", "span": "1-2", "agency": "", "name": "", "tentative": ""}
    assert form.words("booked a for b 1-2") is None
