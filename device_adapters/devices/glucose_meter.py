"""Glucose meters (Glucose Service 1.0.1, 0x1808): Accu-Chek, Contour, CareSens and others that keep to the SIG.

A record's name is its sequence number and base time: a sequence alone begins again after a reset, and the user-facing
time (base + offset) moves when somebody sets the clock.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice

from device_adapters.gatt import Conversation, Frame, Identity, Memory, Profile, Read, Session, Subscribe, attempt
from device_adapters.gatt_shapes import clock_ahead, measured, refusing, said
from device_adapters.glucose_value import KIND_OF_SAMPLE, bound, concentration, glucose
from device_adapters.record_access import Progress, catch_up
from device_adapters.wire import racp
from device_adapters.wire.device import CURRENT_TIME, DATE_TIME
from device_adapters.wire.glucose import (
    SAMPLES,
    SITES,
    STATUS,
    GlucoseRecord,
    Said,
    glucose_context,
    glucose_measurement,
)
from device_adapters.wire.numbers import names
from hub.errors import ImplausibleTime, Malformed
from hub.measurements import Condition, Decoded, Measurement

_MEASUREMENT, _CONTEXT, _FEATURE = "2a18", "2a34", "2a51"
_CONTROL_SAMPLE, _CONTROL_SITE, _SITE_UNKNOWN = 10, 4, 15
_HIGH, _LOW = 1 << 5, 1 << 6
_FAULTS = 0b0111_1001_1110
"""Status bits of a result that is none: malfunction, sample, strip, temperature, fault. Neither battery nor clock."""
_MOST_HELD = 8


class _MeterSession(Session):
    """Records, each with its context: held until that came, or the meter's answer says that nothing more will."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._held: dict[int, tuple[Frame, GlucoseRecord]] = {}
        self._contexts: dict[int, Said] = {}
        self._progress = Progress()
        self._clock: dict[str, int] = {}

    @refusing
    def feed(self, frame: Frame) -> Decoded:
        if frame.characteristic == _MEASUREMENT:
            return self._record(frame)
        if frame.characteristic == _CONTEXT:
            return self._context(frame)
        if frame.characteristic == racp.UUID:
            return self._answer(frame)
        if frame.characteristic in (CURRENT_TIME, DATE_TIME):
            self._clock = clock_ahead(frame)
        return Decoded()

    def asked(self, characteristic: str, payload: bytes) -> None:
        """What is asked for decides what its records tell."""
        if characteristic == racp.UUID:
            self._progress.asked(payload)

    def learnt(self) -> Memory:
        """The last record before which none is missing and none waits for its context, and how the clock stands."""
        if self._progress.last is None:
            return self._clock
        last = min([self._progress.last, *(waiting - 1 for waiting in self._held)])
        return self._clock | ({"sequence": last} if last >= 0 else {})

    def close(self) -> Decoded:
        """The records whose context never came."""
        waiting = tuple(self._held)
        self._contexts.clear()
        return Decoded(tuple(self._release(sequence, {}) for sequence in waiting))

    def _record(self, frame: Frame) -> Decoded:
        record = glucose_measurement(frame.payload)
        self._progress.note(record.sequence)
        if record.concentration is None:
            return Decoded()
        _measurement(self._identity, frame, record, {})  # what is wrong with it is said now
        before = self._displaced(record)
        self._held[record.sequence] = (frame, record)
        context = self._contexts.pop(record.sequence, {})
        if context or not record.context_follows:
            return Decoded((*before, self._release(record.sequence, context)))
        return Decoded((*before, *(self._release(sequence, {}) for sequence in _too_many(self._held))))

    def _displaced(self, record: GlucoseRecord) -> tuple[Measurement, ...]:
        """Another record of that number, from before a reset, which still waits."""
        waiting = self._held.get(record.sequence)
        return () if waiting is None or waiting[1] == record else (self._release(record.sequence, {}),)

    def _context(self, frame: Frame) -> Decoded:
        sequence, context = glucose_context(frame.payload)
        if sequence in self._held:
            return Decoded((self._release(sequence, context),))
        self._contexts[sequence] = context
        for oldest in _too_many(self._contexts):
            del self._contexts[oldest]
        return Decoded()

    def _answer(self, frame: Frame) -> Decoded:
        code = racp.response_code(frame.payload)
        if code is None:
            return Decoded()
        self._progress.answered(code)
        return self.close()

    def _release(self, sequence: int, context: Said) -> Measurement:
        frame, record = self._held.pop(sequence)
        return _measurement(self._identity, frame, record, context)


