"""Asking the running controller over its HTTP interface, as the commands of the terminal do."""

from dataclasses import dataclass
from typing import Any

import httpx

from edge.errors import Refused, Unreachable

_USUAL_PATIENCE_S = 10.0


class NotRunning(Unreachable):
    """Nobody listens there at all."""


@dataclass(frozen=True, slots=True)
class Controller:
    """listen: HOST:PORT of the running controller. language: of what it says. patience_s: for one answer."""

    listen: str
    token: str
    language: str = "en"
    patience_s: float = _USUAL_PATIENCE_S

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """path: below the prefix of the interface. Raises NotRunning, Unreachable, Refused (with the controller's own sentence)."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language}
        address = f"http://{self.listen}/api/v1/{path}"
        try:
            answer = httpx.request(method, address, json=body, headers=headers, timeout=self.patience_s, trust_env=False)
            told: dict[str, Any] = answer.json()
        except httpx.ConnectError as problem:
            raise NotRunning(self._silent(problem)) from problem
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise Unreachable(self._silent(problem)) from problem
        except ValueError as problem:
            raise Unreachable(f"What answers on {self.listen} is no Talonmies controller.") from problem
        if answer.is_error:
            raise Refused(str(told.get("detail", answer.status_code)))
        return told

    def _silent(self, problem: Exception) -> str:
        return f"No controller answers on {self.listen}: is it running, and is --listen right? ({problem})"
