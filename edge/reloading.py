"""`talonmies reload`: asks the running controller what the changed site file means, shows it, and lets it take over."""

from collections.abc import Callable
from typing import Any

from edge.asking import Controller
from edge.errors import Refused, TalonmiesError

_PATIENCE_S = 300.0
"""A large site is proved and run through a week on the simulated clock."""


class Reloading:
    """listen: HOST:PORT of the running controller. language: of what it says."""

    def __init__(self, listen: str, token: str, language: str) -> None:
        self._controller = Controller(listen, token, language, _PATIENCE_S)

    def look(self) -> dict[str, Any]:
        """As api.models_site_file.SiteFileOut. Raises Unreachable, Refused."""
        return self._controller.ask("GET", "site-file")

    def take_over(self, digest: str, by: str, reason: str) -> dict[str, Any]:
        """As api.models_site_file.TakenOver. Raises Unreachable, Refused."""
        asked = {"digest": digest, "by": by, **({"reason": reason} if reason else {})}
        return self._controller.ask("POST", "site-file", asked)


class Declined(TalonmiesError):
    """The person at the terminal did not want it."""


def reload(
    controller: Reloading, digest: str, by: str, reason: str, show: Callable[[str], None], agreed: Callable[[], bool]
) -> bool:
    """Shows what would change, and lets it take over if somebody agrees. digest: of the file as it lies here.

    Whether it runs now; otherwise a second person is awaited. Raises Unreachable, Refused, Declined.
    """
    seen = controller.look()
    if seen["digest"] != digest:
        raise Refused("The controller runs from another file than this one: give the one that it was started with.")
    for told in (*seen["problems"], *seen["remarks"]):
        show(told)
    if not seen["fit"]:
        raise Refused("It cannot take over; what runs goes on untouched.")
    if not seen["changed"]:
        show("Nothing has changed.")
        return True
    for told in seen["difference"] or ("No door behaves differently in the coming week.",):
        show(told)
    if not agreed():
        raise Declined("Nothing was changed.")
    answer = controller.take_over(digest, by, reason)
    show(answer["told"])
    return bool(answer["runs"])
