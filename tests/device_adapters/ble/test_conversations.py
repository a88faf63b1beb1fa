"""What devices are asked, step by step, and what they are never asked."""

from collections.abc import Callable, Container
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from device_adapters.gatt import (
    Frame,
    Identity,
    Listen,
    Memory,
    Profile,
    Read,
    Step,
    Subscribe,
    Write,
    choose,
    profile_for,
    profiles,
)
from hub.errors import StepRefused
from tests.device_adapters.ble.vectors import ADDRESS, frame

NOON = datetime(2026, 5, 12, 18, 53, 43)  # noqa: DTZ001 - the clock on our wall
ALL, LAST = "0101", "0106"

Answer = Callable[[Step], bytes | Frame | None]
"""Carries a step out; raises StepRefused."""


def carried_out(profile: Profile, answer: Answer, memory: Memory | None = None) -> list[Step]:
    """The steps of a conversation, each answered."""
    conversation = profile.converse(Identity(ADDRESS), memory or {}, NOON)
    steps: list[Step] = []
    turn: Callable[[], Step] = partial(conversation.send, None)
    while True:
        try:
            step = turn()
        except StopIteration:
            return steps
        steps.append(step)
        try:
            turn = partial(conversation.send, answer(step))
        except StepRefused as why:
            turn = partial(conversation.throw, why)


class Device:
    """A device that answers each listening with the next of its frames, shown to whoever listens, then is silent."""

    def __init__(
        self, *rounds: list[Frame], reads: dict[str, str] | None = None, refuses: Container[Step] = ()
    ) -> None:
        self._rounds = list(rounds)
        self._reads = reads or {}
        self._refuses = refuses

    def __call__(self, step: Step) -> bytes | Frame | None:
        if step in self._refuses:
            raise StepRefused("a step was refused: WRITE_NOT_PERMITTED")
        match step:
            case Read(characteristic) if characteristic in self._reads:
                return bytes.fromhex(self._reads[characteristic])
            case Listen(done) if self._rounds:
                return next((each for each in self._rounds.pop(0) if done(each)), None)
        return None


def named(service: str) -> Profile:
    """The profile of a service."""
    profile = profile_for(service, Identity(ADDRESS))
    assert profile is not None
    return profile


def written(steps: list[Step]) -> list[str]:
    """What was written, in hex."""
    return [step.payload.hex() for step in steps if isinstance(step, Write)]


def answer(code: int) -> Frame:
    """The end of a report of records."""
    return frame("2a52", bytes((6, 0, 1, code)))


def record(sequence: int) -> Frame:
    """The beginning of a meter's record is enough to know its number."""
    return frame("2a18", bytes((0,)) + sequence.to_bytes(2, "little") + bytes.fromhex("e807011e0c0000"))


METER, SENSOR = named("1808"), named("181f")
SCALES = [named("181d"), named("181b")]
CLOCKED = [*SCALES, named("1810"), named("1809"), named("1822")]


def test_a_meter_nothing_is_known_of_is_asked_for_everything() -> None:
    assert written(carried_out(METER, Device([answer(1)]))) == [ALL]


def test_a_meter_is_asked_for_what_came_since() -> None:
    assert written(carried_out(METER, Device([answer(1)]), {"sequence": 44})) == ["0103012d00"]


def test_records_and_contexts_are_heard_before_anything_is_asked() -> None:
    steps = carried_out(METER, Device([answer(1)]))
    before = steps[: next(n for n, step in enumerate(steps) if isinstance(step, Write))]
    assert [step.characteristic for step in before if isinstance(step, Subscribe)] == ["2a18", "2a34", "2a52"]


@pytest.mark.parametrize("code", [2, 3, 4, 5, 9])
def test_a_meter_that_cannot_choose_is_asked_for_everything(code: int) -> None:
    steps = carried_out(METER, Device([answer(code)], [answer(1)]), {"sequence": 44})
    assert written(steps) == ["0103012d00", ALL]


def test_no_records_is_no_error_and_the_last_record_tells_that_nothing_is_new() -> None:
    steps = carried_out(METER, Device([answer(6)], [record(44), answer(1)]), {"sequence": 44})
    assert written(steps) == ["0103012d00", LAST]


def test_a_meter_that_was_reset_counts_anew_and_is_asked_for_everything() -> None:
    steps = carried_out(METER, Device([answer(6)], [record(3), answer(1)], [answer(1)]), {"sequence": 44})
    assert written(steps) == ["0103012d00", LAST, ALL]


