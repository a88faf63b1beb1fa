"""What devices say, before anyone knows whose it is: raw payloads and measurements."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.errors import Refusal
from hub.quantities import Kind, Quantity


class Channel(StrEnum):
    """The way a payload came in; it becomes a reading's provenance."""

    MQTT = "mqtt"
    HTTP = "http"
    ADVERT = "advert"
    FILE = "file"
    MANUAL = "manual"
    GATT = "gatt"


class Condition(StrEnum):
    """What a device says about a measurement besides its number."""

    BELOW_RANGE = "below_range"
    ABOVE_RANGE = "above_range"
    CONTROL_SOLUTION = "control_solution"
    OBJECT_ON_SCALE = "object_on_scale"
    UNSTABLE = "unstable"
    WEIGHT_REMOVED = "weight_removed"
    SENSOR_FAULT = "sensor_fault"

    @property
    def bounds_only(self) -> bool:
        """True if the number is a bound of the device's range, not a value."""
        return self in (Condition.BELOW_RANGE, Condition.ABOVE_RANGE)

    @property
    def of_a_person(self) -> bool:
        """False for what is no measure of a person: a control solution, a suitcase, a number still settling."""
        return self in (Condition.BELOW_RANGE, Condition.ABOVE_RANGE, Condition.WEIGHT_REMOVED)


CHANNEL_NUMBER = {channel: n for n, channel in enumerate(Channel, start=1)}
CHANNEL_BY_NUMBER = {n: channel for channel, n in CHANNEL_NUMBER.items()}
CONDITION_NUMBER = {condition: n for n, condition in enumerate(Condition, start=1)}
CONDITION_BY_NUMBER = {n: condition for condition, n in CONDITION_NUMBER.items()}


@dataclass(frozen=True, slots=True)
class RawPayload:
    """Bytes as they came, with all a decoder may know of them; decoders never read the clock.

    `source` is the MQTT topic, HTTP route, service UUID or company (see `device_adapters.manufacturer`); `address` the
    device's own, when the carrier names it.
    `again` is true when the carrier says it may have delivered these bytes before (MQTT DUP).
    """

    channel: Channel
    source: str
    payload: bytes
    received_at: datetime
    address: str | None = None
    retained: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Measurement:
    """One quantity as its device said it: its unit, its own clock, its sequence; nobody's yet.

    `key` is the sender's own name for this measurement: the same key from the same device is the same measurement.
    `kind` is None when the sender only said "glucose" and the device's registered kind tells which.
    `taken_at` is an instant its sender vouches for; without it `device_time`, the device's own display, is used, and
    without that the time of receipt. `stored` marks a record from the device's memory: it is never dated by receipt.
    `echo` is how far apart two arrivals of an identical, undated measurement may be and still be one.
    `context` is JSON text. `hint` is the scale's or application's own user name or index; never proof of who it was.
    """

    device: str
    kind: Kind | None
    quantity: Quantity
    received_at: datetime
    key: str
    channel: Channel
    taken_at: datetime | None = None
    device_time: datetime | None = None
    stored: bool = False
    condition: Condition | None = None
    sequence: int | None = None
    context: str | None = None
    hint: str | None = None
    gateway: str | None = None
    echo: timedelta | None = None


WHOLE = -1
"""The position of a refusal that concerns a payload as a whole."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One measurement inside a payload that cannot be used, and why; `position` is its place in the payload."""

    position: int
    why: Refusal


@dataclass(frozen=True, slots=True)
class Sequence:
    """Where a gateway's message stands: `number` counts messages since `boot`; `first` is the oldest it still holds."""

    gateway: str
    boot: str
    number: int
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a payload says: measurements, what in it was refused, and payloads wrapped inside it."""

    measurements: tuple[Measurement, ...] = ()
    refused: tuple[Refused, ...] = ()
    inner: tuple[RawPayload, ...] = ()
    sequence: Sequence | None = None
