"""The clock doubts jumps: decision 0005."""

from datetime import UTC, datetime, timedelta

from edge.clock import FastClock, SystemClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Sources:
    """A wall clock that somebody may set, and a steady count that nobody can."""

    def __init__(self) -> None:
        self.wall_s = NOON.timestamp()
        self.steady_s = 1000.0
        self.clock = SystemClock(lambda: self.wall_s, lambda: self.steady_s)

    def pass_time(self, seconds: float) -> None:
        self.wall_s += seconds
        self.steady_s += seconds

    def elapsed(self) -> float:
        return (self.clock.now() - NOON).total_seconds()


def test_small_corrections_are_followed_and_are_no_news() -> None:
    sources = Sources()
    sources.pass_time(10)
    sources.wall_s += 1.5
    assert sources.elapsed() == 11.5
    assert sources.clock.take_jump() is None


def test_a_small_correction_backward_never_makes_time_run_backward() -> None:
    sources = Sources()
    sources.pass_time(10)
    before = sources.clock.now()
    sources.wall_s -= 1.5
    assert sources.clock.now() == before
    sources.pass_time(2)
    assert sources.elapsed() == 10.5


def test_a_jump_forward_is_believed_only_when_it_lasts() -> None:
    sources = Sources()
    sources.wall_s += 86_400
    assert sources.elapsed() == 0
    assert sources.clock.take_jump() == 86_400
    sources.pass_time(59)
    assert sources.elapsed() == 59
    sources.pass_time(2)
    assert sources.elapsed() == 86_400 + 61
    assert sources.clock.take_jump() is None


def test_a_spell_of_wrong_time_changes_nothing() -> None:
    sources = Sources()
    sources.wall_s += 3600
    assert sources.elapsed() == 0
    sources.pass_time(30)
    sources.wall_s -= 3600
    assert sources.elapsed() == 30
    sources.pass_time(60)
    assert sources.elapsed() == 90


def test_a_jump_backward_is_told_once_and_never_believed() -> None:
    sources = Sources()
    sources.pass_time(600)
    assert sources.elapsed() == 600
    sources.wall_s -= 7200
    for _ in range(10):
        before = sources.clock.now()
        sources.pass_time(60)
        assert sources.clock.now() == before + timedelta(seconds=60)
    assert sources.clock.take_jump() == -7200
    assert sources.clock.take_jump() is None


def test_a_second_jump_is_told_again() -> None:
    sources = Sources()
    sources.wall_s += 3600
    sources.clock.now()
    assert sources.clock.take_jump() == 3600
    sources.wall_s += 3600
    sources.clock.now()
    assert sources.clock.take_jump() == 7200


def test_a_suspended_machine_has_not_jumped() -> None:
    sources = Sources()
    sources.pass_time(8 * 3600)
    assert sources.elapsed() == 8 * 3600
    assert sources.clock.take_jump() is None


def test_two_fast_clocks_of_the_same_origin_agree() -> None:
    one, other = FastClock(60.0, NOON), FastClock(60.0, NOON)
    assert abs((one.now() - other.now()).total_seconds()) < 1
    ahead = one.now() + timedelta(hours=1)
    assert 55 < one.seconds_until(ahead) <= 60
