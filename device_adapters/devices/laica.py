"""Laica scales (AAA002: PS7011, PS7020), heard from their manufacturer data, every byte of it masked with 0xA0.

Layout: ble_monitor and its pull request 804. The checksum (five bits of the sum) is ours, from the two captures that
are public; the bit of a settled weight is an integration's for Home Assistant, and no public capture has it.
"""

from device_adapters.adapter import Adapter
from device_adapters.manufacturer import address_bytes
from device_adapters.shapes import mac, say_undated
from hub.errors import Malformed
from hub.measurements import Channel, Condition, Decoded, RawPayload
from hub.quantities import Kind, Quantity, Unit

_LENGTH = 12
_MASK = 0xA0
_WEIGHT, _IMPEDANCE = 0x0D ^ _MASK, 0x06 ^ _MASK
_GRAMS = 0x3FFFF
_SETTLED = 1 << 31
_SUM = 0x1F


def decode(raw: RawPayload) -> Decoded:
    """A weight or an impedance; raises Malformed. Messages of other kinds and lengths say nothing."""
    if len(raw.payload) != _LENGTH:
        return Decoded()
    if raw.payload[:6] != address_bytes(raw)[::-1]:
        raise Malformed("the message names another scale than the one that sent it")
    *value, kind, check = (byte ^ _MASK for byte in raw.payload[6:])
    if (sum(value) + kind) & _SUM != check:
        raise Malformed("the checksum is not that of the message")
    number = int.from_bytes(bytes(value), "big")
    if kind == _WEIGHT:
        return _weight(raw, number)
    if kind == _IMPEDANCE:
        return _impedance(raw, number >> 16)
    return Decoded()


def _weight(raw: RawPayload, number: int) -> Decoded:
    """The weight as the display shows it, to 0.1 kg."""
    kilograms = round((number & _GRAMS) / 100) / 10
    if kilograms == 0:
        return Decoded()
    condition = None if number & _SETTLED else Condition.UNSTABLE
    return say_undated(raw, mac(raw.address), [(Kind.WEIGHT, Quantity(kilograms, Unit.KG))], condition=condition)


def _impedance(raw: RawPayload, ohms: int) -> Decoded:
    """The impedance, as it was measured; others squeeze it between 430 and 630."""
    if ohms == 0:
        return Decoded()
    return say_undated(raw, mac(raw.address), [(Kind.IMPEDANCE, Quantity(float(ohms), Unit.OHM))])


ADAPTER = Adapter(
    name="laica",
    about="Laica scales that call themselves AAA002; a weight without the mark of a settled one is nobody's",
    channel=Channel.ADVERT,
    sources=("manufacturer/ac/a0",),
    decode=decode,
)
