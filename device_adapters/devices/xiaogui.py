"""Xiaogui and LeaOne scales (TZC4, QJ-J), heard from their manufacturer data, whose company number counts the messages.

Only the first byte of that number is fixed, and others begin alike: what tells these scales is their length and their
own address in the message. Layout: ble_monitor; digits and unit in the byte before the address: openScale's OKOK2,
leaone-ble.
"""

from collections.abc import Iterator
from struct import unpack

from device_adapters.adapter import Adapter
from device_adapters.manufacturer import address_bytes
from device_adapters.shapes import mac, say_undated
from hub.errors import Malformed
from hub.measurements import Channel, Condition, Decoded, RawPayload
from hub.quantities import Kind, Quantity, Unit

_LENGTH = 13
_SETTLED = 1
_MADE = 0b001_00000
"""The three highest bits, in every message that anybody saw."""

_DIVISORS = {0: 10, 2: 100}
_UNITS = {0: Unit.KG, 2: Unit.LB}
"""Others are known by name only (jin, stones with pounds): no capture shows them."""


def decode(raw: RawPayload) -> Decoded:
    """The weight and, once it is settled, the impedance; raises Malformed. Whoever else begins alike says nothing."""
    if len(raw.payload) != _LENGTH or raw.payload[7:] != address_bytes(raw):
        return Decoded()
    weight, impedance, how = unpack(">HH2xB6x", raw.payload)
    if how & 0b111_00000 != _MADE:
        raise Malformed("a state that no known Xiaogui scale has")
    divisor, unit = _DIVISORS.get(how >> 1 & 3), _UNITS.get(how >> 3 & 3)
    if divisor is None or unit is None:
        raise Malformed("a unit or number of digits that no capture of a Xiaogui scale shows; set the scale to kg")
    if weight == 0:
        return Decoded()
    settled = bool(how & _SETTLED)
    quantities = _quantities(Quantity(weight / divisor, unit), impedance if settled else 0)
    return say_undated(raw, mac(raw.address), quantities, condition=None if settled else Condition.UNSTABLE)


def _quantities(weight: Quantity, impedance: int) -> Iterator[tuple[Kind, Quantity]]:
    yield Kind.WEIGHT, weight
    if impedance:
        yield Kind.IMPEDANCE, Quantity(impedance / 10, Unit.OHM)


ADAPTER = Adapter(
    name="xiaogui",
    about="Xiaogui and LeaOne scales (TZC4, QJ-J); told by their own address in it, as their company number varies",
    channel=Channel.ADVERT,
    sources=("manufacturer/c0/+",),
    decode=decode,
)
