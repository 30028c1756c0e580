"""Ways to break what holds in the first seconds after a start, and what an old copy of a calendar may bring back."""

from tests.mutants.breaks import KERNEL, Break, broken

UNDERSTANDING = "rooms/understanding.py"
FIRST_SECONDS = ("tests/edge/kernel/test_first_seconds.py",)
MERGED = ("tests/rooms/test_bookings.py",)

RESTART_BREAKS: tuple[Break, ...] = (
    broken(
        "an unlock from before a start keeps its old end",
        KERNEL,
        "                self._keep(point, look)\n",
        "                pass\n",
        FIRST_SECONDS,
    ),
    broken(
        "a door that fell locked is unlocked before it is judged",
        KERNEL,
        "if reading is not None and reading.good and reading.value != self._points[point].leased:",
        "if False:",
        FIRST_SECONDS,
    ),
    broken(
        "an old copy brings back what was moved and cancelled",
        UNDERSTANDING,
        "if identity not in before and _is_older(",
        "if False and _is_older(",
        MERGED,
    ),
    broken("an old copy is refused only once", UNDERSTANDING, "bookings.update((each.identity, each) for", "list(each for", MERGED),
    broken(
        "who cancels one time cancels the series",
        UNDERSTANDING,
        'if booking.whole and booking.status == "CANCELLED" and',
        'if booking.status == "CANCELLED" and',
        MERGED,
    ),
    broken("what is known as booked is refused as old", UNDERSTANDING, "if identity not in before and _is", "if _is", MERGED),
    broken("an old version revives a cancelled booking", UNDERSTANDING, " or new.revision >= known.revision:", " or True:", MERGED),
)
