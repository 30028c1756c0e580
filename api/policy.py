"""Who may ask for what: every route of the controller with the roles that it lets in. A route that stands not here is not built.

The gate asks this before a route sees the request. What a role may do at a door or with an alarm besides, `security.roles` says.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from fastapi import APIRouter
from starlette.routing import BaseRoute, Route, compile_path

from api.sessions import Caller
from edge.errors import OurFault
from edge.site.fields import Role
from security.roles import MAY, ROLES, Action

ANYBODY: Final = "anybody"
THIS_COMPUTER: Final = "anybody on this computer"
"""Programs on the same computer; from elsewhere the roles below."""
Policy = frozenset[Role] | Literal["anybody", "anybody on this computer"]
RouteId = tuple[str, str]
"""Method and path, with names of its parts."""

EVERY_ROLE: Final = frozenset(ROLES)
READERS: Final[frozenset[Role]] = EVERY_ROLE - {"clerk"}
"""A clerk sees the rooms of the own agency and the bulletins for it, and nothing else."""
MINDS_ROOMS: Final[frozenset[Role]] = frozenset(("guard", "lobby-host", "facility-manager"))

MINDS_MASKING: Final[frozenset[Role]] = READERS - {"guard"}
"""Guards are told by alarms what is wrong with it."""

MEETS_CUSTOMERS: Final[frozenset[Role]] = frozenset(("guard", "lobby-host", "facility-manager", "clerk"))
"""Who answers customers that wait; a clerk those of the own agency."""


READS_REPORTS: Final[frozenset[Role]] = frozenset(("facility-manager", "auditor"))


def _may(*actions: Action) -> frozenset[Role]:
    """Whoever may do one of these."""
    return frozenset[Role]().union(*(MAY[action] for action in actions))


_OVERRIDE: Final = _may("override-locked", "override-unlocked")
_BEGIN: Final = _may("lockdown", "evacuation")
_END: Final = _may("end-lockdown", "end-evacuation", "end-fire")

POLICIES: Final[Mapping[RouteId, Policy]] = {
    ("GET", "/healthz"): ANYBODY,
    ("GET", "/readyz"): ANYBODY,
    ("GET", "/metrics"): THIS_COMPUTER,
    ("GET", "/sign-in"): ANYBODY,
    ("POST", "/sign-in"): ANYBODY,
    ("POST", "/sign-in/sealed"): ANYBODY,
    ("POST", "/sign-in/panel"): ANYBODY,
    ("GET", "/sign-in/provider"): ANYBODY,
    ("GET", "/sign-in/callback"): ANYBODY,
    ("GET", "/relief/{token}"): ANYBODY,
    ("POST", "/relief/{token}"): ANYBODY,
    ("POST", "/sign-out"): EVERY_ROLE,
    # --- pages ---
    ("GET", "/"): READERS,
    ("GET", "/overview"): READERS,
    ("GET", "/keys"): READERS,
    ("GET", "/quiet"): READERS,
    ("GET", "/alarms"): READERS,
    ("GET", "/alarms/figures"): READERS,
    ("GET", "/alarms/{number}"): READERS,
    ("GET", "/alarms/{number}/past"): READERS,
    ("GET", "/alarms/{number}/{deed}"): READERS,
    ("GET", "/release"): READERS,
    ("GET", "/override"): READERS,
    ("GET", "/drills"): READERS,
    ("GET", "/drills/now"): READERS,
    ("GET", "/drills/{began}/report"): READERS,
    ("GET", "/devices"): READERS,
    ("GET", "/devices/{device}"): READERS,
    ("GET", "/device-scans"): _may("test-point"),
    ("GET", "/device-scans/now"): _may("test-point"),
    ("GET", "/device-walks"): READERS,
    ("GET", "/device-walks/now"): READERS,
    ("GET", "/device-walks/{began}/report"): READERS,
    ("GET", "/rooms"): EVERY_ROLE,
    ("GET", "/rooms/{room}"): EVERY_ROLE,
    ("GET", "/rooms/{room}/move"): MINDS_ROOMS,
    ("GET", "/host"): READERS,
    ("GET", "/site-file"): READERS,
    ("GET", "/arrive"): ANYBODY,
    ("POST", "/arrive"): ANYBODY,
    ("GET", "/arrive/{number}"): ANYBODY,
    ("GET", "/arrivals"): EVERY_ROLE,
    ("GET", "/displays"): READERS,
    ("GET", "/displays/{display}"): READERS,
    ("GET", "/doors"): READERS,
    ("GET", "/doors/{door}"): READERS,
    ("GET", "/modes"): READERS,
    ("GET", "/plans/{storey}.svg"): READERS,
    ("GET", "/terminals"): EVERY_ROLE,
    ("GET", "/terminals/record"): EVERY_ROLE,
    ("GET", "/bulletins"): EVERY_ROLE,
    ("GET", "/shift"): READERS,
    ("GET", "/ceremonies"): READERS,
    ("GET", "/ceremonies/{ceremony}"): READERS,
    ("GET", "/ceremonies/{ceremony}/{checklist}/{item}/untick"): READERS,
    ("GET", "/masking"): MINDS_MASKING,
    ("GET", "/masking/change"): _may("quiet-masking"),
    ("GET", "/console/events"): EVERY_ROLE,
    ("GET", "/reports"): READS_REPORTS,
    # --- their forms ---
    ("POST", "/console/alarms/acknowledge"): _may("acknowledge"),
    ("POST", "/console/alarms/{number}/acknowledge"): _may("acknowledge"),
    ("POST", "/console/alarms/{number}/claim"): _may("claim"),
    ("POST", "/console/alarms/{number}/note"): _may("note"),
    ("POST", "/console/alarms/{number}/resolve"): _may("resolve"),
    ("POST", "/console/alarms/{number}/transfer"): _may("transfer"),
    ("POST", "/console/alarms/{number}/shelve"): _may("shelve"),
    ("POST", "/console/alarms/{number}/escalate"): _may("escalate"),
    ("POST", "/console/alarms/{number}/call"): _may("escalate"),
    ("POST", "/console/unshelve"): _may("shelve"),
    ("POST", "/console/sound-test"): _may("acknowledge"),
    ("POST", "/console/doors/release"): _may("release"),
    ("POST", "/console/doors/override"): _OVERRIDE,
    ("POST", "/console/drills"): _may("walk-test"),
    ("POST", "/console/drills/end"): _may("walk-test"),
    ("POST", "/console/drills/{button}/confirm"): _may("walk-test"),
    ("POST", "/console/devices/{device}/{point}/test"): _may("test-point"),
    ("POST", "/console/devices/{device}/{point}/test/end"): _may("test-point"),
    ("POST", "/console/device-walks"): _may("walk-test"),
    ("POST", "/console/device-walks/end"): _may("walk-test"),
    ("POST", "/console/device-scans"): _may("test-point"),
    ("POST", "/console/device-scans/end"): _may("test-point"),
    ("POST", "/console/rooms/book"): MINDS_ROOMS,
    ("POST", "/console/rooms/{room}/allow"): MINDS_ROOMS,
    ("POST", "/console/rooms/{room}/cancel"): MINDS_ROOMS,
    ("POST", "/console/rooms/{room}/faults"): MINDS_ROOMS,
    ("POST", "/console/rooms/{room}/mended"): MINDS_ROOMS,
    ("POST", "/console/rooms/{room}/move"): MINDS_ROOMS,
    ("POST", "/console/rooms/{room}/{tap}"): MINDS_ROOMS,
    ("POST", "/console/doors/{door}/release"): _may("release"),
    ("POST", "/console/doors/{door}/release/end"): _may("release"),
    ("POST", "/console/doors/{door}/override"): _OVERRIDE,
    ("POST", "/console/doors/{door}/override/end"): _OVERRIDE,
    ("POST", "/console/doors/{door}/out-of-service"): _may("out-of-service"),
    ("POST", "/console/doors/{door}/out-of-service/end"): _may("out-of-service"),
    ("POST", "/console/modes/begin"): _BEGIN,
    ("POST", "/console/modes/end-request"): _END,
    ("POST", "/console/modes/end"): _END,
    ("POST", "/console/site-file"): _may("reload"),
    ("POST", "/console/arrivals"): MEETS_CUSTOMERS,
    ("POST", "/console/arrivals/{arrival}/answer"): MEETS_CUSTOMERS,
    ("POST", "/console/arrivals/{arrival}/met"): MEETS_CUSTOMERS,
    ("POST", "/console/public-notices"): _may("post-bulletin"),
    ("POST", "/console/public-notices/{number}/end"): _may("post-bulletin"),
    ("POST", "/console/terminals/{terminal}/lend"): _may("lend-terminal"),
    ("POST", "/console/terminals/{terminal}/lend/end"): _may("lend-terminal"),
    ("POST", "/console/bulletins"): _may("post-bulletin"),
    ("POST", "/console/bulletins/{number}/end"): _may("post-bulletin"),
    ("POST", "/console/bulletins/{number}/read"): _may("read-bulletin"),
    ("POST", "/console/shift/hand-over"): _may("hand-over"),
    ("POST", "/console/shift/receive"): _may("hand-over"),
    ("POST", "/console/ceremonies/{ceremony}/tick"): _may("tick"),
    ("POST", "/console/ceremonies/{ceremony}/untick"): _may("tick"),
    ("POST", "/console/ceremonies/{ceremony}/delay"): _may("play-scene"),
    ("POST", "/console/ceremonies/{ceremony}/begin"): _may("play-scene"),
    ("POST", "/console/ceremonies/{ceremony}/open-early"): _may("play-scene"),
    ("POST", "/console/masking/quiet"): _may("quiet-masking"),
    ("POST", "/console/masking/hearing"): _may("quiet-masking"),
    ("POST", "/console/masking/spaces/{room}/end"): _may("quiet-masking"),
    ("POST", "/console/masking/relief"): _may("quiet-masking"),
    ("POST", "/console/masking/desks/{desk}/end"): _may("quiet-masking"),
    ("POST", "/console/masking/level"): _may("set-masking"),
    ("POST", "/console/masking/units/{device}/end"): _may("set-masking"),
    ("POST", "/console/masking/desks/{desk}/link"): _may("set-masking"),
    ("POST", "/console/masking/desks/{desk}/link/end"): _may("set-masking"),
    ("POST", "/console/reports"): _may("make-report"),
    # --- programs: what is known ---
    ("GET", "/api/v1/openapi.json"): EVERY_ROLE,
    ("GET", "/api/v1/site"): READERS,
    ("GET", "/api/v1/spaces"): READERS,
    ("GET", "/api/v1/doors"): READERS,
    ("GET", "/api/v1/doors/{door}"): READERS,
    ("GET", "/api/v1/modes"): READERS,
    ("GET", "/api/v1/modes/preview"): READERS,
    ("GET", "/api/v1/scenes"): READERS,
    ("GET", "/api/v1/points"): READERS,
    ("GET", "/api/v1/devices"): READERS,
    ("GET", "/api/v1/devices/{device}"): READERS,
    ("GET", "/api/v1/devices/{device}/troubles"): READERS,
    ("GET", "/api/v1/device-walks"): READERS,
    ("GET", "/api/v1/device-scans"): _may("test-point"),
    ("GET", "/api/v1/rooms"): EVERY_ROLE,
    ("GET", "/api/v1/rooms/{room}"): EVERY_ROLE,
    ("GET", "/api/v1/bookings"): EVERY_ROLE,
    ("GET", "/api/v1/terminals"): EVERY_ROLE,
    ("GET", "/api/v1/terminals/record"): EVERY_ROLE,
    ("GET", "/api/v1/terminals/record.csv"): EVERY_ROLE,
    ("GET", "/api/v1/calendars"): READERS,
    ("GET", "/api/v1/alarms"): READERS,
    ("GET", "/api/v1/alarms/{number}"): READERS,
    ("GET", "/api/v1/alarms/past"): READERS,
    ("GET", "/api/v1/alarms/past.csv"): READERS,
    ("GET", "/api/v1/alarms/figures"): READERS,
    ("GET", "/api/v1/alarms/groups"): READERS,
    ("GET", "/api/v1/alarms/quiet"): READERS,
    ("GET", "/api/v1/alarms/{number}/escalation"): READERS,
    ("GET", "/api/v1/drills"): READERS,
    ("GET", "/api/v1/notices"): READERS,
    ("GET", "/api/v1/bulletins"): EVERY_ROLE,
    ("GET", "/api/v1/arrivals"): EVERY_ROLE,
    ("GET", "/api/v1/public-notices"): READERS,
    ("GET", "/api/v1/shift"): READERS,
    ("GET", "/api/v1/ceremonies"): READERS,
    ("GET", "/api/v1/ceremonies/{ceremony}"): READERS,
    ("GET", "/api/v1/privacy"): READERS,
    ("GET", "/api/v1/masking"): READERS,
    ("GET", "/api/v1/events"): READERS,
    ("GET", "/api/v1/site-file"): READERS,
    ("GET", "/api/v1/reports"): READS_REPORTS,
    ("GET", "/api/v1/reports/{month}/{file}"): READS_REPORTS,
    # --- programs: what is done ---
    ("POST", "/api/v1/doors/{door}/release"): _may("release"),
    ("DELETE", "/api/v1/doors/{door}/release"): _may("release"),
    ("POST", "/api/v1/doors/{door}/release/end"): _may("release"),
    ("POST", "/api/v1/doors/{door}/override"): _OVERRIDE,
    ("DELETE", "/api/v1/doors/{door}/override"): _OVERRIDE,
    ("POST", "/api/v1/doors/{door}/out-of-service"): _may("out-of-service"),
    ("DELETE", "/api/v1/doors/{door}/out-of-service"): _may("out-of-service"),
    ("POST", "/api/v1/devices/{device}/points/{point}/test"): _may("test-point"),
    ("POST", "/api/v1/devices/{device}/points/{point}/test/end"): _may("test-point"),
    ("POST", "/api/v1/device-walks"): _may("walk-test"),
    ("POST", "/api/v1/device-walks/end"): _may("walk-test"),
    ("POST", "/api/v1/device-scans"): _may("test-point"),
    ("POST", "/api/v1/device-scans/end"): _may("test-point"),
    ("POST", "/api/v1/modes"): _BEGIN,
    ("POST", "/api/v1/modes/end-request"): _may("end-lockdown"),
    ("POST", "/api/v1/modes/end"): _END,
    ("POST", "/api/v1/scenes/{scene}/play"): _may("play-scene"),
    ("DELETE", "/api/v1/scenes/{scene}/play"): _may("play-scene"),
    ("POST", "/api/v1/rooms/{room}/arrive"): MINDS_ROOMS,
    ("POST", "/api/v1/rooms/{room}/keep"): MINDS_ROOMS,
    ("POST", "/api/v1/rooms/{room}/release"): MINDS_ROOMS,
    ("POST", "/api/v1/rooms/{room}/extend"): MINDS_ROOMS,
    ("POST", "/api/v1/rooms/{room}/help"): MINDS_ROOMS,
    ("POST", "/api/v1/rooms/{room}/help/answer"): MINDS_ROOMS,
    ("POST", "/api/v1/rooms/{room}/help/end"): MINDS_ROOMS,
    ("POST", "/api/v1/rooms/{room}/faults"): MINDS_ROOMS,
    ("POST", "/api/v1/rooms/{room}/faults/mended"): MINDS_ROOMS,
    ("POST", "/api/v1/rooms/{room}/move"): MINDS_ROOMS,
    ("POST", "/api/v1/rooms/{room}/allow"): MINDS_ROOMS,
    ("POST", "/api/v1/rooms/{room}/bookings"): MINDS_ROOMS,
    ("DELETE", "/api/v1/rooms/{room}/bookings/{uid}"): MINDS_ROOMS,
    ("POST", "/api/v1/alarms/{number}/acknowledge"): _may("acknowledge"),
    ("POST", "/api/v1/alarms/{number}/claim"): _may("claim"),
    ("POST", "/api/v1/alarms/{number}/note"): _may("note"),
    ("POST", "/api/v1/alarms/{number}/transfer"): _may("transfer"),
    ("POST", "/api/v1/alarms/{number}/resolve"): _may("resolve"),
    ("POST", "/api/v1/alarms/{number}/shelve"): _may("shelve"),
    ("POST", "/api/v1/alarms/{number}/shown"): _may("acknowledge"),
    ("POST", "/api/v1/alarms/{number}/escalate"): _may("escalate"),
    ("POST", "/api/v1/alarms/{number}/call"): _may("escalate"),
    ("POST", "/api/v1/alarms/unshelve"): _may("shelve"),
    ("POST", "/api/v1/devices/{device}/out-of-service"): _may("out-of-service"),
    ("DELETE", "/api/v1/devices/{device}/out-of-service"): _may("out-of-service"),
    ("POST", "/api/v1/drills"): _may("walk-test"),
    ("POST", "/api/v1/drills/end"): _may("walk-test"),
    ("POST", "/api/v1/drills/{button}/confirm"): _may("walk-test"),
    ("POST", "/api/v1/arrivals"): MEETS_CUSTOMERS,
    ("POST", "/api/v1/arrivals/queue"): MINDS_ROOMS,
    ("POST", "/api/v1/arrivals/{arrival}/answer"): MEETS_CUSTOMERS,
    ("POST", "/api/v1/arrivals/{arrival}/met"): MEETS_CUSTOMERS,
    ("POST", "/api/v1/public-notices"): _may("post-bulletin"),
    ("POST", "/api/v1/public-notices/{number}/end"): _may("post-bulletin"),
    ("POST", "/api/v1/terminals/{terminal}/lend"): _may("lend-terminal"),
    ("POST", "/api/v1/terminals/{terminal}/lend/end"): _may("lend-terminal"),
    ("POST", "/api/v1/bulletins"): _may("post-bulletin"),
    ("POST", "/api/v1/bulletins/{number}/end"): _may("post-bulletin"),
    ("POST", "/api/v1/bulletins/{number}/read"): _may("read-bulletin"),
    ("POST", "/api/v1/shift/hand-over"): _may("hand-over"),
    ("POST", "/api/v1/shift/receive"): _may("hand-over"),
    ("POST", "/api/v1/ceremonies/{ceremony}/tick"): _may("tick"),
    ("POST", "/api/v1/ceremonies/{ceremony}/untick"): _may("tick"),
    ("POST", "/api/v1/ceremonies/{ceremony}/delay"): _may("play-scene"),
    ("POST", "/api/v1/ceremonies/{ceremony}/begin"): _may("play-scene"),
    ("POST", "/api/v1/ceremonies/{ceremony}/open-early"): _may("play-scene"),
    ("POST", "/api/v1/masking/spaces/{room}/quiet"): _may("quiet-masking"),
    ("POST", "/api/v1/masking/spaces/{room}/hearing"): _may("quiet-masking"),
    ("POST", "/api/v1/masking/spaces/{room}/end"): _may("quiet-masking"),
    ("POST", "/api/v1/masking/units/{device}/level"): _may("set-masking"),
    ("POST", "/api/v1/masking/units/{device}/end"): _may("set-masking"),
    ("POST", "/api/v1/masking/desks/{desk}/relief"): _may("quiet-masking"),
    ("POST", "/api/v1/masking/desks/{desk}/relief/end"): _may("quiet-masking"),
    ("POST", "/api/v1/site-file"): _may("reload"),
    ("POST", "/api/v1/reports"): _may("make-report"),
}

OF_A_PANEL: Final[frozenset[RouteId]] = frozenset(
    {
        ("GET", "/rooms/{room}"),
        ("GET", "/console/events"),
        ("POST", "/console/rooms/book"),
        ("POST", "/console/rooms/{room}/faults"),
        ("POST", "/console/rooms/{room}/{tap}"),
        ("GET", "/api/v1/rooms/{room}"),
        ("POST", "/api/v1/rooms/{room}/arrive"),
        ("POST", "/api/v1/rooms/{room}/keep"),
        ("POST", "/api/v1/rooms/{room}/release"),
        ("POST", "/api/v1/rooms/{room}/extend"),
        ("POST", "/api/v1/rooms/{room}/help"),
        ("POST", "/api/v1/rooms/{room}/help/end"),
        ("POST", "/api/v1/rooms/{room}/faults"),
        ("POST", "/api/v1/rooms/{room}/bookings"),
    }
)
"""What the bearer of a token for one room may ask, if its role may too. Of which room, the routes say."""
OF_A_DISPLAY: Final[frozenset[RouteId]] = frozenset({("GET", "/displays/{display}"), ("GET", "/console/events")})
"""The same for one display."""

_PATTERNS: Final = {route: compile_path(route[1])[0] for route in POLICIES}


def require_declared(routes: Iterable[BaseRoute], prefix: str = "") -> None:
    """Raises OurFault for a route without a row."""
    for route in _of_all_routers(routes, prefix):
        if route not in POLICIES:
            raise OurFault(f"The route {' '.join(route)} has no row in api/policy.py: say who may ask it.")


def _of_all_routers(routes: Iterable[BaseRoute], prefix: str) -> Iterator[RouteId]:
    for route in routes:
        if isinstance(route, Route):
            yield from ((method, prefix + route.path) for method in (route.methods or set()) - {"HEAD"})
            continue
        inner, context = getattr(route, "original_router", None), getattr(route, "include_context", None)
        if not isinstance(inner, APIRouter) or context is None:
            raise OurFault(f"A route of another kind can have no policy: {route!r}")
        yield from _of_all_routers(inner.routes, prefix + context.prefix)


def policies_of(method: str, path: str) -> list[tuple[RouteId, Policy]]:
    """The rows that fit a request: more than one where a name could stand for a word, and then all of them count."""
    asked = "GET" if method == "HEAD" else method
    return [(route, POLICIES[route]) for route, pattern in _PATTERNS.items() if route[0] == asked and pattern.match(path)]


def methods_at(path: str) -> list[str]:
    """What may be asked at an address, by whomever."""
    return sorted({method for (method, _), pattern in _PATTERNS.items() if pattern.match(path)})


def is_open(method: str, path: str) -> bool:
    found = policies_of(method, path)
    return bool(found) and all(policy == ANYBODY for _, policy in found)


def is_no_method_of_what_is_open(method: str, path: str) -> bool:
    """Whoever may ask something else at this address is told that it takes no such method, and not to sign in for it."""
    return not policies_of(method, path) and any(is_open(other, path) for other in methods_at(path))


def open_here(method: str, path: str) -> bool:
    """To programs on the same computer."""
    found = policies_of(method, path)
    return bool(found) and all(policy == THIS_COMPUTER for _, policy in found)


def admitted(caller: Caller, method: str, path: str) -> bool:
    """Whether the caller may ask this, as far as that shows in the address. What is at no address is left to the application."""
    found = policies_of(method, path)
    if caller.is_screen:
        own = OF_A_PANEL if caller.room is not None else OF_A_DISPLAY
        if any(policy != ANYBODY and route not in own for route, policy in found):
            return False
    return all(isinstance(policy, str) or caller.role in policy for _, policy in found)


def roles_for(method: str, path: str) -> frozenset[Role]:
    """Those whom somebody may ask who is not admitted."""
    return EVERY_ROLE.intersection(*(policy for _, policy in policies_of(method, path) if not isinstance(policy, str)))
