"""What an answer of Microsoft 365 says, before anybody looks at the events in it."""

import json
from typing import Any

from edge.errors import DeviceFault
from edge.text import say
from rooms.sources.port import Failed, Response
from rooms.sources.status import failure_of

_LOST = (b"syncstatenotfound", b"resyncrequired")


class NoAnswer(DeviceFault):
    """The conversation ends here. failed: the answer that it ends in."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.problem.message)
        self.failed = failed


class PlaceLost(NoAnswer):
    """The service no longer knows what it has told and what not: everything has to be asked for again."""


def object_of(response: Response) -> dict[str, Any]:
    """Raises NoAnswer for whatever is no good answer, PlaceLost where that is the reason."""
    body = response.body.lower()
    if response.status == 410 or (400 <= response.status < 500 and any(word in body for word in _LOST)):
        raise PlaceLost(
            Failed(
                say("The calendar's server has lost its place and asks to begin again (status {status})", status=response.status)
            )
        )
    if response.status != 200:
        raise NoAnswer(failure_of(response.status, response.headers))
    return json_object(response)


def json_object(response: Response) -> dict[str, Any]:
    """Raises NoAnswer."""
    try:
        answer = json.loads(response.body)
    except (ValueError, RecursionError) as error:
        raise NoAnswer(nonsense()) from error
    if not isinstance(answer, dict):
        raise NoAnswer(nonsense())
    return answer


def nonsense() -> Failed:
    return Failed(say("The calendar's server answered with something else than a calendar"))
