"""Breaks of the bulletin line and of the hand-over of a shift."""

from tests.mutants.breaks import broken

BULLETINS, HAND_OVER = "security/bulletins.py", "security/hand_over.py"

ON_THE_LINE = ("tests/security/test_bulletins.py",)
SHIFTS = ("tests/security/test_hand_over.py",)

LINE_BREAKS = (
    broken("a bulletin never ends by itself", BULLETINS, "look.passed(found.posted.until)", "False", ON_THE_LINE),
    broken(
        "a bulletin for one agency is for all clerks",
        BULLETINS,
        'or f"{AGENCY}{agency}" in posted.to',
        'or role == "clerk"',
        ON_THE_LINE,
    ),
    broken("a restart forgets who has read a bulletin", BULLETINS, "bulletins=tuple(_all(facts)),", "bulletins=(),", ON_THE_LINE),
    broken(
        "a hand-over takes what nobody has acknowledged along",
        HAND_OVER,
        "                if alarm.acknowledged_at is not None:\n                    yield AlarmTransferred",
        "                if True:\n                    yield AlarmTransferred",
        SHIFTS,
    ),
    broken(
        "a hand-over is over before anybody received it",
        HAND_OVER,
        "HandOver(event))",
        "HandOver(event, None if event.left.alarms else ShiftReceived(at=event.at, by=event.to)))",
        SHIFTS,
    ),
    broken(
        "nobody is told of a shift that nobody receives",
        HAND_OVER,
        "or not look.lasted(last.handed.at, RECEIVED_WITHIN)",
        "or True",
        SHIFTS,
    ),
    broken("a hand-over tells of a sign-in under threat", HAND_OVER, "            if alarm.type != DURESS\n", "", SHIFTS),
    broken(
        "a checkpoint forgets that a hand-over waits",
        HAND_OVER,
        "yield from (last.handed,) if shift is None else (shift, last.handed)",
        "yield from () if shift is None else (shift,)",
        SHIFTS,
    ),
)
