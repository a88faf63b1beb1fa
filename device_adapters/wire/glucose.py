"""Glucose Service 1.0.1 (0x1808): Glucose Measurement, its Context, Glucose Feature."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from device_adapters.wire.numbers import Number, names, plain
from device_adapters.wire.reader import Reader
from hub.errors import Malformed

Said = dict[str, object]

SAMPLES: Mapping[int, str] = MappingProxyType(
    {
        1: "capillary-whole-blood",
        2: "capillary-plasma",
        3: "venous-whole-blood",
        4: "venous-plasma",
        5: "arterial-whole-blood",
        6: "arterial-plasma",
        7: "undetermined-whole-blood",
        8: "undetermined-plasma",
        9: "interstitial-fluid",
        10: "control-solution",
    }
)
SITES: Mapping[int, str] = MappingProxyType(
    {1: "finger", 2: "alternate-site-test", 3: "earlobe", 4: "control-solution", 15: "not-available"}
)
STATUS = (
    "device-battery-low",
    "sensor-malfunction",
    "sample-size-insufficient",
    "strip-insertion-error",
    "strip-type-incorrect",
    "result-higher-than-device-can-process",
    "result-lower-than-device-can-process",
    "sensor-temperature-too-high",
    "sensor-temperature-too-low",
    "strip-removed-too-soon",
    "general-device-fault",
    "time-fault",
)
_FEATURES = (
    "low-battery-detection",
    "sensor-malfunction-detection",
    "sample-size-detection",
    "strip-insertion-error-detection",
    "strip-type-error-detection",
    "result-high-low-detection",
    "temperature-high-low-detection",
    "read-interrupt-detection",
    "general-device-fault",
    "time-fault",
    "multiple-bond",
)
_CARBOHYDRATES = ("breakfast", "lunch", "dinner", "snack", "drink", "supper", "brunch")
_MEALS = ("preprandial", "postprandial", "fasting", "casual", "bedtime")
_TESTERS = ("self", "health-care-professional", "lab-test")
_HEALTHS = ("minor-issues", "major-issues", "during-menses", "under-stress", "no-issues")
_MEDICATIONS = (
    "rapid-acting-insulin",
    "short-acting-insulin",
    "intermediate-acting-insulin",
    "long-acting-insulin",
    "pre-mixed-insulin",
)
_OVERRUN = (0x7FFF, -0x8000)


@dataclass(frozen=True, slots=True)
class GlucoseRecord:
    """One Glucose Measurement (0x2A18), section 3.1; the concentration is kg/L, or mol/L when `molar`."""

    sequence: int
    base_time: datetime | None
    offset: int | None
    concentration: Number | None
    molar: bool
    sample: int
    site: int
    status: int
    context_follows: bool


def glucose_measurement(payload: bytes) -> GlucoseRecord:
    """Reads a 0x2A18 value; reserved flags are ignored, as the service asks; raises Malformed."""
    reader = Reader(payload)
    flags, sequence, base_time = reader.u8(), reader.u16(), reader.date_time()
    offset = reader.i16() if flags & 1 else 0
    concentration, place = (reader.sfloat(), reader.u8()) if flags & 2 else (None, 0)
    status = reader.u16() if flags & 8 else 0
    reader.end()
    return GlucoseRecord(
        sequence=sequence,
        base_time=base_time,
        offset=None if offset in _OVERRUN else offset,
        concentration=concentration,
        molar=bool(flags & 4),
        sample=place & 15,
        site=place >> 4,
        status=status,
        context_follows=bool(flags & 16),
    )


def glucose_context(payload: bytes) -> tuple[int, Said]:
    """Reads a 0x2A34 value (section 3.2): the sequence number it belongs to, and what it says; raises Malformed.

    Zeros after the last field are forgiven: they are padding, and nothing here is a measure.
    """
    reader = Reader(payload)
    flags, sequence = reader.u8(), reader.u16()
    said: Said = {}
    if flags & 0x80:
        said["extended_flags"] = reader.u8()
    if flags & 0x01:
        said["carbohydrate_id"] = _named(_CARBOHYDRATES, reader.u8())
        said["carbohydrate_kg"] = plain(reader.sfloat())
    if flags & 0x02:
        said["meal"] = _named(_MEALS, reader.u8())
    if flags & 0x04:
        both = reader.u8()
        said |= {"tester": _named(_TESTERS, both & 15), "health": _named(_HEALTHS, both >> 4)}
    if flags & 0x08:
        said |= {"exercise_duration_s": _duration(reader.u16()), "exercise_intensity_pct": reader.u8()}
    if flags & 0x10:
        said |= {"medication_id": _named(_MEDICATIONS, reader.u8()), "medication": plain(reader.sfloat())}
        said["medication_unit"] = "L" if flags & 0x20 else "kg"
    if flags & 0x40:
        said["hba1c_pct"] = plain(reader.sfloat())
    padding = reader.take(reader.left)
    if padding.strip(b"\0"):
        raise Malformed("bytes too many after the context's last field")
    return sequence, said


def glucose_feature(payload: bytes) -> Said:
    """Reads a 0x2A51 value (section 3.3); raises Malformed."""
    reader = Reader(payload)
    bits = reader.u16()
    reader.end()
    return {"features": names(bits, _FEATURES)}


def _named(known: tuple[str, ...], number: int) -> str:
    """The name of a number that counts from 1; 15 is the SIG's "not available"."""
    if 1 <= number <= len(known):
        return known[number - 1]
    return "not-available" if number == 15 else f"reserved-{number}"


def _duration(seconds: int) -> int | str:
    return "overrun" if seconds == 0xFFFF else seconds
