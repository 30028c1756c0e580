"""Breaks of what a panic brings about in the building, and of how it sounds."""

from tests.mutants.breaks import Break, broken

PANIC, RULES = "security/panic.py", "edge/site/panic_rules.py"
MESSAGES, OUTBOX, ESCALATION = "security/messages.py", "edge/outbox/outbox.py", "security/escalation.py"
SOUNDS = "security/alarm_sounds.py"

RESPONSES = ("tests/security/test_panic.py",)
SILENCE = ("tests/security/test_silence.py",)
TOLD = ("tests/security/test_panic_told.py",)
SENT = ("tests/edge/outbox/test_panic_told.py",)
FILE = ("tests/edge/site/test_panic.py",)
HEARD = ("tests/security/test_alarm_sounds.py",)

PANIC_BREAKS: tuple[Break, ...] = (
    broken("a silent place is treated as any other", PANIC, "if not leaves_alone(site, button, point.device)", "", SILENCE),
    broken(
        "the doors of a silent place are forgotten",
        "edge/site/model.py",
        "return described.space == space or (door is not None and space in (door.from_, door.to))",
        "return described.space == space",
        SILENCE,
    ),
    broken("an escalation lights a silent place", ESCALATION, "if not _betrayed(look, site, number, relay)", "", RESPONSES),
    broken(
        "masking stays mute when the alarm is over",
        "edge/points.py",
        'PointKind("muted", bool, commanded=True, rest=False)',
        'PointKind("muted", bool, commanded=True)',
        RESPONSES,
    ),
    broken("masking a door away goes on", PANIC, "device.space in near", "device.space == place", RESPONSES),
    broken(
        "a panic unlocks", PANIC, 'yield PointId(device, "lock"), "locked"', 'yield PointId(device, "lock"), "unlocked"', RESPONSES
    ),
    broken("a panic may hold an exit by a relay", RULES, 'elif wanted == "relay" and device.door:', "elif False:", FILE),
    broken(
        "everywhere is also where another response is",
        PANIC,
        "    return own or next(",
        "    return next(",
        RESPONSES,
    ),
    broken("an acknowledgement withdraws a bookmark", MESSAGES, " if not message.lasting]:", "]:", TOLD),
    broken("a bookmark ends with its alarm", MESSAGES, " if message.lasting) or None)", " if False) or None)", SENT),
    broken(
        "every alarm is told as a panic is",
        PANIC,
        "if isinstance(event, AlarmRaised) and event.type == PANIC:",
        "if isinstance(event, AlarmRaised):",
        TOLD,
    ),
    broken(
        "a bookmark that was lost is lost without a word",
        OUTBOX,
        '            self._give_up(message, say("The alarm was over before it could be delivered"))\n',
        "",
        SENT,
    ),
    broken("a silent place rings", SOUNDS, "if alarm.type == PANIC and is_silent(site, alarm.subject):", "if False:", HEARD),
)
