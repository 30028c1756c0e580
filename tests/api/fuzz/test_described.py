"""Whatever is sent to the interface for programs, in every role: it answers as it is described, and never with a fault of ours.

`EXAMPLES=1000 make soak ARGS=tests/api/fuzz` tries so many of each operation.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from edge.journal import verify
from security.roles import ROLES
from tests.api.conftest import OF_ROLES, TOKEN
from tests.api.fuzz.journaled import House, journaled_house

EXAMPLES = int(os.environ.get("EXAMPLES", "100"))
ANONYMOUS = "nobody"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with journaled_house(tmp_path / "journal") as house:
        yield house
    found = verify(tmp_path / "journal")
    assert found.intact
    assert found.entries == len(house.desk.journal)


def token(role: str) -> str | None:
    return None if role == ANONYMOUS else OF_ROLES.get(role, TOKEN)  # type: ignore[call-overload]


def ask(house: House, runs: Sequence[Mapping[str, Any]]) -> list[dict[str, int]]:
    """How many requests each run made of each operation; all of them were answered as described."""
    wish = {"url": house.url, "description": house.app.openapi(), "runs": runs}
    done = subprocess.run(
        [sys.executable, "-m", "tests.api.fuzz.asking"], input=json.dumps(wish), stdout=subprocess.PIPE, text=True, check=True
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    faults = sorted({fault for answer in answers for fault in answer["faults"]})
    assert not faults, "\n\n".join(faults[:20])
    assert len(answers) == len(runs)
    return [answer["tried"] for answer in answers]


def operations(house: House) -> set[str]:
    """All but the stream, which has no end."""
    described = house.app.openapi()["paths"]
    every = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    return every - {"GET /api/v1/events"}


def test_every_body_is_closed(house: House) -> None:
    """What is not asked for is refused, as misspelled."""
    described = house.app.openapi()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if "requestBody" in operation:
                (content,) = operation["requestBody"]["content"].values()
                name = content["schema"]["$ref"].rpartition("/")[2]
                assert described["components"]["schemas"][name].get("additionalProperties") is False, (method, path)


@pytest.mark.timeout(300)
def test_what_its_description_suggests(house: House) -> None:
    """As the role that may most, so that little is refused before it is looked at."""
    (tried,) = ask(house, [{"token": token("facility-manager"), "phases": {"coverage": 1}}])
    assert tried.keys() >= operations(house)
    assert len(house.desk.journal) > 50, "hardly anything was accepted"


@pytest.mark.timeout(300)
def test_who_may_little_or_nothing_asks_for_everything(house: House) -> None:
    """The other roles in `make soak`: what each may ask, the table of policies and its tests say."""
    runs = [{"token": token(role), "phases": {"fuzzing": 1}} for role in ("clerk", ANONYMOUS)]
    for tried in ask(house, runs):
        assert tried.keys() >= operations(house)


@pytest.mark.soak
@pytest.mark.timeout(12 * 3600)
@pytest.mark.parametrize("role", [*ROLES, ANONYMOUS])
def test_every_role_asks_much_of_everything(house: House, role: str) -> None:
    (tried,) = ask(house, [{"token": token(role), "phases": {"coverage": 1, "fuzzing": EXAMPLES, "stateful": EXAMPLES}}])
    print(f"{role}: {sum(tried.values())} requests, {len(house.desk.journal)} events")