def test_a_meter_emptied_by_its_owner_is_left_alone() -> None:
    steps = carried_out(METER, Device([answer(6)], [answer(6)]), {"sequence": 44})
    assert written(steps) == ["0103012d00", LAST]


def test_after_the_last_number_there_is_the_counting_begins_again() -> None:
    assert written(carried_out(METER, Device([answer(1)]), {"sequence": 0xFFFF})) == [ALL]


@pytest.mark.parametrize("stale", ["06000301", "06000401", "06000307", "0500c201"])
def test_the_answer_to_another_request_is_not_taken_for_this_ones(stale: str) -> None:
    steps = carried_out(METER, Device([frame("2a52", stale), answer(6)], [record(44), answer(1)]), {"sequence": 44})
    assert written(steps) == ["0103012d00", LAST]


@pytest.mark.parametrize("code", [7, 8, 10])
def test_a_meter_that_is_busy_is_left_alone(code: int) -> None:
    assert written(carried_out(METER, Device([answer(code)]), {"sequence": 44})) == ["0103012d00"]


def test_a_meter_that_falls_silent_is_left_after_ten_seconds() -> None:
    steps = carried_out(METER, Device())
    assert steps[-1:] == [step for step in steps if isinstance(step, Listen) and step.idle == timedelta(seconds=10)]


FEATURE, START = "6e8e0119ffff", "ea0707010800000404"


def test_a_sensor_is_asked_for_the_samples_since_in_the_same_session_only() -> None:
    device = {"2aa8": FEATURE, "2aaa": START}
    start = (datetime(2026, 7, 1, 6) - datetime(2000, 1, 1)) // timedelta(minutes=1)  # noqa: DTZ001
    same, another = {"offset": 300, "start": start}, {"offset": 300, "start": start - 14 * 1440}
    assert written(carried_out(SENSOR, Device([answer(1)], reads=device), same)) == ["0103012d01"]
    assert written(carried_out(SENSOR, Device([answer(1)], reads=device), another)) == [ALL]


def test_a_sensor_stays_and_is_heard_after_it_told_what_was_missed() -> None:
    steps = carried_out(SENSOR, Device([answer(1)], reads={"2aa8": FEATURE, "2aaa": START}))
    assert isinstance(steps[-1], Listen)
    assert steps[-1].idle >= timedelta(minutes=10)


def test_a_sensor_whose_session_has_no_start_is_heard_and_not_asked() -> None:
    steps = carried_out(SENSOR, Device(reads={"2aa8": FEATURE, "2aaa": "00000000000000" + "80ff"}))
    assert written(steps) == []
    assert isinstance(steps[-1], Listen)


@pytest.mark.parametrize("reads", [{}, {"2aa8": FEATURE}, {"2aaa": START}])
def test_a_sensor_that_does_not_say_what_places_its_samples_is_left_for_later(reads: dict[str, str]) -> None:
    assert all(isinstance(step, Read) for step in carried_out(SENSOR, Device(reads=reads)))


def test_nothing_is_ever_written_to_a_sensor_but_a_request_for_records() -> None:
    steps = carried_out(SENSOR, Device([answer(4)], [answer(1)], reads={"2aa8": FEATURE, "2aaa": START}))
    assert {step.characteristic for step in steps if isinstance(step, Write)} == {"2a52"}


@pytest.mark.parametrize("profile", CLOCKED, ids=lambda profile: str(profile.name))
def test_a_wrong_clock_is_set_and_a_right_one_left(profile: Profile) -> None:
    wrong, right = Device(reads={"2a2b": "b2070101000000040000"}), Device(reads={"2a2b": "ea07050c12352b020000"})
    assert written(carried_out(profile, wrong)) == ["ea07050c12352b020001"]
    assert written(carried_out(profile, right)) == []
    assert written(carried_out(profile, Device())) == []


@pytest.mark.parametrize("profile", CLOCKED, ids=lambda profile: str(profile.name))
def test_a_device_that_refuses_to_be_set_is_heard_all_the_same(profile: Profile) -> None:
    wrong = {"2a2b": "b2070101000000040000"}
    refusing = Device(reads=wrong, refuses=[Write("2a2b", bytes.fromhex("ea07050c12352b020001"))])
    kinds = [type(step) for step in carried_out(profile, refusing)]
    assert kinds == [type(step) for step in carried_out(profile, Device(reads=wrong))]
    assert kinds[-1] is Listen


