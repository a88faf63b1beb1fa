"""Every capture says what its file says it does; every adapter is covered by being there."""

import pytest

from device_adapters.adapter import Adapter, adapters, decode, topic_filters
from hub.errors import Refusal
from hub.measurements import Channel
from hub.quantities import Kind, believe
from tests.device_adapters.captures import Capture, believed, captures, told

ACCEPTED, REFUSED = captures("accepted"), captures("refused")


@pytest.mark.parametrize("capture", ACCEPTED, ids=str)
def test_an_accepted_capture_says_what_its_file_says(capture: Capture) -> None:
    assert told(decode(capture.raw)) == capture.said["expected"]


@pytest.mark.parametrize("capture", ACCEPTED, ids=str)
def test_what_is_refused_inside_an_accepted_capture_is_named(capture: Capture) -> None:
    refused = [{"position": r.position, "why": r.why.code} for r in decode(capture.raw).refused]
    assert refused == capture.said.get("refused", [])


@pytest.mark.parametrize("capture", ACCEPTED, ids=str)
def test_what_is_said_of_a_person_in_an_accepted_capture_can_be_believed(capture: Capture) -> None:
    of_persons = [m for m in decode(capture.raw).measurements if m.condition is None or m.condition.of_a_person]
    assert all(believe(m.kind or Kind.GLUCOSE_CAPILLARY, m.quantity) > 0 for m in of_persons)


@pytest.mark.parametrize("capture", REFUSED, ids=str)
def test_a_refused_capture_is_refused_for_the_reason_in_its_file(capture: Capture) -> None:
    with pytest.raises(Refusal) as refusal:
        believed(capture.raw)
    assert refusal.value.code == capture.said["why"]


@pytest.mark.parametrize("capture", ACCEPTED, ids=str)
def test_decoding_twice_says_the_same(capture: Capture) -> None:
    assert decode(capture.raw).measurements == decode(capture.raw).measurements


@pytest.mark.parametrize("capture", ACCEPTED, ids=str)
def test_no_two_measurements_of_a_capture_have_the_same_name(capture: Capture) -> None:
    keys = [(m.device, m.key) for m in decode(capture.raw).measurements]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("capture", ACCEPTED + REFUSED, ids=str)
def test_exactly_one_adapter_claims_a_capture(capture: Capture) -> None:
    claiming = [a.name for a in adapters() if a.claims(capture.raw.channel, capture.raw.source)]
    assert len(claiming) == 1


@pytest.mark.parametrize("capture", ACCEPTED + REFUSED, ids=str)
def test_a_capture_tells_its_origin_and_licence(capture: Capture) -> None:
    assert capture.said["origin"]
    assert capture.said["licence"]


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: str(adapter.name))
def test_every_adapter_has_a_capture_that_is_accepted(adapter: Adapter) -> None:
    assert any(adapter.claims(c.raw.channel, c.raw.source) for c in ACCEPTED)


def test_the_broker_is_asked_for_every_adapters_topics() -> None:
    asked = set(topic_filters())
    assert asked == {s for a in adapters() if a.channel is Channel.MQTT for s in a.sources}
    assert "+/+/BTtoMQTT/+" in asked
