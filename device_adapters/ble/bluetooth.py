"""What the whole room shares: the adapter in use, the clock, how long to wait, bleak's errors, and UUIDs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bleak.args.bluez import BlueZClientArgs
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner
from bleak.exc import BleakDBusError, BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode
from bleak.uuids import normalize_uuid_str

from device_adapters.gatt import Profile, profiles

Clock = Callable[[], datetime]

FAULTS = (BleakError, EOFError, OSError, AssertionError)
"""All that bleak raises when the radio, the device or the bus fails: OSError holds timeouts and a broken D-Bus socket,
and bleak asserts its D-Bus connection where it could say that it is gone."""

_BOND_CODES = frozenset({
    BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION,
    BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION,
    BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION_KEY_SIZE,
})  # fmt: skip
_BOND_NAMES = frozenset({
    "org.bluez.Error.NotPermitted",  # bleak has taken out what is not "Not paired"
    "org.bluez.Error.AuthenticationFailed",
    "org.bluez.Error.AuthenticationRejected",
})  # fmt: skip
_SIG_BASE = "-0000-1000-8000-00805f9b34fb"


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take, in seconds, and how often they are tried.

    A meter advertises for a minute at most, so connecting must not take longer. ATT itself gives an answer 30 s; with a
    passkey to be typed, pairing takes what a person takes. A batch is delivered after a `lull`, or when it is `full`.
    """

    connecting: float = 45
    attempts: int = 3
    step: float = 40
    pairing: float = 90
    closing: float = 5
    lull: float = 0.25
    full: int = 100


@dataclass(frozen=True, slots=True)
class Bluetooth:
    """The adapter (`hci0`; None: the first), the clock, and bleak's backends where they are not the machine's own."""

    adapter: str | None = None
    clock: Clock = utc_now
    client_backend: type[BaseBleakClient] | None = None
    scanner_backend: type[BaseBleakScanner] | None = None
    patience: Patience = field(default_factory=Patience)
    profiles: tuple[Profile, ...] = field(default_factory=profiles)

    @property
    def bluez(self) -> BlueZClientArgs:
        """The adapter as bleak's BlueZ backend takes it; other systems have only one."""
        return {} if self.adapter is None else {"adapter": self.adapter}


def wants_bond(error: BaseException | None) -> bool:
    """True if the device asks for a bond, or does not know ours; told by type and code, never by text."""
    if isinstance(error, BleakGATTProtocolError):
        return error.code in _BOND_CODES
    return isinstance(error, BleakDBusError) and error.dbus_error in _BOND_NAMES


def short(uuid: str) -> str:
    """`2a18` for a UUID the SIG assigned 16 bits; others in full, lower case."""
    full = uuid.lower()
    return full[4:8] if full.startswith("0000") and full.endswith(_SIG_BASE) else full


def long(uuid: str) -> str:
    """A UUID in full, as bleak has it."""
    return normalize_uuid_str(uuid)
