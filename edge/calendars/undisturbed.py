"""Long work on many bookings, in a thread, without the collector of the interpreter coming in."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from rooms.sources.port import Content

_LARGE = 1_000_000


@contextmanager
def undisturbed(content: Content) -> Iterator[None]:
    """For a large content. Counting references frees bookings; the collector would stop all threads to look at each of them.

    What is there afterwards it leaves alone. The little rubbish among that stays until the next start.
    """
    if sum(map(len, content.parts.values())) < _LARGE:
        yield
        return
    gc.collect(1)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
