"""The home gateway as a program: its folder, its one process, its wiring, and what it tells about itself."""

import asyncio
import fcntl
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from device_adapters.gateway import status
from device_adapters.gateway.disk import Disk, Limits
from device_adapters.gateway.gateway import Gateway
from device_adapters.gateway.keeper import QueueKeeper
from device_adapters.gateway.paired import PairedDevices
from device_adapters.gateway.queue import Queue
from device_adapters.gateway.replay import Replayed
from device_adapters.gateway.replay import replay as replay_refused
from device_adapters.gateway.seam import Room
from device_adapters.gateway.status import Light
from device_adapters.gateway.uplink import ACK, Uplink
from device_adapters.mqtt import MqttSource
from device_adapters.wire.user_control import MOST_CODE, MOST_USERS
from hub.errors import RecordError, ServiceError

log = logging.getLogger(__name__)

MakeRoom = Callable[[QueueKeeper], Room]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gateway stands: its data folder, its name at the hub, the broker, and the time zone of the home."""

    home: Path
    name: str
    mqtt_url: str
    zone: ZoneInfo


def bluetooth(keeper: QueueKeeper) -> Room:
    """The machine's first Bluetooth adapter; bleak is loaded here and nowhere earlier."""
    from device_adapters.ble.room import Room as BluetoothRoom

    return BluetoothRoom(keeper)


@contextmanager
def disk(home: Path) -> Iterator[Disk]:
    """The gateway's file in that data folder; raises ServiceError."""
    opened = Disk(home / "gateway" / "queue.sqlite", Limits())
    try:
        yield opened
    finally:
        opened.close()
        _hand_over(home)


def _hand_over(home: Path) -> None:
    """What an administrator's command made is given to whom the data folder belongs, for the service to open it."""
    if os.geteuid() == 0:
        owner = home.stat()
        for path in (home / "gateway", *(home / "gateway").iterdir()):
            with suppress(FileNotFoundError):  # a running gateway's own passing files
                os.chown(path, owner.st_uid, owner.st_gid)


def run(place: Place, make_room: MakeRoom = bluetooth) -> None:
    """Work until SIGTERM or Ctrl-C; raises ServiceError if this home's gateway runs already."""
    with disk(place.home) as opened, _alone(place.home):
        queue, paired = Queue(opened, place.zone), PairedDevices(opened)
        keeper = QueueKeeper(queue, paired, _now)
        uplink = Uplink(queue, place.name, lambda: _line(place), now=_now)
        log.info("gateway %s: %d devices are paired", place.name, len(paired.keys()))
        asyncio.run(_until_told(Gateway(queue, keeper, uplink, make_room(keeper), _now)))


def pair(
    home: Path, address: str, model: str | None, bind_key: str | None, consent: tuple[int, int] | None = None
) -> str:
    """Let that home's gateway listen to a device; its address as spelled from now on. Raises RecordError.

    `consent` is a user's number on a scale and the code by which they agreed to be told of.
    """
    knows = {} if consent is None else _consent(*consent)
    with disk(home) as opened:
        return PairedDevices(opened).pair(address, _now(), model=model, bind_key=bind_key, knows=knows)


def _consent(user: int, code: int) -> dict[str, int]:
    """As the conversation with a scale remembers it; bounds of User Data Service 1.0, section 3.2."""
    if not (0 <= user <= MOST_USERS and 0 <= code <= MOST_CODE):
        raise RecordError(f"a consent is a user's number (0 to {MOST_USERS}) and the code of at most {MOST_CODE}")
    return {"user": user, "consent": code}


def unpair(home: Path, address: str) -> str:
    """Let it listen no more; raises NotFound, RecordError."""
    with disk(home) as opened:
        return PairedDevices(opened).unpair(address)


def replay(home: Path, zone: ZoneInfo) -> Replayed:
    """Hear again what that home's gateway could not use, whether it runs or not; raises QueueFull."""
    with disk(home) as opened:
        return replay_refused(opened, Queue(opened, zone), _now())


def lights(home: Path) -> tuple[Light, ...]:
    """How the gateway of that home does, whether it runs or not."""
    with disk(home) as opened:
        return status.lights(status.read(opened), running=_runs(home), now=_now())


def device_lines(home: Path) -> Iterator[str]:
    """Its devices: address, model, when last heard, what came of the last visit, how many wait and were refused."""
    with disk(home) as opened:
        devices = status.read(opened).devices
    for device in devices:
        heard = device.heard_at.isoformat() if device.heard_at else "never heard"
        counts = f"{device.waiting} waiting, {device.refused} refused"
        yield "  ".join([device.address, device.model or "-", heard, device.visit or "never visited", counts])


def _now() -> datetime:
    return datetime.now(UTC)


def _line(place: Place) -> MqttSource:
    return MqttSource(place.mqtt_url, f"vigie-gateway-{place.name}", [ACK + place.name])


async def _until_told(gateway: Gateway) -> None:
    work = asyncio.ensure_future(gateway.run())
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        log.info("stopped; what waits is on the disk")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the home's lock; a killed process frees it."""
    with _locked(home) as ours:
        if not ours:
            raise ServiceError(f"the gateway of {home} runs already; stop it first, or name another folder: VIGIE_HOME")
        yield


def _runs(home: Path) -> bool:
    with _locked(home) as free:
        return not free


@contextmanager
def _locked(home: Path) -> Iterator[bool]:
    """True while we hold the lock, False if another process does."""
    file = os.open(home / "gateway" / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        yield _take(file)
    finally:
        os.close(file)


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
