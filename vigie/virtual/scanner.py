"""bleak's scanner over the virtual radio: cumulative as BlueZ's, without scan responses when passive. For bleak 3.1."""

from collections.abc import Iterator
from struct import unpack
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError
from bleak.uuids import normalize_uuid_16, normalize_uuid_str
from bumble import hci
from bumble.core import UUID
from bumble.device import Advertisement

if TYPE_CHECKING:
    from vigie.virtual.radio import Radio


def no_adapter() -> BleakError:
    """What bleak says without an adapter."""
    return BleakBluetoothNotAvailableError(
        "No Bluetooth adapters found.", BleakBluetoothNotAvailableReason.NO_BLUETOOTH
    )


class VirtualScanner(BaseBleakScanner):
    """bleak's scanner in the virtual air."""

    radio: ClassVar["Radio"]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: Literal["active", "passive"],
        **_: Any,
    ) -> None:
        """Prepare; passive scanning gets no scan responses, as everywhere."""
        super().__init__(detection_callback, service_uuids)
        self.active = scanning_mode == "active"

    async def start(self) -> None:
        """Start scanning; raises BleakError without an adapter."""
        if not self.radio.plugged:
            raise no_adapter()
        self.seen_devices = {}
        self.radio.scanners.add(self)
        await self.radio.rescan()

    async def stop(self) -> None:
        """Stop scanning."""
        if self in self.radio.scanners:
            self.radio.scanners.discard(self)
            await self.radio.rescan()

    def hear(self, advertisement: Advertisement) -> None:
        """Tell bleak of an advertisement; what was said before of the device is kept, as BlueZ does."""
        address = _text(advertisement.address)
        before = self.seen_devices.get(address)
        said = _said(advertisement, before[1] if before else None)
        device = self.create_or_update_device(address, address, said.local_name, {}, said)
        if self.is_allowed_uuid(said.service_uuids):
            self.call_detection_callbacks(device, said)


def long_of(uuid: UUID) -> str:
    """A UUID of bumble's as bleak has it."""
    return normalize_uuid_str(uuid.to_hex_str("-").lower())


def _text(address: hci.Address) -> str:
    """An address as bleak writes it; bumble marks public ones with `/P`."""
    return str(address).split("/", maxsplit=1)[0]


def _said(advertisement: Advertisement, before: AdvertisementData | None) -> AdvertisementData:
    """What the advertisement says, over what the device said before."""
    name = before.local_name if before else None
    manufacturers = dict(before.manufacturer_data) if before else {}
    services = dict(before.service_data) if before else {}
    uuids = list(before.service_uuids) if before else []
    power = before.tx_power if before else None
    for kind, data in advertisement.data.ad_structures:
        match kind:
            case 0x02 | 0x03:
                uuids += [normalize_uuid_16(short) for (short,) in _parts(data, 2, "<H")]
            case 0x06 | 0x07:
                uuids += [long_of(UUID.from_bytes(long)) for (long,) in _parts(data, 16, "16s")]
            case 0x08 | 0x09:
                name = data.decode(errors="replace")
            case 0x0A:
                (power,) = unpack("b", data[:1])
            case 0x16:
                services[normalize_uuid_16(int.from_bytes(data[:2], "little"))] = bytes(data[2:])
            case 0x21:
                services[long_of(UUID.from_bytes(data[:16]))] = bytes(data[16:])
            case 0xFF:
                manufacturers[int.from_bytes(data[:2], "little")] = bytes(data[2:])
    return AdvertisementData(
        name, manufacturers, services, list(dict.fromkeys(uuids)), power, advertisement.rssi, (advertisement,)
    )


def _parts(data: bytes, size: int, shape: str) -> Iterator[tuple[Any, ...]]:
    return (unpack(shape, data[at : at + size]) for at in range(0, len(data) - size + 1, size))
