"""Whatever the bytes, a session answers with measurements or a DecodeError, at once, and never with a false number."""

import math
from collections.abc import Iterable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_adapters.described import DESCRIBED, describe
from device_adapters.gatt import Frame, Identity, Profile, profiles
from hub.errors import DecodeError, Refusal
from hub.measurements import Decoded
from hub.quantities import GLUCOSE_KINDS
from tests.device_adapters.ble.vectors import ADDRESS, EVERY, frame
from tests.support.examples import so_many

quick = settings(max_examples=so_many(50), deadline=None)
every_profile = pytest.mark.parametrize("profile", profiles(), ids=lambda profile: str(profile.name))


def frames_of(profile: Profile) -> list[bytes]:
    """What was recorded of its characteristics; one zero byte if nothing was."""
    known = [v.payload for v in EVERY if "uuid" in v.said and v.uuid in profile.characteristics]
    return known or [b"\0"]


def said_by(profile: Profile, frames: Iterable[Frame]) -> Decoded:
    """What a connection says; only DecodeErrors may come out of it."""
    session = profile.open(Identity(ADDRESS))
    answers = []
    for each in frames:
        with suppress(DecodeError):
            answers.append(session.feed(each))
        session.learnt()
    answers.append(session.close())
    return Decoded(sum((a.measurements for a in answers), ()), sum((a.refused for a in answers), ()))


def assert_sound(decoded: Decoded) -> None:
    assert all(math.isfinite(m.quantity.value) for m in decoded.measurements)
    assert all(m.quantity.value >= 0 for m in decoded.measurements if m.kind in (None, *GLUCOSE_KINDS))
    assert all(m.device == ADDRESS and m.key and len(m.key) <= 200 for m in decoded.measurements)
    assert all(isinstance(refused.why, Refusal) for refused in decoded.refused)


def characteristic(profile: Profile) -> st.SearchStrategy[str]:
    """One of those it hears."""
    return st.sampled_from(profile.characteristics)


@every_profile
@quick
@given(data=st.data())
def test_any_bytes_in_any_order_are_answered(profile: Profile, data: st.DataObject) -> None:
    each = st.builds(frame, characteristic(profile), st.binary(max_size=40))
    assert_sound(said_by(profile, data.draw(st.lists(each, max_size=5))))


@every_profile
@quick
@given(data=st.data())
def test_any_truncation_is_answered(profile: Profile, data: st.DataObject) -> None:
    payload = data.draw(st.sampled_from(frames_of(profile)))
    cut = payload[: data.draw(st.integers(0, len(payload)))]
    assert_sound(said_by(profile, [frame(data.draw(characteristic(profile)), cut)]))


@every_profile
@quick
@given(data=st.data())
def test_any_flipped_bit_is_answered(profile: Profile, data: st.DataObject) -> None:
    payload = bytearray(data.draw(st.sampled_from(frames_of(profile)).filter(bool)))
    place = data.draw(st.integers(0, len(payload) * 8 - 1))
    payload[place // 8] ^= 1 << place % 8
    assert_sound(said_by(profile, [frame(data.draw(characteristic(profile)), bytes(payload))]))


@every_profile
@quick
@given(data=st.data())
def test_recorded_frames_in_any_order_are_answered(profile: Profile, data: st.DataObject) -> None:
    payloads = data.draw(st.lists(st.sampled_from(frames_of(profile)), max_size=20))
    assert_sound(said_by(profile, [frame(data.draw(characteristic(profile)), each) for each in payloads]))


@pytest.mark.parametrize("size", range(6))
def test_a_sensors_record_of_size_0_to_5_does_not_hang(size: int) -> None:
    (profile,) = [p for p in profiles() if p.service == "181f"]
    assert said_by(profile, [frame("2aa7", bytes([size]) * 20)]).measurements == ()


@pytest.mark.parametrize("uuid", DESCRIBED)
@quick
@given(payload=st.binary(max_size=40))
def test_any_bytes_are_described_or_refused(uuid: str, payload: bytes) -> None:
    with suppress(DecodeError):
        assert all(isinstance(name, str) for name in describe(uuid, payload))
