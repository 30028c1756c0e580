"""Ways to break the kernel and its policies on purpose, each with the tests that must notice.

A break is a replacement of text in one file, or of several in several; each text must be there exactly once.
"""

from dataclasses import dataclass

COMMANDS, KERNEL = "edge/commands.py", "edge/kernel.py"
DOORS, PLAN, SLOTS, LIFE = "rooms/doors.py", "rooms/plan.py", "rooms/slots.py", "rooms/life.py"
POLICIES, PRESENCE = "rooms/policies.py", "rooms/presence.py"
OVERRIDES, SCENES = "security/overrides.py", "rooms/scenes.py"
ALARMS, GUARD, SUPERVISION = "security/alarms.py", "security/guard.py", "security/supervision.py"
MODES, MODE_RULES, PREVIEW = "security/modes.py", "security/mode_rules.py", "security/mode_preview.py"
CLUSTERS, TRUTHS, DOOR_ALARMS = "security/clusters.py", "security/doors.py", "security/door_alarms.py"

RECONCILER = ("tests/edge/test_commands.py",)
ENGINE = ("tests/edge/kernel/test_kernel.py",)
RESTART = ("tests/edge/test_controller.py",)
LEASES = ("tests/edge/test_leases.py",)
TABLES = ("tests/drivers/modbus/test_table.py",)
WIRE = ("tests/drivers/modbus/test_wire.py",)
LINE = ("tests/drivers/modbus/test_link.py",)
ROOMS = ("tests/rooms/test_doors.py",)
LIVES = ("tests/rooms/test_life.py",)
BOOKINGS = ("tests/rooms/test_plan.py",)
ALARM_LIST = ("tests/security/test_alarms.py",)
ZONING = ("tests/security/test_guard.py", "tests/security/test_guard_search.py")
RELEASES, OVERRIDING = ("tests/security/test_releases.py",), ("tests/security/test_overrides.py",)
WATCH = ("tests/security/test_supervision.py",)
MODES_HELD, PREVIEWS = ("tests/security/test_modes.py",), ("tests/security/test_mode_preview.py",)
ORDER = ("tests/scenarios/test_order.py",)
DOORS_SEEN = ("tests/security/test_doors.py",)
DOORS_TOLD = ("tests/security/test_door_alarms.py",)


def story(name: str) -> tuple[str, ...]:
    return (f"tests/scenarios/test_scenarios.py::test_story[{name}]",)


LOOKS = ("tests/edge/test_facts.py",)


@dataclass(frozen=True, slots=True)
class Break:
    name: str
    edits: tuple[tuple[str, str, str], ...]
    """File, text, and what stands there instead."""
    tests: tuple[str, ...]


def broken(name: str, path: str, text: str, instead: str, tests: tuple[str, ...]) -> Break:
    return Break(name, ((path, text, instead),), tests)


