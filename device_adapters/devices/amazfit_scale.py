"""Amazfit Smart Scale, heard from its service data (0xFEE0), which Huami's bands use as well, in other lengths.

Layout: ble_monitor and its issue 910, whose capture of a weighing without impedance has 0 in the three bytes behind the
weight, and no impedance where the impedance is.
"""

from collections.abc import Iterator
from struct import unpack

from device_adapters.adapter import Adapter
from device_adapters.shapes import mac, say_undated
from hub.errors import Malformed
from hub.measurements import Channel, Condition, Decoded, RawPayload
from hub.quantities import Kind, Quantity, Unit

_LENGTH = 20
_SENTINELS = 0xFFF0
"""From here up a number is a message, as in Xiaomi's scales, which the same house made."""


def decode(raw: RawPayload) -> Decoded:
    """The weight and, once it is settled, the impedance; raises Malformed. Bands and watches say nothing here."""
    if len(raw.payload) != _LENGTH:
        return Decoded()
    impedance, weight, measured = unpack("<5xHH3s8x", raw.payload)
    if weight >= _SENTINELS:
        raise Malformed("the scale says that it is overloaded")
    if weight == 0:
        return Decoded()
    settled = any(measured)
    quantities = _quantities(weight, impedance if settled else 0)
    return say_undated(raw, mac(raw.address), quantities, condition=None if settled else Condition.UNSTABLE)


def _quantities(weight: int, impedance: int) -> Iterator[tuple[Kind, Quantity]]:
    yield Kind.WEIGHT, Quantity(weight / 200, Unit.KG)
    if 0 < impedance < _SENTINELS:
        yield Kind.IMPEDANCE, Quantity(impedance / 10, Unit.OHM)


ADAPTER = Adapter(
    name="amazfit-scale",
    about="Amazfit Smart Scale, set to kg: no other unit is known; a weighing without impedance is taken as unsettled",
    channel=Channel.ADVERT,
    sources=("fee0",),
    decode=decode,
)
