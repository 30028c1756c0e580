"""Leaves a unit alone that does not answer, longer each time, so that it costs the others on its line little."""

_FIRST_S = 0.5
_LONGEST_S = 5.0


class Breaker:
    """Times are of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._pause_s = 0.0
        self._until = 0.0

    @property
    def suspect(self) -> bool:
        """It did not answer when last asked."""
        return self._pause_s > 0

    @property
    def until(self) -> float:
        """It is not asked before."""
        return self._until

    def answered(self) -> None:
        self._pause_s = self._until = 0.0

    def silent(self, now: float) -> None:
        self._pause_s = min(max(_FIRST_S, self._pause_s * 2), _LONGEST_S)
        self._until = now + self._pause_s
