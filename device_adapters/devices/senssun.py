"""Senssun scales (IF_B7), heard from their manufacturer data, under a company number that is not theirs.

Layout: ble_monitor; that the state's low half is the unit: hangtime-grip-connect (WH-C06, a hanging scale with the same
frame). The last two bytes, perhaps a checksum, are understood by nobody.
"""

from collections.abc import Iterator
from struct import unpack

from device_adapters.adapter import Adapter
from device_adapters.manufacturer import address_bytes
from device_adapters.shapes import mac, say_undated
from hub.errors import Malformed
from hub.measurements import Channel, Condition, Decoded, RawPayload
from hub.quantities import Kind, Quantity, Unit

_LENGTH = 17
_HEAD = bytes.fromhex("020311")
_DIGITS = 2
_KG = 1
_SETTLED = 0xA0


def decode(raw: RawPayload) -> Decoded:
    """The weight and, once it is settled, the impedance; raises Malformed. Others under that number say nothing."""
    if len(raw.payload) != _LENGTH or not raw.payload.startswith(_HEAD):
        return Decoded()
    if raw.payload[3:9] != address_bytes(raw):
        raise Malformed("the message names another scale than the one that sent it")
    digits, weight, impedance, state = unpack(">9xBHHB2x", raw.payload)
    if digits != _DIGITS or state & 0x0F != _KG:
        raise Malformed("a unit or number of digits that no capture of a Senssun scale shows; set the scale to kg")
    if weight == 0:
        return Decoded()
    settled = state & _SETTLED == _SETTLED
    quantities = _quantities(weight, impedance if settled else 0)
    return say_undated(raw, mac(raw.address), quantities, condition=None if settled else Condition.UNSTABLE)


def _quantities(weight: int, impedance: int) -> Iterator[tuple[Kind, Quantity]]:
    yield Kind.WEIGHT, Quantity(weight / 100, Unit.KG)
    if impedance:
        yield Kind.IMPEDANCE, Quantity(float(impedance), Unit.OHM)


ADAPTER = Adapter(
    name="senssun",
    about="Senssun scales that call themselves IF_B7; a hanging scale (WH-C06) speaks alike, register none of those",
    channel=Channel.ADVERT,
    sources=("manufacturer/00/01",),
    decode=decode,
)
