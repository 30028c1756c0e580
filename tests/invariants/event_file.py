"""What an event file of `talonmies simulate` can say of a random day; the calendar is a file of its own there."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.invariants.days import Happening


def event_file(start: datetime, happenings: Iterable[Happening]) -> list[str]:
    """Without restarts, steps of the clock and the broker's line, of which event files know nothing."""
    lines = []
    for happening in happenings:
        t = (start + timedelta(seconds=happening.after)).isoformat()
        lines += [json.dumps({"t": t, **fields}) for fields in _fields(happening)]
    return lines


def _fields(happening: Happening) -> Iterator[dict[str, Any]]:
    match happening.what, happening.args:
        case "act", (fields,):
            yield fields
        case "end_lockdown", (scope, role):
            for action in ("end-lockdown", "confirm-end-lockdown"):
                yield {"operator": role, "role": role, "action": action, "scope": scope}
        case "set", (device, point, value):
            yield {"device": device, "point": point, "value": value}
        case "behave", (device, behaviour):
            yield {"device": device, "behaviour": behaviour}
        case "plug", (device, plugged):
            yield {"device": device, "point": "link", "value": plugged}
        case "press", (button,):
            yield {"device": button, "point": "pressed", "value": True}
        case _:
            pass
