"""The room over bleak's own BlueZ backend: one smoke test against BlueZoo, a stand-in for bluetoothd.

BlueZoo is GPL: it runs as a process of its own, is no dependency, and the test is skipped where it or D-Bus is missing
(`pipx install bluezoo`). It simulates neither radio nor bonds nor lost links; those are tested over the virtual radio.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from device_adapters.ble.bluetooth import Bluetooth, Patience
from device_adapters.ble.states import Ending, Hearing
from tests.ble.bluez_meter import BluezMeter
from tests.ble.home import METER_PROFILE, NOON, Notebook, open_room, records, until

HUB, METER = "00:00:00:11:11:11", "00:00:00:22:22:22"
PROGRAMS = ("dbus-daemon", "bluezoo")
MISSING = [program for program in PROGRAMS if shutil.which(program) is None]

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(bool(MISSING), reason=f"the BlueZ backend goes UNTESTED here: no {' and no '.join(MISSING)}"),
]


@pytest.fixture
def anyio_backend() -> str:
    """The bus and its BlueZ take the time they take."""
    return "asyncio"


@asynccontextmanager
async def running(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program, ended at the end."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        yield process
    finally:
        process.terminate()
        await process.communicate()


@pytest.fixture
async def bus(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A private system bus with a BlueZ that has two adapters."""
    async with running("dbus-daemon", "--session", "--nofork", "--print-address") as daemon:
        assert daemon.stdout is not None
        address = (await daemon.stdout.readline()).decode().strip()
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        async with running("bluezoo", "-q", "--auto-enable", "--scan-interval", "1", "-a", HUB, "-a", METER):
            yield address


async def test_a_meter_is_found_visited_and_heard(bus: str) -> None:
    meter = BluezMeter([payload for _, payload in records(5)])
    await asyncio.sleep(1)
    work = asyncio.ensure_future(meter.run(bus))
    notebook = Notebook(paired={METER})
    bluetooth = Bluetooth("hci0", clock=lambda: NOON, patience=Patience(lull=0.05), profiles=(METER_PROFILE,))
    async with open_room(notebook, bluetooth) as room:
        await until(lambda: notebook.sequences(METER) == [1, 2, 3, 4, 5], within=60)
        await until(lambda: [device.last for device in room.states().devices] != [None], within=60)
        [device] = room.states().devices
        assert device.last is not None
        assert (device.last.ending, device.last.identity.model) == (Ending.DONE, "Meter 7")
        assert room.states().hearing in (Hearing.ACTIVE, Hearing.PAUSED)
    work.cancel()
    await asyncio.wait({work})
