"""A virtual home's air for each test; whatever a test leaves running fails it."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from device_adapters.ble.bluetooth import Bluetooth
from tests.ble.home import bluetooth_in
from tests.ble.leaping import LeapingLoop
from vigie.virtual.radio import Radio

logging.getLogger("bumble").setLevel(logging.ERROR)


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    """Air, hub and devices live in one loop, whose time leaps."""
    return "asyncio", {"loop_factory": LeapingLoop}


@pytest.fixture
async def radio() -> AsyncIterator[Radio]:
    """The air; at the end nobody is left in it."""
    async with Radio() as opened:
        yield opened
    left = [task for task in asyncio.all_tasks() if "TestRunner" not in repr(task.get_coro())]
    assert not left, f"still running: {left}"


@pytest.fixture
def bluetooth(radio: Radio) -> Bluetooth:
    """The hub's Bluetooth in this air, impatient, knowing the tests' own meter and scale."""
    return bluetooth_in(radio)
