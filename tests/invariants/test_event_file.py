"""What is printed of a day that went wrong is understood by `talonmies simulate`."""

from edge.rehearsal import read_happenings
from tests.invariants.buildings import site_of
from tests.invariants.event_file import event_file
from tests.invariants.lives import drawn


def test_event_files_of_random_days_are_understood() -> None:
    for seed in range(8):
        life = drawn(seed)
        lines = event_file(life.start, life.happenings)
        assert len(list(read_happenings(site_of(life.sections), lines))) == len(lines) > 10
