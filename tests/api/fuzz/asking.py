"""`python -m tests.api.fuzz.asking`: makes many requests of a served application, and tells where it did not answer as described.

Takes one line of JSON with `url`, `description` (OpenAPI) and `runs`, each with a `token` (null: none) and `phases` with their
numbers of examples; prints a line for each run: how many requests of each operation, and the faults. A program of its own, because
the library leaves connections open and patches what it needs.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import schemathesis
import schemathesis.transport.requests
from schemathesis.engine import events, from_schema

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "ignored_auth",
    "unsupported_method",
    "allow_header_conformance",
)
"""Not among them: that what fits the description is accepted. Whether a booking may be made, its description cannot say."""
OF_METHODS = ("unsupported_method", "allow_header_conformance")
STREAM = "/api/v1/events"
"""Has no end to wait for."""
A_NUMBER_OR_A_WORD = "/api/v1/alarms/unshelve"
"""With another method it is asked for as an alarm, whose number is not one."""

# It counts connections only to repeat a request whose connection was dropped, and asks for that what the `urllib3` that another
# package puts in place of the real one has not.
schemathesis.transport.requests._count_opened_connections = lambda session: 0  # noqa: ARG005


def settings(url: str, token: str | None, phases: Mapping[str, int]) -> schemathesis.Config:
    def phase(name: str) -> dict[str, Any]:
        generation = {} if name == "coverage" else {"generation": {"max-examples": phases.get(name, 1)}}
        return {"enabled": name in phases, **generation}

    described = {
        "seed": 20261122,
        "base-url": url,
        "headers": {} if token is None else {"Authorization": f"Bearer {token}"},
        "request-timeout": 10,
        "generation": {"database": "none", "deterministic": True},
        "phases": {name: phase(name) for name in ("examples", "coverage", "fuzzing", "stateful")},
        "checks": {"enabled": False, **{check: {"enabled": True} for check in CHECKS}},
        "operations": [
            {"include-path": STREAM, "enabled": False},
            {"include-path": A_NUMBER_OR_A_WORD, "checks": {check: {"enabled": False} for check in OF_METHODS}},
        ],
    }
    return schemathesis.Config.from_dict(described)


def ask(url: str, description: dict[str, Any], token: str | None, phases: Mapping[str, int]) -> tuple[Counter[str], set[str]]:
    schema = schemathesis.openapi.from_dict(description, config=settings(url, token, phases))
    tried: Counter[str] = Counter()
    faults: set[str] = set()
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            faults.add(repr(event))
        if isinstance(event, events.ScenarioFinished):
            tried.update(node.value.operation.label for node in event.recorder.cases.values())
            faults.update(_faults(event))
    return tried, faults


def _faults(event: events.ScenarioFinished) -> Iterator[str]:
    for case, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                label = event.recorder.cases[case].value.operation.label
                yield f"{label}: {check.name}: {check.failure_info.failure}\n{check.failure_info.code_sample[:500]}"


if __name__ == "__main__":
    wish = json.loads(sys.stdin.readline())
    for run in wish["runs"]:
        tried, faults = ask(wish["url"], wish["description"], run["token"], run["phases"])
        print(json.dumps({"tried": tried, "faults": sorted(faults)}), flush=True)
