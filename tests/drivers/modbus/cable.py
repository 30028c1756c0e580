"""A serial cable between two pseudo-terminals; both ends are device files."""

import os
import select
import threading
import tty
from typing import Self


class Cable:
    """ends: the device files. cut: while set, octets are lost on the way."""

    def __init__(self) -> None:
        self.cut = threading.Event()
        pairs = [os.openpty() for _ in range(2)]
        for _, slave in pairs:
            tty.setraw(slave)
        self.ends = tuple(os.ttyname(slave) for _, slave in pairs)
        self._masters = [master for master, _ in pairs]
        self._slaves = [slave for _, slave in pairs]
        self._ending, self._end = os.pipe()
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._end, b".")
        self._thread.join()
        for descriptor in (*self._masters, *self._slaves, self._ending, self._end):
            os.close(descriptor)

    def _carry(self) -> None:
        one, other = self._masters
        to = {one: other, other: one}
        while True:
            ready, _, _ = select.select([*to, self._ending], [], [])
            if self._ending in ready:
                return
            for end in ready:
                octets = os.read(end, 1024)
                if not self.cut.is_set():
                    os.write(to[end], octets)
