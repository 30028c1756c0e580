"""How often somebody may try: so many times within a span, with pauses that grow. Its size is bounded, whoever tries what."""

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

MOST_KEYS: Final = 4096
"""The key that was not tried for longest makes room."""


class Tries:
    """clock: steady seconds. most: tries within `window_s`; None: any number. free: tries without a pause; then each pause is
    double the one before, from a second up to `longest_pause_s`."""

    def __init__(
        self, clock: Callable[[], float], *, most: int | None, free: int, longest_pause_s: float, window_s: float = 900.0
    ) -> None:
        self._clock = clock
        self._most = most
        self._free = free
        self._longest_pause_s = longest_pause_s
        self._window_s = window_s
        self._kept = most or 64
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Seconds until this key may be tried; 0 for now."""
        now, tries = self._clock(), self._recent(key)
        if not tries:
            return 0.0
        until = tries[0] + self._window_s if self._most is not None and len(tries) >= self._most else now
        if len(tries) >= self._free:
            until = max(until, tries[-1] + min(2.0 ** (len(tries) - self._free), self._longest_pause_s))
        return max(until - now, 0.0)

    def note(self, key: str) -> None:
        """It is being tried."""
        tries = self._recent(key)
        tries.append(self._clock())
        self._tries[key] = tries
        self._tries.move_to_end(key)
        while len(self._tries) > MOST_KEYS:
            self._tries.popitem(last=False)

    def take_back(self, key: str) -> None:
        """The last try was none: it was right."""
        if tries := self._tries.get(key):
            tries.pop()

    def forget(self, key: str) -> None:
        self._tries.pop(key, None)

    def __len__(self) -> int:
        return len(self._tries)

    def _recent(self, key: str) -> deque[float]:
        tries = self._tries.get(key)
        if tries is None:
            return deque(maxlen=self._kept)
        while tries and tries[0] + self._window_s <= self._clock():
            tries.popleft()
        return tries


def place_of(address: str) -> str:
    """Whoever has one address of IPv6 has a whole network of them."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(known) if known.version == 4 else str(ipaddress.ip_network((known, 64), strict=False))
