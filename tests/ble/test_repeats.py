"""What was said already is known, for as long as it is repeated, and no longer."""

from device_adapters.ble.repeats import Repeats

WEIGHING = ("AA:BB:CC:DD:EE:FF", "181d", b"\x01")
ANOTHER = ("AA:BB:CC:DD:EE:FF", "181d", b"\x02")


def test_the_first_is_new_and_its_repeats_are_not() -> None:
    repeats = Repeats(quiet=60, most=10)
    assert [repeats.knows(WEIGHING, at) for at in (0, 1, 59)] == [False, True, True]


def test_a_repeat_starts_the_time_again() -> None:
    repeats = Repeats(quiet=60, most=10)
    assert [repeats.knows(WEIGHING, at) for at in (0, 50, 100, 160)] == [False, True, True, False]


def test_other_bytes_are_new() -> None:
    repeats = Repeats(quiet=60, most=10)
    assert [repeats.knows(WEIGHING, 0), repeats.knows(ANOTHER, 1), repeats.knows(WEIGHING, 2)] == [False, False, True]


def test_the_same_bytes_of_another_device_are_new() -> None:
    repeats = Repeats(quiet=60, most=10)
    assert not repeats.knows(WEIGHING, 0)
    assert not repeats.knows(("11:22:33:44:55:66", *WEIGHING[1:]), 0)


def test_what_was_forgotten_is_new() -> None:
    repeats = Repeats(quiet=60, most=10)
    repeats.knows(WEIGHING, 0)
    repeats.forget(WEIGHING)
    assert not repeats.knows(WEIGHING, 1)


def test_only_so_many_are_remembered_the_latest() -> None:
    repeats = Repeats(quiet=60, most=2)
    for payload in (b"1", b"2", b"3"):
        repeats.knows(("A", "181d", payload), 0)
    assert repeats.knows(("A", "181d", b"3"), 1)
    assert not repeats.knows(("A", "181d", b"1"), 1)
