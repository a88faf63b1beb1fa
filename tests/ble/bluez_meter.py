"""A glucose meter as a BlueZ application on its second adapter, over D-Bus; for the smoke test of that backend."""

import asyncio
from typing import Annotated, Any, cast

from dbus_fast import BusType, Message, MessageType, PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusBool, DBusBytes, DBusDict, DBusObjectPath, DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property

from device_adapters.ble.bluetooth import long
from vigie.virtual import payloads

DBusStrings = Annotated[list[str], DBusSignature("as")]
_ADAPTER = "/org/bluez/hci1"
_READ = PropertyAccess.READ


class _Service(ServiceInterface):
    """A GATT service."""

    def __init__(self, uuid: str) -> None:
        super().__init__("org.bluez.GattService1")
        self._uuid = long(uuid)

    @dbus_property(_READ)
    def UUID(self) -> DBusStr:  # noqa: N802
        return self._uuid

    @dbus_property(_READ)
    def Primary(self) -> DBusBool:  # noqa: N802
        return True


class _Characteristic(ServiceInterface):
    """A GATT characteristic."""

    def __init__(self, uuid: str, service: str, flags: list[str], value: bytes = b"") -> None:
        super().__init__("org.bluez.GattCharacteristic1")
        self._uuid, self._service, self._flags, self._value = long(uuid), service, flags, value
        self.written = asyncio.Event()

    def say(self, value: bytes) -> None:
        """Notify."""
        self._value = value
        self.emit_properties_changed({"Value": value})

    @dbus_property(_READ)
    def UUID(self) -> DBusStr:  # noqa: N802
        return self._uuid

    @dbus_property(_READ)
    def Service(self) -> DBusObjectPath:  # noqa: N802
        return self._service

    @dbus_property(_READ)
    def Flags(self) -> DBusStrings:  # noqa: N802
        return self._flags

    @dbus_property(_READ)
    def Value(self) -> DBusBytes:  # noqa: N802
        return self._value

    @dbus_method()
    def ReadValue(self, _options: DBusDict) -> DBusBytes:  # noqa: N802
        return self._value

    @dbus_method()
    def WriteValue(self, _value: DBusBytes, _options: DBusDict) -> None:  # noqa: N802
        self.written.set()

    @dbus_method()
    def StartNotify(self) -> None:  # noqa: N802
        pass

    @dbus_method()
    def StopNotify(self) -> None:  # noqa: N802
        pass

    @dbus_method()
    def Confirm(self) -> None:  # noqa: N802
        pass


class _Advertisement(ServiceInterface):
    """What the meter advertises."""

    def __init__(self) -> None:
        super().__init__("org.bluez.LEAdvertisement1")

    @dbus_property(_READ)
    def Type(self) -> DBusStr:  # noqa: N802
        return "peripheral"

    @dbus_property(_READ)
    def ServiceUUIDs(self) -> DBusStrings:  # noqa: N802
        return [long("1808")]

    @dbus_property(_READ)
    def LocalName(self) -> DBusStr:  # noqa: N802
        return "Meter"

    @dbus_property(_READ)
    def Discoverable(self) -> DBusBool:  # noqa: N802
        return True

    @dbus_method()
    def Release(self) -> None:  # noqa: N802
        pass


class BluezMeter:
    """A meter with its records, on hci1 of that bus."""

    def __init__(self, records: list[bytes]) -> None:
        self._records = records
        self._measure = _Characteristic("2a18", "/meter/s0", ["notify"])
        self._control = _Characteristic("2a52", "/meter/s0", ["write", "indicate"])

    async def run(self, address: str) -> None:
        """Advertise, and answer each request with all records, until cancelled."""
        bus = await MessageBus(address, BusType.SYSTEM).connect()
        try:
            await self._register(bus)
            while True:
                await self._control.written.wait()
                self._control.written.clear()
                for record in self._records:
                    self._measure.say(record)
                    await asyncio.sleep(0.01)
                self._control.say(payloads.answer(1, payloads.Answer.DONE))
        finally:
            bus.disconnect()

    async def _register(self, bus: MessageBus) -> None:
        model = _Characteristic("2a24", "/meter/s1", ["read"], b"Meter 7")
        bus.export("/meter/s0", _Service("1808"))
        bus.export("/meter/s0/c0", self._measure)
        bus.export("/meter/s0/c1", self._control)
        bus.export("/meter/s1", _Service("180a"))
        bus.export("/meter/s1/c0", model)
        bus.export("/advertisement", _Advertisement())
        await _call(bus, "org.bluez.GattManager1", "RegisterApplication", "/meter")
        await _call(bus, "org.bluez.LEAdvertisingManager1", "RegisterAdvertisement", "/advertisement")


async def _call(bus: MessageBus, interface: str, member: str, path: str) -> None:
    options: dict[str, Variant] = {}
    message = Message("org.bluez", _ADAPTER, interface, member, signature="oa{sv}", body=[path, options])
    reply = cast(Any, await bus.call(message))
    if reply.message_type is MessageType.ERROR:
        raise RuntimeError(f"{member}: {reply.body}")
