"""`talonmies reload`: asks the running controller what the changed site file means, shows it, and lets it take over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from edge.errors import Refused, TalonmiesError, Unreachable

_PATIENCE_S = 300.0
"""A large site is proved and run through a week on the simulated clock."""


@dataclass(frozen=True, slots=True)
class Reloading:
    """listen: HOST:PORT of the running controller. language: of what it says."""

    listen: str
    token: str
    language: str

    def look(self) -> dict[str, Any]:
        """As api.models_site_file.SiteFileOut. Raises Unreachable, Refused."""
        return self._ask("GET")

    def take_over(self, digest: str, by: str, reason: str) -> dict[str, Any]:
        """As api.models_site_file.TakenOver. Raises Unreachable, Refused."""
        asked = {"digest": digest, "by": by, **({"reason": reason} if reason else {})}
        return self._ask("POST", asked)

    def _ask(self, method: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language}
        try:
            answer = httpx.request(
                method, f"http://{self.listen}/api/v1/site-file", json=body, headers=headers, timeout=_PATIENCE_S, trust_env=False
            )
            told: dict[str, Any] = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise Unreachable(
                f"No controller answers on {self.listen}: is it running, and is --listen right? ({problem})"
            ) from problem
        except ValueError as problem:
            raise Unreachable(f"What answers on {self.listen} is no Talonmies controller.") from problem
        if answer.is_error:
            raise Refused(str(told.get("detail", answer.status_code)))
        return told


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