BREAKS = (
    # Bookings
    broken(
        "a cancellation is ignored",
        PLAN,
        "gone = [b for key, b in before.items() if key not in after and b.end > at - KEPT_AFTER_END]",
        "gone: list[Booking] = []",
        story("cancelled-at-the-last-minute"),
    ),
    broken(
        "a moved booking stays where it was",
        PLAN,
        "if (old := before.get(key)) is not b and old != b]",
        "if key not in before]",
        story("moved-and-shortened"),
    ),
    broken(
        "a booking ends late",
        SLOTS,
        "closes = end + policy.lock_after",
        "closes = end + policy.lock_after + policy.unlock_before",
        story("service-day"),
    ),
    broken(
        "bookings of a silent calendar unlock for ever",
        SLOTS,
        "if not is_trusted(look, site, booking.calendar):",
        "if False:",
        story("held-bookings"),
    ),
    broken("a restart makes held bookings young", PLAN, "read_at=health.read_at)\n    for", "read_at=at)\n    for", RESTART),
    broken(
        "the age of bookings is noted once",
        PLAN,
        "if noted is None or read_at - noted >= every:",
        "if noted is None:",
        BOOKINGS,
    ),
    broken(
        "a calendar that fails cancels everything",
        PLAN,
        "        case _:\n            pass\n\n\ndef changes",
        "        case CalendarFailed(at=at, calendar=calendar):\n"
        "            gone = tuple(known_bookings(facts, site, calendar))\n"
        "            yield BookingsChanged(at=at, calendar=calendar, cancelled=gone)\n\n\ndef changes",
        story("calendar-down"),
    ),
    broken("a tentative booking unlocks", SLOTS, 'booking.verdict == "pending" and not policy.tentative', "False", ROOMS),
    broken("opening hours do not bound bookings", SLOTS, "policy.hours or site.site.hours", "policy.hours", ROOMS),
    broken("a refused booking holds others back", DOORS, '"locked", Priority.REFUSAL', '"locked", Priority.BOOKING', ROOMS),
    Break(
        "presence unlocks",
        (
            (DOORS, "from edge.facts import Look", "from edge.facts import READING, Look"),
            (
                DOORS,
                "        for slot in slots(look, self.site, section.to).near:\n",
                "        for device, found in self.site.devices.items():\n"
                '            if found.space == section.to and (seen := look(READING(device, "present"))) and seen.value:\n'
                '                yield Claim(lock, "unlocked", Priority.HOURS, "hours:presence", say("Somebody is there"))\n'
                "        for slot in slots(look, self.site, section.to).near:\n",
            ),
        ),
        story("presence"),
    ),
    # The life of a room
    broken("a cancelled booking unlocks", SLOTS, 'booking.verdict == "no" or ', "", ROOMS),
    broken("agencies book on every day", SLOTS, "return day_problem(site, booking)", "return None", LIVES),
    broken("the door stays open between two agencies", SLOTS, "a.slot.agency == b.slot.agency", "True", LIVES),
    broken("nobody waits for the official", SLOTS, "slot.waits and not has_come(look, site, slot)", "False", LIVES),
    broken("yesterday's official is here", SLOTS, "came.at >= official_from(look, site, slot)", "True", LIVES),
    broken("who is let in counts as the official", LIFE, "and _was_empty_and_shut(facts, site, event.at, space)", "", LIVES),
    broken("an act outlives its booking's time", SLOTS, "fact.holds_for(booking)", "True", LIVES),
    broken("a released booking unlocks", SLOTS, "end = closes = min(end, released.at)", "pass", LIVES),
    broken("a dead sensor sees nobody", PRESENCE, "look(ONLINE(sensor)) is not True", "False", LIVES),
    broken("one blind sensor is enough", PRESENCE, "any(sight is None for sight in sights)", "False", LIVES),
    broken("a sensor that comes back has watched", PRESENCE, "max(sight.since, sight.watched_since)", "sight.since", LIVES),
    broken("who moves again is the official", LIFE, "max(empty_since, shut_since) + EMPTY_AFTER <= at", "True", LIVES),
    broken("a booking told late is given up", LIFE, "max(slot.booking.start, told_at,", "max(slot.booking.start,", LIVES),
    broken("only the first day of a booking counts", POLICIES, "if lasts_days(site, booking):", "if False:", LIVES),
    broken("a release follows a moved booking", "rooms/stays.py", "booking.start <= self.at and ", "", LIVES),
    broken("weddings are given up", POLICIES, "in _KEPT_EMPTY", "in ()", LIVES),
    broken(
        "a room is extended into the next booking",
        "rooms/desk.py",
        "if _taken(facts, site, room, slot.end, until, but=booking):",
        "if False:",
        LIVES,
    ),
    # Leases and commands
    broken("no lease", "edge/controller.py", 'leased="unlocked" if', "leased=None if", RESTART),
    broken("never locked again", "edge/points.py", 'commanded=True, default="locked")', "commanded=True)", story("service-day")),
    broken("a lease lasts past its reason", COMMANDS, "min(now + span, decision.holds_until)", "now + span", RECONCILER),
    broken(
        "a pulse counts as a lease", "edge/controller.py", "door_controller].pulse * stretch", "door_controller].pulse * 9", LEASES
    ),
    broken(
        "a latch gets a time",
        "edge/controller.py",
        '            return None\n        case "pulse"',
        '            return timing.lease\n        case "pulse"',
        LEASES,
    ),
    broken(
        "a watchdog is fed for nothing",
        "drivers/modbus/unit.py",
        "or not any(end > now for end in self.leases.values())",
        "",
        TABLES,
    ),
    broken("a watchdog is not fed", "drivers/modbus/worker.py", "if food is None or not self._usable(unit):", "if True:", LINE),
    broken(
        "an older order goes out",
        "drivers/modbus/orders.py",
        "if number > self._newest.get(",
        "if number or self._newest.get(",
        LINE,
    ),
    broken(
        "a foreign answer is a value", "drivers/modbus/wire.py", "if answer.function_code != _READS[span.area]:", "if False:", WIRE
    ),
    broken("an answer of any length is one", "drivers/modbus/wire.py", "if len(values) != whole:", "if len(values) < 1:", WIRE),
    broken("a lost unit is not", "drivers/modbus/teller.py", "now - presence.heard_at >= LOST_AFTER_S", "False", LINE),
    broken(
        "a silent unit is asked at once again",
        "drivers/modbus/breaker.py",
        "self._until = now + self._pause_s",
        "self._until = now",
        TABLES,
    ),
    broken("a relay is never let go", "drivers/modbus/worker.py", "self._fall_back(unit, route)", "pass", LINE),
    broken("what was read is not said after an order", "drivers/modbus/reader.py", "anew=route is answering", "anew=False", LINE),
    broken(
        "an order that was not obeyed is not noticed",
        "drivers/modbus/worker.py",
        "shown != write.values[: echo.length]",
        "False",
        LINE,
    ),
    broken(
        "a lease is bounded by anybody's reason",
        COMMANDS,
        "min(now + span, decision.holds_until)",
        "min(now + span, max(c.until for c in (decision.winner, *decision.losers) if c.until))",
        ENGINE,
    ),
    broken(
        "a lease is not shortened with its reason", COMMANDS, "flight.lease_until > decision.holds_until\n", "False\n", RECONCILER
    ),
    broken(
        "a lease is never renewed",
        COMMANDS,
        "return look.passed(flight.lease_until - span * _RENEWED_BEFORE_END)",
        "return False",
        story("service-day"),
    ),
    broken(
        "one lost renewal is too many",
        COMMANDS,
        "_RENEWED_BEFORE_END = 0.7",
        "_RENEWED_BEFORE_END = 0.3",
        RECONCILER,
    ),
    broken(
        "a wish taken back is forgotten",
        COMMANDS,
        "revoked, flight = not flight.confirmed, None",
        "revoked, flight = False, None",
        RECONCILER,
    ),
    broken("an old value confirms", COMMANDS, "or reading.at >= flight.sent_at", "or True", RECONCILER),
    broken("a reason that has ended still unlocks", COMMANDS, "and look.passed(decision.holds_until)", "and False", RECONCILER),
    broken(
        "overdue is never told",
        COMMANDS,
        "overdue = look.lasted(flight.first_sent_at, timing.confirm_within)",
        "overdue = False",
        story("a-key-in-the-lock"),
    ),
    broken(
        "a disobedient device is asked without rest",
        COMMANDS,
        "self.first_retry * (1 << min(tries - 1, 10))",
        "self.first_retry",
        RECONCILER,
    ),
    broken("a device is commanded before it has reported", COMMANDS, " or not (reading.good or blind):", ":", RECONCILER),
    broken("a lost device is commanded", COMMANDS, "if online is False or ", "if ", RECONCILER),
    broken("what was reported before a restart counts as new", KERNEL, "event.at, good=live)", "event.at)", RESTART),
    broken(
        "an old epoch",
        KERNEL,
        "decision.value, start.epoch, next(self._seq)",
        "decision.value, 1, next(self._seq)",
        story("restart-in-the-middle"),
    ),
    broken("one number for all commands", KERNEL, "start.epoch, next(self._seq)", "start.epoch, 1", ENGINE),
    # The engine
    broken("a refused unlock still wins", KERNEL, "if refused is None or w.value != wishes[0].value", "if True", ENGINE),
    broken("a claim made twice stays", KERNEL, "        if conclusion not in unlike:\n", "        if True:\n", ENGINE),
    broken(
        "a broken rule keeps its claims",
        KERNEL,
        "                conclusions = (Condition(RULE_FAILED",
        "                conclusions = (*node.conclusions, Condition(RULE_FAILED",
        ENGINE,
    ),
    broken(
        "the weakest claim wins",
        "edge/claims.py",
        "return (claim.priority,",
        "return (-claim.priority,",
        ("tests/edge/test_claims.py",),
    ),
    broken(
        "another reason makes a value young",
        KERNEL,
        "since = known.since if known is not None and known.value == winner.value else now",
        "since = known.since if same and known is not None else now",
        ENGINE,
    ),
    broken("a policy is not asked again in time", "edge/facts.py", "            self.wake = t\n", "            pass\n", LOOKS),
    broken("a policy is asked again at its last instant", "edge/facts.py", "t < self.wake:", "t > self.wake:", LOOKS),
    broken("reading a fact is not noted", "edge/facts.py", "        self.reads[key] = None\n", "", LOOKS),
    # Zoning
    broken("no guard", GUARD, "        found = self._clusters[cluster]\n", "        return {}\n", ZONING),
    broken("a door held open is overlooked", TRUTHS, 'say("{door} is held open", door=Ref(door)), True', "say(''), False", ZONING),
    broken(
        "an unknown door counts as locked", TRUTHS, 'has not reported yet", door=named), True', 'has", door=named), False', ZONING
    ),
    broken("a door that fell open is overlooked", TRUTHS, 'if self.site.doors[door].fail == "unlocked":', "if False:", ZONING),
    broken(
        "a forced door is overlooked",
        TRUTHS,
        'say("{door} was opened while locked", door=Ref(door)), True',
        "say(''), False",
        ZONING,
    ),
    broken(
        "a door out of service counts as locked", TRUTHS, 'is out of service", door=named), True', 'is", door=named), False', ZONING
    ),
    broken(
        "a door is judged by its own state",
        CLUSTERS,
        "if any(step.door == but and not step.always for step in steps):",
        "if False:",
        ZONING,
    ),
    broken(
        "a granted door is not counted",
        GUARD,
        "            self._reach.open(door)\n",
        "",
        ZONING,
    ),
    broken(
        "the guard forgets who is more urgent",
        GUARD,
        "return (wishes[point][0].priority, known is None",
        "return (0, known is None",
        ZONING,
    ),
    broken("free handles are overlooked", CLUSTERS, 'opening or door.back in ("free", "button")', "opening", ZONING),
    broken("exit buttons are overlooked", CLUSTERS, 'door.back in ("free", "button")', 'door.back == "free"', ZONING),
    broken("the guard refuses fire", GUARD, "why = None if _is_emergency(wish) else ", "why = ", ZONING),
    broken("fire waits for doors that say nothing", GUARD, "if not emergency and any(", "if any(", ZONING),
    broken(
        "what fire opens is not counted",
        GUARD,
        "        if why is None:\n",
        "        if why is None and not _is_emergency(wish):\n",
        ZONING,
    ),
    broken("no interlock", GUARD, "other in self._open), None)", "False), None)", ZONING),
    broken("an interlock forgets what it granted", GUARD, "            self._open.setdefault(door, granted)\n", "", ZONING),
    broken(
        "an interlock lets a leaf stand open", GUARD, "self._open = {**standing, **passable}", "self._open = dict(passable)", ZONING
    ),
    broken("anything unlocks a door", GUARD, 'if wish.cause.partition(":")[0] in JUSTIFIED:', "if True:", ZONING),
    broken("a restart locks booked doors", GUARD, "if not emergency and any(", "if False and any(", RESTART),
    # Panic and alarms
    broken("a panic loses to a booking", "edge/claims.py", "PANIC = 5", "PANIC = 13", story("panic-outranks-booking")),
    broken("a panic is over when it was seen", ALARMS, "if changed.type != PANIC and not changed.active and", "if", ALARM_LIST),
    broken("every report is another alarm", ALARMS, " if press not in (facts(PRESSES(button)) or ()):", ":", ALARM_LIST),
    broken(
        "a press is remembered until its alarm is resolved",
        ALARMS,
        "        left = tuple(",
        "        facts.set(PRESSES(alarm.subject), None)\n        left = tuple(",
        ALARM_LIST,
    ),
    broken("a restart forgets alarms", ALARMS, "alarms = tuple(alarm for _, alarm in facts.of(ALARM))", "alarms = ()", RESTART),
    broken(
        "a restart forgets presses",
        ALARMS,
        "presses = {button: ids for (button,), ids in facts.of(PRESSES)}",
        "presses = {}",
        RESTART,
    ),
    broken("a restart begins numbers anew", ALARMS, "last_number=facts(LAST_NUMBER()) or 0", "last_number=0", ALARM_LIST),
    broken(
        "what has ended leaves unseen",
        ALARMS,
        "not changed.active and changed.acknowledged_at is not None",
        "not changed.active",
        ALARM_LIST,
    ),
    broken(
        "what was seen leaves while it holds",
        ALARMS,
        "changed.type != PANIC and not changed.active and",
        "changed.type != PANIC and",
        ALARM_LIST,
    ),
    broken(
        "anybody's old view acknowledges", ALARMS, "if version is not None and version != alarm.version:", "if False:", ALARM_LIST
    ),
    # People are told
    broken(
        "a silent button is not missed",
        SUPERVISION,
        "self.heartbeats and look.passed(heard + self.silence_allowed(device))",
        "False",
        WATCH,
    ),
    broken(
        "a loss ends with a restart",
        SUPERVISION,
        "lost_before = look(ACTIVE(lost_type, device)) is not None",
        "lost_before = False",
        WATCH,
    ),
    broken(
        "disobedience is told anew after a restart",
        SUPERVISION,
        "if decision is None or look(ONLINE(point.device)) is False:",
        "if True:",
        RESTART,
    ),
    broken("any report excuses an opened door", TRUTHS, "opened - asked.since > max", "opened - asked.at > max", DOORS_SEEN),
    broken("force is not seen", TRUTHS, 'section.back == "free" or lock is None', "True or lock is None", DOORS_TOLD),
    broken(
        "a door open before it was locked was forced",
        TRUTHS,
        " or max(lock.since, decision.since) > opened",
        "",
        DOORS_SEEN,
    ),
    broken("a loose contact is an alarm each time", TRUTHS, "if told is not None and (", "if False and (", DOORS_TOLD),
    broken(
        "our own unlock was a hand's", TRUTHS, 'decision.value == "unlocked" or lock.since <= decision.since', "False", DOORS_SEEN
    ),
    broken(
        "a door may stand open",
        DOOR_ALARMS,
        "if look.lasted(begin, section.held_open):",
        "if False:",
        story("held-open-back-door"),
    ),
    broken("nobody is warned", DOOR_ALARMS, "elif section.held_open_warning and", "elif False and", DOORS_TOLD),
    broken(
        "a card is called force",
        TRUTHS,
        'contact is None or not self.site.senses(door, "read-back") or decision',
        "contact is None or decision",
        DOORS_TOLD,
    ),
    broken(
        "a loss clears the alarm of a door",
        DOOR_ALARMS,
        "        for kind in _OF_A_LEAF:\n",
        "        for kind in ():\n",
        DOORS_TOLD,
    ),
    broken(
        "a door out of service raises alarms",
        DOOR_ALARMS,
        "truth.state is not DoorState.OUT_OF_SERVICE and decision",
        "decision",
        DOORS_TOLD,
    ),
    broken("a battery flaps", SUPERVISION, "charge <= BATTERY_GOOD_ABOVE if told is not None else ", "", WATCH),
    # Releases
    broken(
        "a release for ten hours",
        "security/releases.py",
        "timedelta(minutes=10)",
        "timedelta(hours=10)",
        RELEASES,
    ),
    broken("a release never ends", "security/releases.py", "not look.passed(released.until)", "True", story("staff-release")),
    broken(
        "a release is promised in a lockdown",
        "security/releases.py",
        '    require_no_stronger(site, facts, door, "unlocked")\n',
        "",
        story("release-in-lockdown-refused"),
    ),
    broken("a broken door is released", "security/releases.py", "    require_in_service(facts, at, door)\n", "", RELEASES),
    # Overrides and scenes
    broken("an override never ends", OVERRIDES, "not look.passed(overridden.until)", "True", story("override-ends-by-itself")),
    broken("an override for a year", OVERRIDES, "if until > latest:", "if False:", OVERRIDING),
    broken(
        "a guard unlocks by an override",
        OVERRIDES,
        '"override-unlocked" if value == "unlocked" else "override-locked"',
        '"override-locked"',
        OVERRIDING,
    ),
    broken(
        "an override outlasts its door's service",
        OVERRIDES,
        "            facts.set(OVERRIDE(event.door), None)\n        case DoorTakenBack",
        "        case DoorTakenBack",
        OVERRIDING,
    ),
    broken("a restart forgets overrides", "edge/controller.py", "            *overrides.kept(facts, at),\n", "", RESTART),
    broken("a scene stays open", SCENES, "slot.end + scene.after", "slot.end + 2 * scene.after", story("wedding-scene")),
    broken("any booking plays the scene", SCENES, "return not scene.policies or", "return True or", story("wedding-scene")),
    broken(
        "a stopped scene begins again", SCENES, "stopped is not None and slot.opens <= stopped.at", "False", story("wedding-scene")
    ),
    broken("a scene opens whatever is in its way", SCENES, "hindrance is None)", "True)", ("tests/rooms/test_scenes.py",)),
    # Fire, evacuation and lockdown
    broken("a lockdown loses to a release", "edge/claims.py", "LOCKDOWN = 3", "LOCKDOWN = 9", ORDER),
    broken("a lockdown outranks fire", "edge/claims.py", "FIRE = 1", "FIRE = 4", ORDER),
    broken("a restart drops a lockdown", MODES, "*(began for _, began in facts.of(MODE)), ", "", MODES_HELD),
    broken("a lockdown ends in one step", MODES, "if asked is None or not _fresh(asked, at):", "if False:", MODES_HELD),
    broken("what was asked holds for ever", MODES, "timedelta(0) <= at - asked.at <= ASKED_HOLDS", "True", MODES_HELD),
    broken(
        "what was asked counts for the next lockdown",
        MODES,
        "            facts.set(END_ASKED(event.mode, event.scope), None)\n",
        "",
        MODES_HELD,
    ),
    broken("anybody ends a mode", MODES, "    roles.require(role, _ENDS[known])\n", "", MODES_HELD),
    broken("fire ends while the panel calls", MODES, "reading.value is True and", "False and", MODES_HELD),
    broken("the silence of a fire panel opens doors", MODES, ' if site.security.fire_loss == "release"', "", MODES_HELD),
    broken("fire begins again and again", MODES, 'if facts(MODE("fire", SITE)) is not None:', "if False:", MODES_HELD),
    broken(
        "a zone's border has one side", MODE_RULES, "!= (site.zone_of(section.to)", "and not (site.zone_of(section.to)", MODES_HELD
    ),
    broken("escape doors stay locked in a fire", MODE_RULES, 'section.kind == "escape" or ', "", MODES_HELD),
    broken(
        "a preview forgets the guard's consequences",
        PREVIEW,
        '            Rule("truth", list(locks), DoorTruths(site).truth),\n',
        "",
        PREVIEWS,
    ),
    broken("a preview trusts doors that do not obey", PREVIEW, "if flight is not None and flight.overdue:", "if False:", PREVIEWS),
)
