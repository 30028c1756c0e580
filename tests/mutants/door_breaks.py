"""Breaks of what holds doors and zones: modes, overrides, releases, scenes, roles, the doubted clock, the guard, the proof."""

from tests.mutants.breaks import (
    CLUSTERS,
    DOORS_SEEN,
    MODE_RULES,
    MODES,
    MODES_HELD,
    OVERRIDES,
    OVERRIDING,
    RELEASES,
    RESTART,
    SCENES,
    TRUTHS,
    ZONING,
    broken,
    story,
)

CLOCK, CONTROLLER, DOUBT, RELEASING = "edge/clock.py", "edge/controller.py", "security/doubt.py", "security/releases.py"
ROLES, PASSAGES, WAIVER, EGRESS = (
    "security/roles.py",
    "security/proof/passages.py",
    "security/proof/waiver.py",
    "security/proof/egress.py",
)

DAYS = ("tests/invariants/test_random_days.py",)
SET_BACK = ("tests/security/test_set_back.py",)
MATRIX = ("tests/invariants/test_roles.py",)
CLOCKS = ("tests/edge/test_clock.py",)
DOUBTED = ("tests/security/test_doubt.py",)
SCENES_PLAYED = ("tests/rooms/test_scenes.py",)
PROVED, WAIVED = ("tests/security/proof/test_properties.py",), ("tests/security/proof/test_waiver.py",)

