"""A home's devices and its gateway's queue, made in a line each."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from device_adapters.gateway.disk import Disk, Limits, free_on_disk
from device_adapters.gateway.paired import PairedDevices
from device_adapters.gateway.queue import Queue
from device_adapters.gateway.seam import Heard
from hub.measurements import Channel, Measurement
from hub.quantities import Kind, Quantity, Unit

NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
METER = "AA:BB:CC:00:00:01"
SENSOR = "AA:BB:CC:00:00:02"
STRANGER = "AA:BB:CC:00:00:99"


def said(key: str, *, ago: timedelta = timedelta(), device: str = METER, **more: Any) -> Measurement:
    """A capillary glucose of 5.8 mmol/L, taken that long before noon and named `key`, unless told otherwise."""
    ordinary: dict[str, Any] = {
        "kind": Kind.GLUCOSE_CAPILLARY,
        "quantity": Quantity(5.8, Unit.MMOL_L),
        "received_at": NOW,
        "channel": Channel.GATT,
        "taken_at": NOW - ago,
    }
    return Measurement(device=device, key=key, **ordinary | more)


def heard(*measurements: Measurement, device: str = METER, **more: Any) -> Heard:
    """What a device said."""
    return Heard(device, measurements, **more)


@contextmanager
def a_disk(path: Path, limits: Limits | None = None, free: Any = free_on_disk) -> Iterator[Disk]:
    """A gateway's disk, on which a meter and a sensor are paired."""
    disk = Disk(path, limits or Limits(), free)
    PairedDevices(disk).pair(METER, NOW)
    PairedDevices(disk).pair(SENSOR, NOW, model="G7")
    try:
        yield disk
    finally:
        disk.close()


@contextmanager
def a_queue(path: Path, limits: Limits | None = None, free: Any = free_on_disk) -> Iterator[Queue]:
    """A queue on such a disk, of a gateway in Paris."""
    with a_disk(path, limits, free) as disk:
        yield Queue(disk, PARIS)


def ids(queue: Queue, **which: Any) -> list[str]:
    """The names of what waits, in the order in which it would be sent."""
    return [json.loads(item.text)["id"] for item in queue.waiting(10_000, 10_000_000, **which)]
