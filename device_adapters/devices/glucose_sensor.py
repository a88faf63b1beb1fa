"""Continuous glucose sensors (CGM Service 1.0.2, 0x181F): Roche SmartGuide and others that keep to the SIG.

Read only: starting, stopping and calibrating change somebody's therapy. A sample's time is an offset from its session's
start. A sensor whose start was never set is not asked for old samples; what it says of itself is of now.
"""

from datetime import UTC, datetime, timedelta

from device_adapters.conversations import hear
from device_adapters.gatt import Conversation, Frame, Identity, Memory, Profile, Read, Session, Subscribe
from device_adapters.gatt_shapes import measured, said
from device_adapters.glucose_value import KIND_OF_SAMPLE, bound, glucose
from device_adapters.record_access import catch_up
from device_adapters.wire import cgm, racp
from device_adapters.wire.glucose import Said
from device_adapters.wire.numbers import plain
from hub.errors import ImplausibleTime, Refusal
from hub.measurements import Condition, Decoded, Measurement, Refused
from hub.quantities import Kind, Unit

_MEASUREMENT, _FEATURE, _STATUS, _START = "2aa7", "2aa8", "2aa9", "2aaa"
_FAULTS, _TOO_HOT_OR_COLD = 0b10_1100, 0b11_0000
_BELOW, _ABOVE = 1 << 6, 1 << 7
_INTERVAL = timedelta(minutes=15)
"""Longer than any sensor waits between two samples."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class _SensorSession(Session):
    """Samples, placed by the session start that was read before them."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._feature: cgm.Feature | None = None
        self._start: datetime | None = None
        self._last: int | None = None
        self._complete = False
        self._only_last = False

    def asked(self, characteristic: str, payload: bytes) -> None:
        """A report makes what came before it incomplete; its last sample alone, asked for to compare, tells nothing."""
        if characteristic == racp.UUID:
            self._only_last = payload == racp.LAST
            self._complete &= self._only_last

    def feed(self, frame: Frame) -> Decoded:
        crc = None if self._feature is None else self._feature.crc
        if frame.characteristic == _MEASUREMENT:
            return self._samples(frame, crc)
        if frame.characteristic == _FEATURE:
            self._feature = cgm.feature(frame.payload)
        if frame.characteristic == _START:
            self._start = cgm.start(frame.payload, crc).moment
        if frame.characteristic == racp.UUID:
            self._answered(racp.response_code(frame.payload))
        return Decoded()

    def _answered(self, code: int | None) -> None:
        """The report has ended; None: something else was answered."""
        if code is not None:
            self._complete |= not self._only_last and code in (racp.SUCCESS, racp.NO_RECORDS)
            self._only_last = False

    def learnt(self) -> Memory:
        """The last sample, once the older ones are all here, and its session: the next one begins again at 0."""
        if self._last is None or self._start is None or not self._complete:
            return {}
        return {"offset": self._last, "start": _number(self._start)}

    def _samples(self, frame: Frame, crc: bool | None) -> Decoded:
        """Every record of the notification for itself: a damaged one does not take its neighbours along."""
        measurements: list[Measurement] = []
        refused: list[Refused] = []
        cut = cgm.records(frame.payload)
        for position, record in enumerate(cut):
            try:
                sample = cgm.sample(record, crc)
                measurements.append(self._measurement(frame, sample, newest=position == len(cut) - 1))
            except Refusal as why:
                refused.append(Refused(position, why))
        return Decoded(tuple(measurements), tuple(refused))

    def _measurement(self, frame: Frame, sample: cgm.Sample, *, newest: bool) -> Measurement:
        if not self._only_last:
            self._last = max(sample.offset, self._last or 0)
        condition = _condition(sample)
        begun = f"received {frame.received_at.isoformat()}" if self._start is None else _name(self._start)
        return measured(
            self._identity,
            frame,
            self._kind(),
            glucose(sample.glucose, Unit.MG_DL, condition),
            key=f"{begun} {sample.offset}",
            device_time=_placed(self._start, sample.offset),
            stored=self._start is not None or not newest,
            condition=condition,
            sequence=sample.offset,
            context=said(_circumstances(sample)),
        )

    def _kind(self) -> Kind:
        sample = 0 if self._feature is None else self._feature.sample
        return KIND_OF_SAMPLE.get(sample, Kind.GLUCOSE_INTERSTITIAL)


def _condition(sample: cgm.Sample) -> Condition | None:
    if sample.status & _FAULTS or sample.calibration & _TOO_HOT_OR_COLD:
        return Condition.SENSOR_FAULT
    return bound(sample.glucose, below=bool(sample.warning & _BELOW), above=bool(sample.warning & _ABOVE))


def _placed(start: datetime | None, offset: int) -> datetime | None:
    try:
        return None if start is None else start + timedelta(minutes=offset)
    except OverflowError:
        raise ImplausibleTime("the session starts at the end of the calendar") from None


def _circumstances(sample: cgm.Sample) -> Said:
    circumstances: Said = {}
    if sample.trend is not None:
        circumstances["trend_mg_dl_per_min"] = plain(sample.trend)
    if sample.quality is not None:
        circumstances["quality_pct"] = plain(sample.quality)
    if sample.said:
        circumstances["status"] = sample.said
    return circumstances


def _name(start: datetime) -> str:
    """A session's name: its start, the same in whatever zone the sensor says it."""
    return (start if start.tzinfo is None else start.astimezone(UTC)).isoformat()


def _number(start: datetime) -> int:
    """A session start as a number to remember: minutes since 2000, of the display where the zone is unknown."""
    return ((start if start.tzinfo else start.replace(tzinfo=UTC)) - _EPOCH) // timedelta(minutes=1)


def _converse(_identity: Identity, memory: Memory, _now: datetime) -> Conversation:
    """Read what places the samples, fetch those that were missed, then stay and hear the new ones."""
    feature = yield Read(_FEATURE)
    start = yield Read(_START)
    if not isinstance(feature, bytes) or not isinstance(start, bytes):
        return  # without them samples would get other names than the next time: come back later
    yield Subscribe(_MEASUREMENT)
    yield Subscribe(racp.UUID)
    session = _session(feature, start)
    if session is not None:
        last = memory.get("offset") if memory.get("start") == session else None
        yield from catch_up(last, _offset)
    yield hear(_INTERVAL)


def _session(feature: bytes, start: bytes) -> int | None:
    """The session's number; None if its start is unknown or cannot be read."""
    try:
        moment = cgm.start(start, cgm.feature(feature).crc).moment
        return None if moment is None else _number(moment)
    except Refusal:
        return None


def _offset(frame: Frame) -> int | None:
    is_sample = frame.characteristic == _MEASUREMENT and len(frame.payload) >= cgm.SMALLEST
    return int.from_bytes(frame.payload[4:6], "little") if is_sample else None


PROFILE = Profile(
    name="glucose-sensor",
    about="continuous glucose sensors that keep to the SIG (Roche SmartGuide); read only, missed samples are fetched",
    service="181f",
    characteristics=(_MEASUREMENT, _FEATURE, _STATUS, _START, "2aab", "2aac", racp.UUID),
    open=_SensorSession,
    converse=_converse,
)
