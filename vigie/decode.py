"""`vigie decode`: what a message or frame says, without a hub."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from device_adapters.adapter import decode
from hub.errors import Refusal, SettingsError
from hub.measurements import Channel, Decoded, Measurement, RawPayload
from hub.quantities import Kind, believe

Line = dict[str, Any]


def explain(payload: Sequence[str], topic: str | None, uuid: str | None) -> Iterator[Line]:
    """One line a measurement or refusal, in order; raises SettingsError when it is not clear what to decode."""
    for raw in _raws(payload, topic, uuid):
        try:
            decoded = decode(raw)
        except Refusal as why:
            yield _refused(why)
            continue
        yield from _lines(decoded)


def _raws(payload: Sequence[str], topic: str | None, uuid: str | None) -> Iterator[RawPayload]:
    now = datetime.now(UTC)
    if topic is not None and uuid is None:
        yield RawPayload(Channel.MQTT, topic, " ".join(payload).encode(), now)
    elif uuid is not None and topic is None:
        for frame in payload:
            yield RawPayload(Channel.ADVERT, uuid.lower().removeprefix("0x"), _bytes(frame), now, address="unknown")
    else:
        raise SettingsError("say where it came from: --topic TOPIC for a message, or --uuid UUID for frames in hex")


def _bytes(frame: str) -> bytes:
    try:
        return bytes.fromhex(frame)
    except ValueError:
        raise SettingsError(f"{frame[:20]!r} is not hexadecimal") from None


def _lines(decoded: Decoded) -> Iterator[Line]:
    for measurement in decoded.measurements:
        try:
            believe(measurement.kind or Kind.GLUCOSE_CAPILLARY, measurement.quantity)
        except Refusal as why:
            yield _refused(why)
        else:
            yield _said(measurement)
    for refused in decoded.refused:
        yield _refused(refused.why)


def _said(m: Measurement) -> Line:
    line: Line = {"kind": m.kind or "glucose", "value": m.quantity.value, "unit": m.quantity.unit, "device": m.device}
    optional = {
        "taken_at": None if m.taken_at is None else m.taken_at.isoformat(),
        "device_time": None if m.device_time is None else m.device_time.isoformat(),
        "seq": m.sequence,
        "condition": m.condition,
        "context": m.context,
    }
    return line | {name: value for name, value in optional.items() if value is not None}


def _refused(why: Refusal) -> Line:
    return {"error": why.code, "why": str(why)}
