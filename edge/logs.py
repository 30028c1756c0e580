"""The log of the programs: for engineers, on standard error, never the place where a user is told something."""

import logging
import sys


def configure(level: int = logging.INFO) -> None:
    """Lines of our own modules from this level; from libraries only what is wrong."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("talonmies").setLevel(level)
    # A calendar that is still being read when its next turn comes is no news: the next turn will do.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
