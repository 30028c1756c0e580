"""Breaks of tests of points, of walks, of what is counted of devices, and of what a scan proposes."""

from tests.mutants.breaks import Break, broken

TESTS, WALKS = "security/point_tests.py", "security/device_walks.py"
FIGURES, SCANNING = "edge/device_figures.py", "drivers/scanning.py"

POINTS = ("tests/security/test_point_tests.py",)
WALKED = ("tests/security/test_device_walks.py",)
COUNTED = ("tests/edge/test_device_figures.py",)
PROPOSED = ("tests/drivers/test_scanning.py",)

COMMISSIONING_BREAKS: tuple[Break, ...] = (
    broken("a test never ends", TESTS, "if not look.passed(test.ends_at):", "if True:", POINTS),
    broken("a masking level is not put back", TESTS, "and began.before is not None", "and False", POINTS),
    broken(
        "a test is forgotten at a checkpoint",
        TESTS,
        "return (test.began for _, test in facts.of(TEST)",
        "return (test.began for _, test in ()",
        POINTS,
    ),
    broken("the old value confirms a test", TESTS, "and event.value == test.began.value:", ":", POINTS),
    broken(
        "a report without a value confirms a test",
        TESTS,
        'case Observed(device=device, point=point, bad="", press=None):',
        "case Observed(device=device, point=point, press=None):",
        POINTS,
    ),
    broken(
        "an installer unlocks by a test",
        TESTS,
        "by, role, hold, _reason(device))",
        'by, "facility-manager", hold, _reason(device))',
        POINTS,
    ),
    broken(
        "the test of a lock asks no release",
        TESTS,
        "    if point == LOCK:\n        # Refuses",
        "    if False:\n        # Refuses",
        POINTS,
    ),
    broken("stopping a test ends another's release", TESTS, "released.at == test.began.at and ", "", POINTS),
    broken("a test outranks a panic", TESTS, "began.value, Priority.OVERRIDE", "began.value, Priority.FIRE", POINTS),
    broken(
        "two test the same",
        TESTS,
        'if test is not None and at < test.ends_at:\n        raise Refusal(say("{by} is',
        'if False:\n        raise Refusal(say("{by} is',
        POINTS,
    ),
    broken("a test lasts as long as somebody likes", TESTS, "< hold <= LONGEST_HOLD", "< hold", POINTS),
    broken("a clock that went back prolongs a test", TESTS, "if test.began.at > at:", "if False:", POINTS),
    broken("what has always been so is seen", WALKS, " and known.value != event.value", "", WALKED),
    broken("a walk ends with its controller", WALKS, "    yield walk\n", "", WALKED),
    broken(
        "what was seen is forgotten at a checkpoint",
        WALKS,
        "for (device,), sights in facts.of(SIGHTS):\n        yield",
        "for (device,), sights in ():\n        yield",
        WALKED,
    ),
    broken("an old walk is seen in the new one", WALKS, "facts.set(SIGHTS(device), None)", "pass", WALKED),
    broken("a walk never ends", WALKS, "look.passed(walk.until) or", "False or", WALKED),
    broken(
        "a walk that nobody ended is signed",
        WALKS,
        "Follows(DeviceWalkEnded(at=look.now))",
        "Follows(DeviceWalkEnded(at=look.now, by=walk.by))",
        WALKED,
    ),
    broken(
        "latency counts from the last try", FIGURES, "figures.retries += 1", "self._asked[point] = (event.value, event.at)", COUNTED
    ),
    broken("a stranger ends a line", SCANNING, 'c if c.isprintable() else " "', "c", PROPOSED),
    broken("an id is proposed twice", SCANNING, "            used.add(id_)\n", "", PROPOSED),
)