def _too_many(held: Mapping[int, object]) -> tuple[int, ...]:
    """The oldest beyond what is held: a meter that announces contexts and sends none must not swallow its records."""
    return tuple(islice(held, max(0, len(held) - _MOST_HELD)))


def _measurement(identity: Identity, frame: Frame, record: GlucoseRecord, context: Said) -> Measurement:
    """The record as a Measurement; raises Malformed, ImplausibleTime, NotANumber, ImplausibleValue."""
    if record.concentration is None or record.base_time is None:
        raise Malformed("the record has no date that a calendar knows; set the meter's clock")
    number, unit = concentration(record.concentration, molar=record.molar)
    condition = _condition(record) or bound(number, below=bool(record.status & _LOW), above=bool(record.status & _HIGH))
    return measured(
        identity,
        frame,
        KIND_OF_SAMPLE.get(record.sample),
        glucose(number, unit, condition),
        key=f"{record.sequence} {record.base_time.isoformat()}",
        device_time=_user_facing(record.base_time, record.offset),
        stored=True,
        condition=condition,
        sequence=record.sequence,
        context=said(_circumstances(record) | context),
    )


def _condition(record: GlucoseRecord) -> Condition | None:
    if record.sample == _CONTROL_SAMPLE or record.site == _CONTROL_SITE:
        return Condition.CONTROL_SOLUTION
    return Condition.SENSOR_FAULT if record.status & _FAULTS else None


def _user_facing(base: datetime, offset: int | None) -> datetime:
    try:
        if offset is not None:
            return base + timedelta(minutes=offset)
    except OverflowError:
        pass
    raise ImplausibleTime("the meter's clock was moved further than its records can say; set it")


def _circumstances(record: GlucoseRecord) -> Said:
    circumstances: Said = {}
    if record.sample in SAMPLES:
        circumstances["sample"] = SAMPLES[record.sample]
    if record.site in SITES and record.site != _SITE_UNKNOWN:
        circumstances["site"] = SITES[record.site]
    if status := names(record.status, STATUS):
        circumstances["status"] = status
    return circumstances


def _converse(_identity: Identity, memory: Memory, _now: datetime) -> Conversation:
    """Look at its clock and never set it (that moves every record's time), then fetch what is new since last time."""
    yield Read(_FEATURE)
    yield Read(CURRENT_TIME)
    yield Read(DATE_TIME)
    yield Subscribe(_MEASUREMENT)
    yield from attempt(Subscribe(_CONTEXT))
    yield Subscribe(racp.UUID)
    yield from catch_up(memory.get("sequence"), _sequence)


def _sequence(frame: Frame) -> int | None:
    is_record = frame.characteristic == _MEASUREMENT and len(frame.payload) >= 3
    return int.from_bytes(frame.payload[1:3], "little") if is_record else None


PROFILE = Profile(
    name="glucose-meter",
    about="glucose meters that keep to the SIG (Accu-Chek, Contour, CareSens); what is new is fetched, none deleted",
    service="1808",
    characteristics=(_MEASUREMENT, _CONTEXT, _FEATURE, racp.UUID, CURRENT_TIME, DATE_TIME),
    open=_MeterSession,
    converse=_converse,
)
