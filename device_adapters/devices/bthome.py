"""BTHome scales (v2 on service data 0xFCD2, v1 on 0x181C and 0x181E), plain or encrypted with a bind key.

Whatever else speaks BTHome (thermometers, buttons) says nothing here. Encrypted, it cannot be told from a scale.
"""

from functools import partial

from device_adapters.adapter import Adapter, Decoder
from device_adapters.beacons import hear
from device_adapters.shapes import mac, say_undated
from hub.errors import BindKeyMissing, Malformed
from hub.measurements import Channel, Decoded, RawPayload
from hub.quantities import Kind, Quantity, parse_unit

_V2, _V1, _V1_ENCRYPTED = "fcd2", "181c", "181e"


def _decode(raw: RawPayload, key: bytes | None) -> Decoded:
    """The mass, which has no time of its own; raises Malformed, BindKeyMissing."""
    if not raw.payload:
        raise Malformed("the service data is empty")
    encrypted = _encrypted(raw)
    if encrypted and key is None:
        raise BindKeyMissing("this beacon is encrypted; give its bind key to the gateway")
    heard = hear("bthome_ble", "BTHomeBluetoothDeviceData", raw, key if encrypted else None)
    if encrypted and not heard.verified:
        raise BindKeyMissing("the bind key is not this beacon's; give the one from the device's own application")
    if not heard.anything:
        raise Malformed("no BTHome object of a known kind and length")
    mass = heard.mass()
    if mass is None:
        return Decoded()
    return say_undated(raw, mac(raw.address), [(Kind.WEIGHT, Quantity(mass, parse_unit(heard.units["mass"])))])


def _encrypted(raw: RawPayload) -> bool:
    """Version 1 has a service for it, version 2 a bit."""
    return raw.source == _V1_ENCRYPTED or (raw.source == _V2 and bool(raw.payload[0] & 1))


def _unlock(key: bytes) -> Decoder:
    return partial(_decode, key=key)


ADAPTER = Adapter(
    name="bthome",
    about="BTHome scales, versions 1 and 2, plain or encrypted with a bind key",
    channel=Channel.ADVERT,
    sources=(_V2, _V1, _V1_ENCRYPTED),
    decode=partial(_decode, key=None),
    unlock=_unlock,
)
