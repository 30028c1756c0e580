"""Makes the report of a month, as a program of its own beside the controller: its time and memory are none of the controller's.

What to do comes pickled on the standard input, from the controller itself; what became of it goes out as one line of JSON.
"""

import json
import os
import pickle
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.reports.month import Month
from edge.errors import TalonmiesError
from edge.site import Site

_NICEST = 19


@dataclass(frozen=True, slots=True)
class ReportTask:
    """data: folder of the journal. folder: where the report belongs. now: by the controller's clock."""

    site: Site
    data: Path
    month: Month
    folder: Path
    now: datetime


def main() -> None:
    from api.reports.making import make, read  # here and not in the controller, which imports this module too

    os.nice(_NICEST)
    task = pickle.load(sys.stdin.buffer)  # noqa: S301 (of the controller that started this)
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no message
    try:
        make(read(task.site, task.data, task.month, task.now), task.site, task.data, task.folder)
    except (TalonmiesError, OSError) as error:
        out.write(json.dumps({"failed": str(error)}) + "\n")
    else:
        out.write(json.dumps({"done": True}) + "\n")


if __name__ == "__main__":
    main()
