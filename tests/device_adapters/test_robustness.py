"""Whatever the bytes, an adapter answers with measurements or a Refusal, and never with a number that is none."""

import math
import re
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_adapters.adapter import Adapter, adapter_for, adapters, decode
from hub.errors import Refusal
from hub.measurements import Decoded, RawPayload
from tests.device_adapters.captures import captures
from tests.support.examples import so_many

RAWS = [capture.raw for outcome in ("accepted", "refused") for capture in captures(outcome)]
quick = settings(max_examples=so_many(50), deadline=None)
every_adapter = pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: str(adapter.name))

ODD = (b"NaN", b"-Infinity", b"1e400", b"-0.0", b"1e308", b"9" * 5000, b"null", b"true", b'"1"', b"[]", b"{}", b"0")


def numbers_in(payload: bytes) -> list[tuple[int, int]]:
    """Where numbers stand in the payload; its very beginning if there is none."""
    return [match.span() for match in re.finditer(rb"-?[0-9]+(\.[0-9]+)?", payload)] or [(0, 0)]


def of(adapter: Adapter) -> st.SearchStrategy[RawPayload]:
    """The captures of one adapter."""
    return st.sampled_from([raw for raw in RAWS if adapter_for(raw.channel, raw.source) is adapter])


def answer(raw: RawPayload) -> Decoded:
    """What decoding gives; a Refusal counts as nothing said, anything else raised is a fault."""
    with suppress(Refusal):
        return decode(raw)
    return Decoded()


def assert_sound(decoded: Decoded) -> None:
    assert all(math.isfinite(m.quantity.value) for m in decoded.measurements)
    assert all(0 < len(m.device) <= 200 and m.key for m in decoded.measurements)
    assert all(isinstance(refused.why, Refusal) for refused in decoded.refused)
    assert not decoded.inner


@every_adapter
@quick
@given(data=st.data())
def test_any_bytes_give_measurements_or_a_refusal(adapter: Adapter, data: st.DataObject) -> None:
    raw = replace(data.draw(of(adapter)), payload=data.draw(st.binary(max_size=64)))
    assert_sound(answer(raw))


@every_adapter
@quick
@given(data=st.data())
def test_any_truncation_gives_measurements_or_a_refusal(adapter: Adapter, data: st.DataObject) -> None:
    raw = data.draw(of(adapter))
    end = data.draw(st.integers(0, len(raw.payload)))
    assert_sound(answer(replace(raw, payload=raw.payload[:end])))


@every_adapter
@quick
@given(data=st.data())
def test_any_changed_byte_gives_measurements_or_a_refusal(adapter: Adapter, data: st.DataObject) -> None:
    raw = data.draw(of(adapter))
    place = data.draw(st.integers(0, max(0, len(raw.payload) - 1)))
    byte = bytes([data.draw(st.integers(0, 255))])
    assert_sound(answer(replace(raw, payload=raw.payload[:place] + byte + raw.payload[place + 1 :])))


@every_adapter
@quick
@given(data=st.data())
def test_any_number_replaced_by_an_odd_one_gives_measurements_or_a_refusal(
    adapter: Adapter, data: st.DataObject
) -> None:
    raw = data.draw(of(adapter))
    start, end = data.draw(st.sampled_from(numbers_in(raw.payload)))
    odd = data.draw(st.sampled_from(ODD))
    assert_sound(answer(replace(raw, payload=raw.payload[:start] + odd + raw.payload[end:])))
