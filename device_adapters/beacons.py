"""What the decoders of advertisements that go through a library share: the library, loaded when it is first needed."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from device_adapters.shapes import mac
from hub.errors import DecodeError, Malformed
from hub.measurements import RawPayload
from hub.records import KEY_BYTES

_BASE_UUID = "0000{}-0000-1000-8000-00805f9b34fb"
_OURS = "signal_strength"
_OVERLOAD = 327.6
"""What a Xiaomi scale's overload sentinel (0xFFF0) looks like once a library has made kilograms of it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a library made of one advertisement: numbers and units by name; `anything` is false if it made nothing."""

    values: Mapping[str, object]
    units: Mapping[str, str]
    verified: bool
    anything: bool

    def number(self, name: str) -> float | None:
        """A positive number of that name, if it said one."""
        value = self.values.get(name)
        return float(value) if isinstance(value, int | float) and value > 0 else None

    def mass(self) -> float | None:
        """A mass in its own unit; raises Malformed for what only an overload can give."""
        value = self.number("mass")
        if value is not None and value >= _OVERLOAD and self.units.get("mass") == "kg":
            raise Malformed("the scale says that it is overloaded")
        return value


def hear(library: str, parser: str, raw: RawPayload, key: bytes | None) -> Heard:
    """The advertisement through that library's parser, a new one each time: what came before changes nothing.

    Raises DecodeError where the library is not installed or gives up, Malformed without an address.
    """
    if key is not None and len(key) != KEY_BYTES:
        raise DecodeError(f"a bind key has {KEY_BYTES} bytes, 32 hexadecimal digits")
    data = getattr(_library(library), parser)(key)
    try:
        update = data.update(_advertisement(raw))
    except Exception as why:  # what a library raises on a stranger's bytes is nobody's promise
        raise Malformed(f"{library} gave up: {type(why).__name__}") from why
    values = {str(each.key): value.native_value for each, value in update.entity_values.items()}
    units = {str(each.key): str(said.native_unit_of_measurement) for each, said in update.entity_descriptions.items()}
    anything = bool(values.keys() - {_OURS} or update.binary_entity_values or update.events)
    return Heard(values, units, verified=bool(data.bindkey_verified), anything=anything)


def _advertisement(raw: RawPayload) -> Any:
    return _library("habluetooth").BluetoothServiceInfoBleak(
        name="",
        address=mac(raw.address),
        rssi=0,
        manufacturer_data={},
        service_data={_BASE_UUID.format(raw.source): raw.payload},
        service_uuids=[],
        source="",
        device=None,
        advertisement=None,
        connectable=False,
        time=raw.received_at.timestamp(),
        tx_power=None,
    )


@cache
def _library(name: str) -> ModuleType:
    """The library, silenced: it logs payloads, which hold measured values."""
    try:
        module = import_module(name)
    except ImportError:
        raise DecodeError(f"{name} is not installed; to decode such scales: pip install 'vigie[ble]'") from None
    logging.getLogger(name).setLevel(logging.CRITICAL)
    return module
