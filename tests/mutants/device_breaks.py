"""Breaks of what people are told of payment terminals and masking."""

from tests.mutants.breaks import Break, broken

DOCKS, HOURS, MASKING = "rooms/docks.py", "rooms/hours.py", "security/masking.py"
SUPERVISION, QUIET, FACTS = "security/supervision.py", "security/quiet.py", "edge/facts.py"

AT_CLOSING = ("tests/rooms/test_docks.py",)
OVERHEARD = ("tests/security/test_masking.py",)

DEVICE_BREAKS: tuple[Break, ...] = (
    broken("a terminal is missed by day", DOCKS, " and closed_for(look, site, timetable, PUT_BACK_WITHIN)", "", AT_CLOSING),
    broken("a terminal is missed at once", DOCKS, "look.lasted(since, PUT_BACK_WITHIN) and ", "", AT_CLOSING),
    broken(
        "a missing terminal is forgotten with its dock",
        DOCKS,
        "if (began := look(ACTIVE(TERMINAL_MISSING, dock))) is not None:",
        "if (began := look(ACTIVE(TERMINAL_MISSING, dock))) is not None and reading is not None:",
        AT_CLOSING,
    ),
    broken(
        "a missing terminal stays missing when it opens",
        DOCKS,
        "if opening(look, site, timetable) is None:",
        "if True:",
        AT_CLOSING,
    ),
    broken("an opening within the time is not seen", HOURS, "        since = change\n", "        break\n", AT_CLOSING),
    broken("a lost device is believed", FACTS, "reading.good and self(ONLINE(device)) is not False", "reading.good", AT_CLOSING),
    broken(
        "what was said before a start is believed",
        FACTS,
        "reading.good and self(ONLINE(device)) is not False",
        "self(ONLINE(device)) is not False",
        OVERHEARD,
    ),
    broken(
        "masking that a panic mutes is a fault",
        MASKING,
        "return decision is not None and decision.value is True",
        "return False",
        OVERHEARD,
    ),
    broken(
        "masking is at fault before it is told to sound",
        MASKING,
        "flight.first_sent_at if flight is not None and flight.value is False",
        "flight.first_sent_at if flight is not None",
        OVERHEARD,
    ),
    broken(
        "masking that is mute is told twice",
        SUPERVISION,
        'if kind.name == "muted" and is_mute_unasked(look, device):',
        "if False:",
        OVERHEARD,
    ),
    broken(
        "a fault of masking is forgotten with its unit",
        MASKING,
        "return told_before and not _is_to_be_mute(look, unit)",
        "return False",
        OVERHEARD,
    ),
    broken(
        "people who mend masking are told of it",
        QUIET,
        "        MASKING_FAULT,\n        TERMINAL_MISSING,\n",
        "        TERMINAL_MISSING,\n",
        OVERHEARD,
    ),
)