def test_a_meter_that_tells_no_contexts_gives_its_records() -> None:
    assert written(carried_out(METER, Device([answer(1)], refuses=[Subscribe("2a34")]))) == [ALL]


def test_a_meter_whose_records_cannot_be_heard_is_asked_for_none() -> None:
    with pytest.raises(StepRefused):
        carried_out(METER, Device(refuses=[Subscribe("2a18")]))


@pytest.mark.parametrize("profile", SCALES, ids=lambda profile: str(profile.name))
@pytest.mark.parametrize("refused", [Subscribe("2a9f"), Write("2a9f", bytes.fromhex("0201a80e"))])
def test_a_scale_that_will_not_hear_who_agreed_is_heard_all_the_same(profile: Profile, refused: Step) -> None:
    steps = carried_out(profile, Device(refuses=[refused]), {"user": 1, "consent": 3752})
    assert steps[-3:-1] == [Subscribe("2a9d"), Subscribe("2a9c")]
    assert isinstance(steps[-1], Listen)


@pytest.mark.parametrize("profile", SCALES, ids=lambda profile: str(profile.name))
def test_a_scale_is_told_who_agreed_before_it_is_heard(profile: Profile) -> None:
    steps = carried_out(profile, Device([frame("2a9f", "200201")]), {"user": 1, "consent": 3752})
    assert written(steps) == ["0201a80e"]
    asked = steps.index(Write("2a9f", bytes.fromhex("0201a80e")))
    assert asked < steps.index(Subscribe("2a9d"))


def test_each_frame_of_an_older_sanitas_is_acknowledged() -> None:
    profile = profile_for("ffe0", Identity(ADDRESS, name="SBF70"))
    assert profile is not None
    steps = carried_out(profile, Device([frame("ffe1", "e75801085e")], [frame("ffe1", "e7590301010000000000000065")]))
    assert written(steps) == ["e7f1580108", "e7f1590301"]


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: str(profile.name))
def test_no_device_is_ever_told_to_delete_anything(profile: Profile) -> None:
    steps = carried_out(profile, Device([answer(6)], [record(3), answer(1)], reads={"2aa8": FEATURE, "2aaa": START}))
    assert not any(step.payload[:1] == b"\x02" for step in steps if isinstance(step, Write))


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: str(profile.name))
def test_what_a_conversation_names_is_what_its_profile_hears(profile: Profile) -> None:
    steps = carried_out(profile, Device(reads={"2aa8": FEATURE, "2aaa": START}))
    named_in = {step.characteristic for step in steps if not isinstance(step, Listen)}
    assert named_in <= set(profile.characteristics)


@pytest.mark.parametrize(
    ("service", "model", "name"),
    [
        ("181b", "MIBFS", None),
        ("181d", "ES-WBE28", "renpho-es-wbe28"),
        ("181d", "BF720", "weight-scale"),
        ("ffe0", "SBF70", "sanitas-sbf70"),
        ("ffe0", "a lamp", None),
        ("f8083532-849e-531c-c594-30f1f86a4ea5", "DexcomXX", None),
    ],
)
def test_the_model_chooses_the_profile_and_some_are_never_connected(service: str, model: str, name: str | None) -> None:
    profile = profile_for(service, Identity(ADDRESS, name=model))
    assert (profile and profile.name) == name


def test_the_profile_of_a_device_with_several_services_is_the_same_in_whatever_order_it_names_them() -> None:
    beurer = Identity(ADDRESS, name="BF720")
    orders = [["181d", "181b", "1808"], ["1808", "181b", "181d"]]
    names = [profile and profile.name for o in orders for profile in [choose(reversed(profiles()), o, beurer)]]
    assert names == ["body-composition-scale"] * 2


def test_of_two_profiles_that_fit_the_one_for_the_model_decides_then_the_first_by_name() -> None:
    general, other = replace(METER, name="a"), replace(METER, name="b")
    for_model = replace(METER, name="c", models=("Contour",))
    contour = Identity(ADDRESS, model="Contour Next")
    assert choose([other, general, for_model], ["1808"], contour) == for_model
    assert choose([other, general, for_model], ["1808"], Identity(ADDRESS)) == general


def test_a_model_that_is_not_to_be_connected_is_not_read_by_a_more_general_layout() -> None:
    assert choose(profiles(), ["181b", "180a"], Identity(ADDRESS, name="MIBFS")) is None
