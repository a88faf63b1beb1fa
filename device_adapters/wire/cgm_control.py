"""Specific Ops Control Point (0x2AAC) of the CGM Service 1.0.2: what a sensor answers there, whoever asked.

There is no way here to ask anything: starting, stopping and calibrating change somebody's therapy.
"""

from device_adapters.wire.cgm import end
from device_adapters.wire.glucose import SAMPLES, SITES, Said
from device_adapters.wire.numbers import names, plain
from device_adapters.wire.reader import Reader
from hub.errors import Malformed

_CODES = {
    1: "success",
    2: "op-code-not-supported",
    3: "invalid-operand",
    4: "procedure-not-completed",
    5: "parameter-out-of-range",
}
_LEVELS = {
    9: "patient-high-alert",
    12: "patient-low-alert",
    15: "hypo-alert",
    18: "hyper-alert",
    21: "rate-of-decrease-alert",
    24: "rate-of-increase-alert",
}
_CALIBRATION_STATES = ("data-rejected", "data-out-of-range", "process-pending")


def control_answer(payload: bytes, crc: bool | None = None) -> Said:
    """Reads what the control point indicates, section 3.7; raises Malformed."""
    reader = Reader(payload)
    operation = reader.u8()
    if operation == 28:
        asked, code = reader.u8(), reader.u8()
        said: Said = {"op": "response", "request_op": asked, "response": _CODES.get(code, f"reserved-{code}")}
    elif operation == 3:
        said = {"op": "communication-interval", "interval_min": reader.u8()}
    elif operation == 6:
        said = {"op": "calibration-value"} | _calibration(reader)
    elif operation in _LEVELS:
        said = {"op": _LEVELS[operation], "level": plain(reader.sfloat())}
    else:
        raise Malformed(f"operation {operation} is no answer of the control point")
    return said | {"crc_present": end(reader, crc)}


def _calibration(reader: Reader) -> Said:
    concentration, time, both = reader.sfloat(), reader.u16(), reader.u8()
    return {
        "concentration_mg_per_dl": plain(concentration),
        "calibration_time_min": time,
        "type": SAMPLES.get(both & 15, f"reserved-{both & 15}"),
        "location": SITES.get(both >> 4, f"reserved-{both >> 4}"),
        "next_calibration_min": reader.u16(),
        "record_number": reader.u16(),
        "status": names(reader.u8(), _CALIBRATION_STATES),
    }
