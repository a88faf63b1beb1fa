"""Continuous Glucose Monitoring Service 1.0.2 (0x181F): measurement, feature, status, session times.

A device that says so in its Feature ends every value with an E2E-CRC. Where the Feature has not been read, `crc` is
None and the length tells: two bytes more than the fields are one, and it must be right.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from device_adapters.wire.crc import check, mcrf4xx
from device_adapters.wire.glucose import SAMPLES, SITES, Said
from device_adapters.wire.numbers import Number, names
from device_adapters.wire.reader import Reader
from hub.errors import Malformed

SMALLEST = 6
"""Bytes of the smallest record. A smaller size is an error: 0 would hang whoever walks from record to record."""

STATUS = (
    "session-stopped",
    "device-battery-low",
    "sensor-type-incorrect",
    "sensor-malfunction",
    "device-specific-alert",
    "general-device-fault",
)
CALIBRATION = (
    "time-sync-required",
    "calibration-not-allowed",
    "calibration-recommended",
    "calibration-required",
    "sensor-temperature-too-high",
    "sensor-temperature-too-low",
)
WARNING = (
    "below-patient-low-level",
    "above-patient-high-level",
    "below-hypo-level",
    "above-hyper-level",
    "rate-of-decrease-exceeded",
    "rate-of-increase-exceeded",
    "below-device-range",
    "above-device-range",
)
_FEATURES = (
    "calibration",
    "patient-high-low-alerts",
    "hypo-alerts",
    "hyper-alerts",
    "rate-alerts",
    "device-specific-alert",
    "malfunction-detection",
    "temperature-high-low-detection",
    "result-high-low-detection",
    "low-battery-detection",
    "sensor-type-error-detection",
    "general-device-fault",
    "e2e-crc",
    "multiple-bond",
    "multiple-sessions",
    "trend",
    "quality",
)
_CRC_FEATURE = 1 << 12
_NO_CRC = 0xFFFF
_DST_MINUTES = {0: 0, 2: 30, 4: 60, 8: 120}
_UNKNOWN_ZONE = -128


@dataclass(frozen=True, slots=True)
class Sample:
    """One record of a CGM Measurement (0x2AA7), section 3.1: mg/dL, minutes since the session's start."""

    glucose: Number
    offset: int
    status: int
    calibration: int
    warning: int
    trend: Number | None
    quality: Number | None

    @property
    def said(self) -> list[str]:
        """Everything the sensor remarks about itself, by name."""
        return names(self.status, STATUS) + names(self.calibration, CALIBRATION) + names(self.warning, WARNING)


@dataclass(frozen=True, slots=True)
class Feature:
    """CGM Feature (0x2AA8), section 3.2."""

    bits: int
    sample: int
    site: int

    @property
    def crc(self) -> bool:
        """True if every value ends with an E2E-CRC."""
        return bool(self.bits & _CRC_FEATURE)

    @property
    def said(self) -> Said:
        """The same in words."""
        return {
            "features": names(self.bits, _FEATURES),
            "type": SAMPLES.get(self.sample, f"reserved-{self.sample}"),
            "location": SITES.get(self.site, f"reserved-{self.site}"),
        }


@dataclass(frozen=True, slots=True)
class Start:
    """CGM Session Start Time (0x2AAA), section 3.4: a display, and how far it is from UTC where the sensor knows."""

    local: datetime | None
    zone_minutes: int | None
    dst_minutes: int | None
    crc: bool

    @property
    def moment(self) -> datetime | None:
        """The start: an instant where the zone is known, else the display as it stood, else None."""
        if self.local is None or self.zone_minutes is None or self.dst_minutes is None:
            return self.local
        return self.local.replace(tzinfo=timezone(timedelta(minutes=self.zone_minutes + self.dst_minutes)))

    @property
    def said(self) -> Said:
        """The same in words."""
        return {
            "session_start_local": None if self.local is None else self.local.isoformat(),
            "time_zone_min": self.zone_minutes,
            "dst_min": self.dst_minutes,
            "crc_present": self.crc,
        }


def records(payload: bytes) -> list[bytes]:
    """The records of one notification, which lie back to back; what cannot be cut is the last; raises Malformed."""
    if not payload:
        raise Malformed("the notification is empty")
    cut = []
    while payload:
        size = payload[0] if payload[0] >= SMALLEST else len(payload)
        cut.append(payload[:size])
        payload = payload[size:]
    return cut


def sample(record: bytes, crc: bool | None) -> Sample:
    """Reads one record of a 0x2AA7 value; raises Malformed."""
    reader = Reader(record)
    size, flags = reader.u8(), reader.u8()
    if size < SMALLEST or size != len(record):
        raise Malformed(f"a record of {len(record)} bytes says that it has {size}; the least is {SMALLEST}")
    glucose, offset = reader.sfloat(), reader.u16()
    read = Sample(
        glucose=glucose,
        offset=offset,
        status=reader.u8() if flags & 0x80 else 0,
        calibration=reader.u8() if flags & 0x40 else 0,
        warning=reader.u8() if flags & 0x20 else 0,
        trend=reader.sfloat() if flags & 1 else None,
        quality=reader.sfloat() if flags & 2 else None,
    )
    end(reader, crc)
    return read


def feature(payload: bytes) -> Feature:
    """Reads a 0x2AA8 value; the checksum's place is always there, 0xFFFF where it is not used; raises Malformed."""
    reader = Reader(payload)
    bits, both = reader.unsigned(3), reader.u8()
    checked, written = reader.read_so_far, reader.u16()
    reader.end()
    check(mcrf4xx(checked) if bits & _CRC_FEATURE else _NO_CRC, written)
    return Feature(bits, both & 15, both >> 4)


def status(payload: bytes, crc: bool | None = None) -> Said:
    """Reads a 0x2AA9 value, section 3.3; raises Malformed."""
    reader = Reader(payload)
    said: Said = {"time_offset_min": reader.u16()}
    said["status"] = names(reader.u8(), STATUS)
    said["cal_temp"] = names(reader.u8(), CALIBRATION)
    said["warning"] = names(reader.u8(), WARNING)
    return said | {"crc_present": end(reader, crc)}


def start(payload: bytes, crc: bool | None = None) -> Start:
    """Reads a 0x2AAA value: its zone counts quarters of an hour; raises Malformed."""
    reader = Reader(payload)
    local, zone, dst = reader.date_time(), reader.i8(), reader.u8()
    minutes = None if zone == _UNKNOWN_ZONE or not -48 <= zone <= 56 else zone * 15
    return Start(local, minutes, _DST_MINUTES.get(dst), crc=end(reader, crc))


def run_time(payload: bytes, crc: bool | None = None) -> Said:
    """Reads a 0x2AAB value, section 3.5; raises Malformed."""
    reader = Reader(payload)
    hours = reader.u16()
    return {"run_time_h": hours, "crc_present": end(reader, crc)}


def end(reader: Reader, crc: bool | None) -> bool:
    """The value's end: its checksum, if it has one, must be right; True if there was one."""
    if not (crc or (crc is None and reader.left == 2)):
        reader.end()
        return False
    checked = reader.read_so_far
    written = reader.u16()
    reader.end()
    check(mcrf4xx(checked), written)
    return True
