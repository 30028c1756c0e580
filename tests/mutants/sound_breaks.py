"""Breaks of masking: too loud, too sudden, not silent when it has to be; and of the arithmetic behind privacy."""

from tests.mutants.breaks import Break, broken

CONTROL, WISHES, LISTENING, ASKED = (f"acoustics/{name}.py" for name in ("control", "wishes", "listening", "asked"))
PRIVACY, LEVELS, STI, INSULATION, TRANSMISSION = (
    f"acoustics/{name}.py" for name in ("privacy", "levels", "sti", "insulation", "transmission")
)

PEOPLE_ASK = ("tests/acoustics/test_control_asked.py",)
FAILING = ("tests/acoustics/test_control_failures.py",)
LOUDNESS = ("tests/acoustics/test_control_levels.py",)
NOISE = ("tests/acoustics/test_control_ambient.py",)
INTELLIGIBLE = ("tests/acoustics/test_intelligibility.py",)
OVERHEARD = ("tests/acoustics/test_privacy.py",)

SOUND_BREAKS: tuple[Break, ...] = (
    broken("masking jumps to its level", CONTROL, "(floor(level / step + _EQUAL_DB) + 1) * step)", "target)", LOUDNESS),
    broken("masking goes on before its unit has followed", CONTROL, "or abs(actual - course.level) > _EQUAL_DB or", "or", FAILING),
    broken(
        "masking turns round at once", CONTROL, "course.up != up and not look.passed(since + REVERSED_AFTER)", "False", LOUDNESS
    ),
    broken(
        "after a panic masking is where it was",
        CONTROL,
        "if course.level <= lowest or not is_mute(look, self.zones, unit):",
        "if True:",
        FAILING,
    ),
    broken(
        "a unit that was set too loud by hand stays so",
        CONTROL,
        "return min(max(level, comfort.floor), comfort.max,",
        "return min(max(level, comfort.floor),",
        FAILING,
    ),
    broken(
        "masking is as loud as privacy wants",
        WISHES,
        "        most = min(comfort.max, emitter.highest)\n        level",
        "        most = 80.0\n        level",
        LOUDNESS,
    ),
    broken("relief never ends", WISHES, "if relief is None or look.passed(relief.until):", "if relief is None:", PEOPLE_ASK),
    broken("quiet gives way to conversations", WISHES, "        if not quiet:\n", "        if True:\n", PEOPLE_ASK),
    broken(
        "a lost microphone makes masking louder",
        WISHES,
        "return min(trimmed, planned) if look(DEAF(space)) else trimmed",
        "return trimmed",
        NOISE,
    ),
    broken(
        "masking hears itself",
        LISTENING,
        "return remaining_level(total, energy_sum(own), EXCESS_DB) if own else total",
        "return total",
        NOISE,
    ),
    broken("a shout is background noise", LISTENING, "level > percentile_level(known, 90.0) + BURST_DB", "False", NOISE),
    broken("a restart forgets how loud it is", LISTENING, "return (heard for _, heard in facts.of(AMBIENT))", "return ()", NOISE),
    broken("anybody may set any level", ASKED, "if not comfort.floor <= level <= comfort.max:", "if False:", PEOPLE_ASK),
    broken(
        "a conversation is confidential without a margin",
        PRIVACY,
        "margin = MARGIN_DB if confidential else 0.0",
        "margin = 0.0",
        (*LOUDNESS, *OVERHEARD),
    ),
    broken(
        "whoever listens at the wall is forgotten", PRIVACY, "if confidential and path.rating is not None:", "if False:", OVERHEARD
    ),
    broken(
        "decibels are added as numbers",
        LEVELS,
        "return loudest + level(sum(power(one - loudest) for one in checked))",
        "return sum(checked)",
        ("tests/acoustics/test_levels.py",),
    ),
    broken("what cannot be heard is understood", STI, "heard = [s / (i + m + t) for", "heard = [s / (i + m) for", INTELLIGIBLE),
    broken(
        "a sum of exactly 32 dB is refused",
        INSULATION,
        "<= _ALLOWED_TENTHS[bands]:",
        "< _ALLOWED_TENTHS[bands]:",
        ("tests/acoustics/test_insulation.py",),
    ),
    broken(
        "sound grows through a wall",
        TRANSMISSION,
        "return source - difference + level(",
        "return source + difference + level(",
        ("tests/acoustics/test_insulation.py",),
    ),
)
