"""How often somebody may try, on a clock that stands until it is moved."""

from api.tries import MOST_KEYS, Tries, place_of


def test_the_first_tries_are_free_then_pauses_double_and_at_last_the_span_counts() -> None:
    now = [0.0]
    tries = Tries(lambda: now[0], most=10, free=3, longest_pause_s=600)
    pauses = []
    for _ in range(10):
        now[0] += tries.wait_s("x")
        tries.note("x")
        pauses.append(tries.wait_s("x"))
    assert pauses[:9] == [0, 0, 1, 2, 4, 8, 16, 32, 64]
    assert pauses[9] == 900 - now[0]
    now[0] = 900.0
    assert tries.wait_s("x") < 900 - 127
    assert tries.wait_s("y") == 0


def test_what_was_right_is_not_held_against_anybody() -> None:
    tries = Tries(lambda: 0.0, most=2, free=2, longest_pause_s=1)
    for _ in range(5):
        assert tries.wait_s("x") == 0
        tries.note("x")
        tries.take_back("x")
    tries.note("x")
    tries.note("x")
    assert tries.wait_s("x") == 900
    tries.forget("x")
    assert tries.wait_s("x") == 0


def test_names_without_end_fill_no_memory() -> None:
    tries = Tries(lambda: 0.0, most=10, free=3, longest_pause_s=600)
    for number in range(MOST_KEYS + 100):
        tries.note(str(number))
    assert len(tries) == MOST_KEYS


def test_a_network_of_ipv6_is_one_place() -> None:
    assert place_of("2001:db8::1") == place_of("2001:db8::ffff:1") != place_of("2001:db8:0:1::1")
    assert place_of("192.0.2.1") != place_of("192.0.2.2")
    assert place_of("unknown") == "unknown"
