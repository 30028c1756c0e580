"""What the proof of a building costs, by its size."""

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from bench.houses import EXAMPLE
from edge.proving import prove_site
from edge.site import Site
from edge.site.load import read_site

_TODAY = date(2026, 11, 22)
_WING = 20
"""Rooms around a foyer."""


@dataclass(frozen=True)
class ProofCost:
    """Seconds for a proof with this many faults, without importing what it needs. moments: kinds of them."""

    what: str
    spaces: int
    doors: int
    moments: int
    one_fault_s: float
    two_faults_s: float


def proof_costs(sizes: tuple[int, ...]) -> list[ProofCost]:
    _cost("warm-up", Site.model_validate(wings(20)))
    rows = [_cost(name, read_site(EXAMPLE.with_name(f"{name}.yaml"))) for name in ("joensuu", "pori")]
    return [*rows, *(_cost("wings", Site.model_validate(wings(size))) for size in sizes)]


def _cost(what: str, site: Site) -> ProofCost:
    seconds = []
    for faults in (1, 2):
        began = time.perf_counter()
        proof = prove_site(site, _TODAY, faults)
        seconds.append(time.perf_counter() - began)
        assert proof.holds
    return ProofCost(what, len(site.spaces), len(site.doors), proof.checked["moments"], *seconds)


def wings(spaces: int) -> dict[str, Any]:
    """Foyers with rooms around them, each with two doors, behind one lobby. Every wing has hours of its own, and every tenth room a
    door that nobody watches."""
    rooms = [(wing, room) for wing in range(spaces // (_WING + 1)) for room in range(_WING)]
    foyers = range(spaces // (_WING + 1))
    doors: dict[str, dict[str, Any]] = {
        "entrance": {"from": "outside", "to": "lobby", "unlock": {"hours": "wing-0"}, "fail": "unlocked"},
        "staff": {"from": "outside", "to": "corridor"},
        **{f"foyer-{w}": {"from": "lobby", "to": f"foyer-{w}", "unlock": {"hours": f"wing-{w}"}} for w in foyers},
        **{f"front-{w}-{r}": {"from": f"foyer-{w}", "to": f"room-{w}-{r}", "unlock": "booking"} for w, r in rooms},
        **{f"back-{w}-{r}": {"from": f"room-{w}-{r}", "to": "corridor", "escape": {"forward": "alarmed"}} for w, r in rooms},
    }
    for door in (name for name in doors if name.startswith("back")):
        doors[door]["back"] = "credential"
    lacking = {f"back-{w}-{r}": {"lacks": ["contact"]} for w, r in rooms if r % 10 == 0}
    return {
        "site": {"id": "wings", "name": "Wings"},
        "hours": {f"wing-{w}": {"mon-fri": f"{6 + w % 5}:{w % 6}0-{15 + w % 4}:{w % 5}0"} for w in foyers},
        "spaces": {
            "lobby": {"zone": "public"},
            "corridor": {"zone": "internal"},
            **{f"foyer-{w}": {"zone": "semi-public"} for w in foyers},
            **{f"room-{w}-{r}": {"zone": "semi-public"} for w, r in rooms},
        },
        "doors": doors,
        "connections": {"line": {"protocol": "mqtt"}},
        "devices": {
            f"lock-{name}": {"type": "door-controller", "connection": "line", "door": name, **lacking.get(name, {})}
            for name in doors
        },
        "calendars": {"rooms": {"local": [f"room-{w}-{r}" for w, r in rooms]}},
    }
