"""`vigie decode`: what a message or frame says, without a hub."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from device_adapters.adapter import NO_KEYS, Keys, adapters, decode
from device_adapters.described import DESCRIBED, describe
from device_adapters.gatt import Frame, Identity, Profile, candidates
from device_adapters.shapes import address
from hub.errors import Refusal, SettingsError
from hub.measurements import Channel, Decoded, Measurement, RawPayload
from hub.quantities import Kind, believe

Line = dict[str, Any]

_BASE_UUID = "-0000-1000-8000-00805f9b34fb"


@dataclass(frozen=True, slots=True)
class Source:
    """Where it came from: an MQTT topic, or a characteristic or service in a device of that model and address."""

    topic: str | None
    uuid: str | None
    service: str | None
    model: str | None
    key: str | None
    address: str


def explain(payload: Sequence[str], source: Source) -> Iterator[Line]:
    """One line a measurement or refusal, in order; raises SettingsError when it is not clear what to decode."""
    now = datetime.now(UTC)
    if source.topic is not None and source.uuid is None:
        yield from _message(RawPayload(Channel.MQTT, source.topic, " ".join(payload).encode(), now), _keys(source))
    elif source.uuid is None or source.topic is not None:
        raise SettingsError("say where it came from: --topic TOPIC for a message, or --uuid UUID for frames in hex")
    elif any(adapter.claims(Channel.ADVERT, _short(source.uuid)) for adapter in adapters()):
        for text in payload:
            advert = RawPayload(Channel.ADVERT, _short(source.uuid), _bytes(text), now, address=source.address)
            yield from _message(advert, _keys(source))
    else:
        yield from _session([_frame(text, source.uuid, now) for text in payload], source)


def _message(raw: RawPayload, keys: Keys) -> Iterator[Line]:
    try:
        decoded = decode(raw, keys)
    except Refusal as why:
        yield _refused(why)
    else:
        yield from _lines(decoded)


def _session(frames: Sequence[Frame], source: Source) -> Iterator[Line]:
    """The frames as one connection's; what measures nothing is described."""
    identity = Identity(source.address, name=source.model, model=source.model)
    profile = _profile(_short(source.uuid or ""), source.service, identity)
    session = None if profile is None else profile.open(identity)
    for frame in frames:
        try:
            decoded = Decoded() if session is None else session.feed(frame)
            yield from _lines(decoded)
            if decoded == Decoded() and (profile is None or not profile.models):
                yield from _described(frame)
        except Refusal as why:
            yield _refused(why)
    if session is not None:
        yield from _lines(session.close())


def _profile(uuid: str, service: str | None, identity: Identity) -> Profile | None:
    """The profile of that characteristic and model; None where it is only described; raises SettingsError."""
    having = candidates(uuid, None if service is None else _short(service))
    serving = next((profile for profile in having if profile.serves(identity)), None)
    if serving is None and uuid not in DESCRIBED:
        models = ", ".join(sorted({model for profile in having for model in profile.models}))
        if models:
            raise SettingsError(f"say which model sends this, with --model: {models}")
        raise SettingsError(f"nothing here understands {uuid[:40]!r}; docs/devices.md lists what is understood")
    return serving


def _described(frame: Frame) -> Iterator[Line]:
    said = describe(frame.characteristic, frame.payload)
    if said:
        yield {"error": "no_measurement"} | said if "why" in said else said


def _frame(text: str, uuid: str, now: datetime) -> Frame:
    """A frame as it is typed: its bytes in hex, behind its characteristic if that is another than the session's."""
    other, separator, digits = text.rpartition(":")
    return Frame(_short(other if separator else uuid), _bytes(digits), now)


def _short(uuid: str) -> str:
    """A UUID in lower case, short where the SIG assigned it."""
    spelled = uuid.lower().removeprefix("0x")
    return spelled.removesuffix(_BASE_UUID).removeprefix("0000") if spelled.endswith(_BASE_UUID) else spelled


def _keys(source: Source) -> Keys:
    return NO_KEYS if source.key is None else {address(source.address): _bytes(source.key)}


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