DOOR_BREAKS = (
    # Lockdown, evacuation and fire
    broken("a lockdown of the building is ignored", MODE_RULES, '    yield "lockdown", SITE\n', "", DAYS),
    broken("a lockdown of a door is ignored", MODE_RULES, '    yield "lockdown", door_scope(door)\n', "", MODES_HELD),
    broken("a lockdown of a zone is ignored", MODE_RULES, "        if crosses(site, door, zone):\n", "        if False:\n", DAYS),
    broken(
        "a lazy lockdown",
        MODE_RULES,
        "        if began is not None and device is not None:\n",
        '        wait = __import__("datetime").timedelta(minutes=1)\n'
        "        if began is not None and device is not None and (began.mode != 'lockdown' or look.lasted(began.at, wait)):\n",
        DAYS,
    ),
    broken(
        "a lockdown locks in",
        "edge/points.py",
        '"exit-request", bool, durable=True',
        '"exit-request", bool, durable=True, commanded=True, default=False',
        DAYS,
    ),
    broken("an evacuation opens nothing", MODE_RULES, '        yield "evacuation", SITE\n', "", DAYS),
    broken("fire opens every door", MODE_RULES, "    if is_escape(site, door):\n", "    if True:\n", DAYS),
    broken("a restart forgets modes", CONTROLLER, "            *modes.kept(facts, at),\n", "", MODES_HELD),
    broken("anybody begins a mode", MODES, "    roles.require(role, _BEGINS[known])\n", "", DAYS),
    broken("a person begins a fire", MODES, '    if known == "fire":\n        raise', "    if False:\n        raise", MODES_HELD),
    broken("an evacuation of one door", MODES, '    if mode != "lockdown":\n', "    if False:\n", MODES_HELD),
    broken("an evacuation is asked to end", MODES, '    if known != "lockdown":\n', "    if False:\n", MODES_HELD),
    # Overrides and releases
    broken("an override loses to a booking", OVERRIDES, "value, Priority.OVERRIDE,", "value, Priority.HOURS,", DAYS),
    broken("a door out of service opens", OVERRIDES, '"locked", DOOR_OUT_OF_SERVICE', '"unlocked", DOOR_OUT_OF_SERVICE', DAYS),
    broken("a door never comes back", OVERRIDES, "not look.passed(taken_out.until)", "True", OVERRIDING),
    broken("an override without a reason", OVERRIDES, "why, latest = reason_given(reason),", "why, latest = reason,", OVERRIDING),
    broken(
        "an override of the past",
        OVERRIDES,
        "    _require_ahead(at, until)\n    if until > latest",
        "    if until > latest",
        OVERRIDING,
    ),
    broken(
        "an override unlocks an escape door",
        OVERRIDES,
        '    if value == "unlocked":\n        require_unlockable(site, door)\n',
        "",
        OVERRIDING,
    ),
    broken(
        "an override is promised in a lockdown", OVERRIDES, "    require_no_stronger(site, facts, door, value)\n", "", OVERRIDING
    ),
    broken("anybody ends an override", OVERRIDES, '    require(role, "override-locked")\n', "", OVERRIDING),
    broken("anybody takes a door out", OVERRIDES, '    require(role, "out-of-service")\n    why', "    why", OVERRIDING),
    broken("anybody takes a door back", OVERRIDES, '    require(role, "out-of-service")\n    if not', "    if not", OVERRIDING),
    broken("a door out of service is overridden", OVERRIDES, "    require_in_service(facts, at, door)\n", "", OVERRIDING),
    broken(
        "an ended override holds",
        OVERRIDES,
        "        case OverrideEnded():\n            facts.set(OVERRIDE(event.door), None)\n",
        "        case OverrideEnded():\n            pass\n",
        OVERRIDING,
    ),
    broken("anybody releases", RELEASING, '    require(role, "release")\n', "", DAYS),
    broken("anybody ends a release", RELEASING, '    require(role, "override-locked")\n', "", RELEASES),
    broken("a release without a reason", RELEASING, "    why = reason_given(reason)\n", "    why = reason\n", RELEASES),
    broken("an escape door is released", RELEASING, "    require_unlockable(site, door)\n", "", RELEASES),
    broken("a release outlasts its door's service", RELEASING, "ReleaseEnded() | DoorTakenOut():", "ReleaseEnded():", RELEASES),
    broken("a restart forgets releases", CONTROLLER, "            *releases.kept(facts, at),\n", "", RESTART),
    broken(
        "a clock set back releases again",
        RELEASING,
        "                if released.at > at:\n",
        "                if False:\n",
        SET_BACK,
    ),
    broken(
        "a clock set back overrides again",
        OVERRIDES,
        "                if overridden.at > at and ",
        "                if False and ",
        SET_BACK,
    ),
    broken("a clock set back plays again", SCENES, "                if played.at > at:\n", "                if False:\n", SET_BACK),
    broken(
        "a clock set back keeps a leaf young",
        "edge/kernel.py",
        "since = min(known.since, event.at) if",
        "since = known.since if",
        SET_BACK,
    ),
    # Scenes
    broken(
        "a played scene never ends",
        SCENES,
        'that changes."""\n    played = look(PLAYED(scene))\n    if played is not None and not look.passed(played.until):',
        'that changes."""\n    played = look(PLAYED(scene))\n    if played is not None:',
        DAYS,
    ),
    broken("a scene is played for days", SCENES, "at < until <= at + LONGEST_PLAY", "at < until", SCENES_PLAYED),
    broken(
        "a scene begins early",
        SCENES,
        "slot.booking.start - scene.before",
        "slot.booking.start - 2 * scene.before",
        story("wedding-scene"),
    ),
    broken("a stop leaves what was played", SCENES, "            facts.set(PLAYED(event.scene), None)\n", "", SCENES_PLAYED),
    broken(
        "a scene opens every door",
        SCENES,
        "for scene in site.doors[door].unlock.scenes if device",
        "for scene in site.scenes if device",
        DAYS,
    ),
    broken("a restart forgets scenes", CONTROLLER, "            *scenes.kept(facts, at),\n", "", RESTART),
    # Who may
    broken(
        "a host unlocks by an override",
        ROLES,
        '"override-unlocked": frozenset((_MANAGER,))',
        '"override-unlocked": frozenset((_MANAGER, _HOST))',
        MATRIX,
    ),
    broken(
        "a host ends a lockdown",
        ROLES,
        '"end-lockdown": frozenset((_GUARD, _MANAGER))',
        '"end-lockdown": frozenset((_GUARD, _HOST, _MANAGER))',
        MATRIX,
    ),
    broken(
        "an installer releases",
        ROLES,
        '"release": frozenset((_GUARD, _HOST, _MANAGER))',
        '"release": frozenset((_GUARD, _HOST, _MANAGER, "installer"))',
        MATRIX,
    ),
    broken(
        "a guard plays scenes",
        ROLES,
        '"play-scene": frozenset((_HOST, _MANAGER))',
        '"play-scene": frozenset((_HOST, _MANAGER, _GUARD))',
        MATRIX,
    ),
    broken("nobody is refused", ROLES, "    if role not in MAY[action]:\n", "    if False:\n", MATRIX),
    # The clock
    broken(
        "time is never in doubt",
        DOUBT,
        "if jump is None or jump.at > look.now or look.lasted(jump.at, DOUBTED_FOR):",
        "if True:",
        DOUBTED,
    ),
    broken("a doubt of a second", DOUBT, "DOUBTED_FOR = timedelta(seconds=60)", "DOUBTED_FOR = timedelta(seconds=1)", DOUBTED),
    broken(
        "a doubt locks what is open",
        DOUBT,
        'decision.value != "unlocked" or decision.winner.priority not in _BY_TIME',
        "True",
        DOUBTED,
    ),
    broken("a booking follows on a release in doubt", DOUBT, " or decision.winner.priority not in _BY_TIME", "", DOUBTED),
    broken("a jump is believed at once", CLOCK, "steady - self._doubted[1] >= self.BELIEVED_AFTER_S", "True", CLOCKS),
    broken("a clock set back is followed", CLOCK, "elif ahead > 0 and steady", "elif steady", CLOCKS),
    broken("time goes backward", CLOCK, "self._last = max(self._last, self._seconds())", "self._last = self._seconds()", CLOCKS),
    # The guard, and what it knows of doors
    broken(
        "an interlock looks one way", "edge/site/model.py", "                both.setdefault(other, {})[name] = None\n", "", ZONING
    ),
    broken("interlocked doors are judged apart", CLUSTERS, "for other in site.interlocks.get(name, ())", "for other in ()", ZONING),
    broken(
        "unlocked when it was lost counts as locked",
        TRUTHS,
        'unlocked when it lost its controller", door=named), True',
        'unlocked when it lost its controller", door=named), False',
        DOORS_SEEN,
    ),
    broken(
        "open when it was lost counts as closed",
        TRUTHS,
        'was open when it lost its controller", door=named), True',
        'was open when it lost its controller", door=named), False',
        DOORS_SEEN,
    ),
    broken(
        "a key is overlooked",
        TRUTHS,
        'was unlocked by hand", door=Ref(door)), True',
        'was unlocked by hand", door=Ref(door)), False',
        DOORS_SEEN,
    ),
    broken("semi-public rooms are judged apart", CLUSTERS, "if site.zone_of(space) == SEMI_PUBLIC]", "if False]", DAYS),
    # Devices
    broken(
        "a device obeys an older command",
        "drivers/virtual/model.py",
        "if (order.epoch, order.seq) <= self._newest.get(point, (-1, -1)):",
        "if False:",
        ("tests/drivers/virtual/test_device.py",),
    ),
    # The proof
    broken("the proof overlooks buttons", PASSAGES, 'pressed = door.back == "button" and not opening', "pressed = False", PROVED),
    broken("the proof overlooks handles", PASSAGES, 'back_free = opening or door.back == "free"', "back_free = opening", PROVED),
    broken("the proof overlooks scenes", PASSAGES, "for scene in door.unlock.scenes:", "for scene in ():", PROVED),
    broken("the proof overlooks hours", PASSAGES, "if door.unlock.hours is not None:", "if False:", PROVED),
    broken("the proof overlooks bookings", PASSAGES, "if door.unlock.booking and (bounds", "if False and (bounds", PROVED),
    broken(
        "the proof trusts buttons without power", EGRESS, "(passage.pressed if powered else falls_open)", "passage.pressed", PROVED
    ),
    broken(
        "the proof overlooks what a lockdown leaves open",
        EGRESS,
        "        if passage.always and into_internal:\n",
        "        if False:\n",
        PROVED,
    ),
    broken("a waiver needs no name", WAIVER, "bool(self.by.strip() and self.because.strip()) and ", "", WAIVED),
    broken("a waiver waives everything", WAIVER, " and finding.id in self.ids", "", WAIVED),
    broken("a waiver lasts over the next start", WAIVER, "            facts.set(WAIVED(), None)\n", "            pass\n", WAIVED),
)
