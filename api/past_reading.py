"""Two threads of their own for readings of the past: long ones, and many at once, hold up neither calendars nor streams."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

AT_ONCE: Final = 2

P = ParamSpec("P")
T = TypeVar("T")


class PastReading:
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "past")

    async def of(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `read` gives. After the others that wait, where there are more than threads."""
        return await asyncio.wrap_future(self._threads.submit(read, *args, **kwargs))

    def close(self) -> None:
        """What waits is not begun any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
