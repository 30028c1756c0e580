"""`python -m tests.invariants --seeds 0-10000`: random days without end, and how many unlocks nobody may have."""

import argparse
import sys

from tests.invariants.figures import figures, span


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.invariants", description=__doc__)
    parser.add_argument("--seeds", default="0-1000", help="from-to, the last left out; or one alone")
    parser.add_argument("--processes", type=int)
    wish = parser.parse_args()
    shown = 0
    for found, took_s in figures(*span(wish.seeds), processes=wish.processes):
        for _, how in found.broken[shown:]:
            print(how, flush=True)
        shown = len(found.broken)
        if not found.seeds % 500:
            print(f"{found.seeds:,} in {took_s:,.0f} s", file=sys.stderr, flush=True)
    print(f"{found}\n{found.seeds / took_s:.1f} days a second")
    return 1 if found.broken else 0


if __name__ == "__main__":
    sys.exit(main())
