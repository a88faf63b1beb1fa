"""Xiaomi S400 and S200 scales, heard from their encrypted MiBeacons (0xFE95); the bind key is in Xiaomi's account.

A weighing is two beacons, one with weight, pulse and an impedance, one with an impedance alone. Which of the two is at
the low frequency is disputed (xiaomi-ble and openScale disagree): both are kept, and the context says which beacon.
"""

from collections.abc import Iterator
from functools import partial

from device_adapters.adapter import Adapter, Decoder
from device_adapters.beacons import Heard, hear
from device_adapters.gatt_shapes import said
from device_adapters.shapes import echo_of, mac, say
from hub.errors import BindKeyMissing, Malformed
from hub.measurements import Channel, Decoded, RawPayload
from hub.quantities import Kind, Quantity, Unit

_SCALES = (0x30D9, 0x3BD5, 0x48CF, 0x4B05, 0x4FC2, 0x45C9, 0x4C04, 0x4DCB)
"""The scales among Xiaomi's product numbers (facts of xiaomi-ble 1.21): MJTZC01YM, MJTZC03YM, MJTZC02YM."""

_ENCRYPTED, _OBJECT = 1 << 3, 1 << 6
_HEAD = 5
_IMPEDANCES = ("impedance_low", "impedance_high")
_MOST_OHM = 0x3FFF / 10
"""All bits of the field: no impedance."""


def _decode(raw: RawPayload, key: bytes | None) -> Decoded:
    """Weight, pulse and impedance; raises BindKeyMissing, Malformed. Other Xiaomi devices say nothing here."""
    if len(raw.payload) < _HEAD:
        raise Malformed(f"a MiBeacon has at least {_HEAD} bytes")
    control, product = int.from_bytes(raw.payload[:2], "little"), int.from_bytes(raw.payload[2:4], "little")
    if product not in _SCALES or not control & _OBJECT or raw.retained:
        return Decoded()
    if not control & _ENCRYPTED:
        raise Malformed("these scales encrypt what they say")
    if key is None:
        raise BindKeyMissing("this scale's beacons are encrypted; give its bind key to the gateway")
    heard = hear("xiaomi_ble", "XiaomiBluetoothDeviceData", raw, key)
    if not heard.verified:
        raise BindKeyMissing("the bind key is not this scale's; take it anew from the Xiaomi account")
    weight = heard.mass()
    quantities = list(_quantities(heard, weight))
    context = said({"beacon": "impedance alone" if weight is None else "with the weight"})
    return Decoded(
        say(raw, mac(raw.address), quantities, stamp=None, context=context, hint=_profile(heard), echo=echo_of(raw))
    )


def _quantities(heard: Heard, weight: float | None) -> Iterator[tuple[Kind, Quantity]]:
    if weight is not None:
        yield Kind.WEIGHT, Quantity(weight, Unit.KG)
    pulse = heard.number("heart_rate")
    if pulse is not None:
        yield Kind.HEART_RATE, Quantity(pulse, Unit.PER_MIN)
    for name in _IMPEDANCES:
        ohms = heard.number(name)
        if ohms is not None and ohms < _MOST_OHM:
            yield Kind.IMPEDANCE, Quantity(ohms, Unit.OHM)


def _profile(heard: Heard) -> str | None:
    """The scale's own user, by its weight: a hint."""
    number = heard.number("profile_id")
    return None if number is None else str(int(number))


def _unlock(key: bytes) -> Decoder:
    return partial(_decode, key=key)


ADAPTER = Adapter(
    name="xiaomi-s400",
    about="Xiaomi S400 and S200, heard from their encrypted advertisements with the bind key of the Xiaomi account",
    channel=Channel.ADVERT,
    sources=("fe95",),
    decode=partial(_decode, key=None),
    unlock=_unlock,
)
