"""Whether an adapter still hears anything. Pure; times are monotonic seconds.

An adapter can fall silent without a word, and scans on. Then it is switched off and on; if that does not help, people are told.
"""

from collections.abc import Mapping

_MISSED = 3
_LEAST_S = 2.0
_FIRST_AGAIN_S, _LONGEST_AGAIN_S = 15.0, 300.0


class Watchdog:
    """beats_s: by device, how often it is heard while all is well. silent: it stayed silent after it was switched off and on."""

    def __init__(self, beats_s: Mapping[str, float]) -> None:
        self.silent = False
        self._beats_s = beats_s
        self._known: set[str] = set()
        self._since = 0.0
        self._restarts = 0
        self._again_s = _FIRST_AGAIN_S

    def listens(self, now: float) -> None:
        """A scan begins."""
        self._since = max(self._since, now)

    def heard(self, device: str) -> None:
        """One of the devices of the site file."""
        self._known.add(device)

    def lives(self, now: float) -> None:
        """Anything at all was heard, from whomever."""
        self._since, self._restarts, self.silent, self._again_s = now, 0, False, _FIRST_AGAIN_S

    def judge(self, now: float) -> bool:
        """Whether it is to be switched off and on: nothing is heard, although some of the devices were before."""
        if not self._known or now - self._since < self._patience_s:
            return False
        self.silent = self._restarts > 0
        return not self.silent or now - self._since >= self._again_s

    def restarted(self, now: float) -> None:
        self._since = now
        self._restarts += 1
        if self._restarts > 1:
            self._again_s = min(_LONGEST_AGAIN_S, self._again_s * 2)

    @property
    def _patience_s(self) -> float:
        """Three beats of the second quickest: any single one may have been carried away."""
        quickest = sorted(self._beats_s[device] for device in self._known)[:2]
        return max(_LEAST_S, _MISSED * quickest[-1])
