"""What frames that measure nothing say, for `vigie decode`: features, answers, clocks, batteries, and why not.

A description with `why` is of a frame that could have been a measure and says itself that it is none.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from device_adapters.wire import cgm
from device_adapters.wire.cgm_control import control_answer
from device_adapters.wire.device import battery, current_time_said, date_time_value, text
from device_adapters.wire.glucose import Said, glucose_context, glucose_feature, glucose_measurement
from device_adapters.wire.racp import racp_answer
from device_adapters.wire.scales import composition, weighing
from device_adapters.wire.user_control import user_answer

Describe = Callable[[bytes], Said]


def describe(characteristic: str, payload: bytes) -> Said:
    """What the value of that characteristic says; nothing if it is a measure or nobody knows it; raises DecodeError."""
    known = DESCRIBED.get(characteristic)
    return {} if known is None else known(payload)


def _record(payload: bytes) -> Said:
    """A record without a concentration, which a meter writes when its clock was set or it only beeped."""
    record = glucose_measurement(payload)
    if record.concentration is not None:
        return {}
    base = None if record.base_time is None else record.base_time.isoformat()
    return {"measurement": "none", "sequence_number": record.sequence, "base_time": base}


def _context(payload: bytes) -> Said:
    sequence, said = glucose_context(payload)
    return {"sequence_number": sequence} | said


def _weighing(payload: bytes) -> Said:
    if weighing(payload).weight is None:
        return {"measurement_unsuccessful": True, "why": "the scale says that the weighing was unsuccessful"}
    return {"measurement": "none", "why": "the weight is 0"}


def _composition(payload: bytes) -> Said:
    if composition(payload).fat is None:
        return {"measurement_unsuccessful": True, "why": "the scale says that the measurement was unsuccessful"}
    return {"measurement": "none", "why": "a placeholder: every measure in it is 0"}


def _clock(payload: bytes) -> Said:
    moment = date_time_value(payload)
    return {"local_time": None if moment is None else moment.isoformat()}


def _text(name: str) -> Describe:
    return lambda payload: {name: text(payload)}


DESCRIBED: Mapping[str, Describe] = MappingProxyType(
    {
        "2a08": _clock,
        "2a18": _record,
        "2a19": battery,
        "2a24": _text("model"),
        "2a25": _text("serial"),
        "2a26": _text("firmware"),
        "2a29": _text("manufacturer"),
        "2a2b": current_time_said,
        "2a34": _context,
        "2a51": glucose_feature,
        "2a52": racp_answer,
        "2a9c": _composition,
        "2a9d": _weighing,
        "2a9f": user_answer,
        "2aa8": lambda payload: cgm.feature(payload).said,
        "2aa9": cgm.status,
        "2aaa": lambda payload: cgm.start(payload).said,
        "2aab": cgm.run_time,
        "2aac": control_answer,
    }
)
