"""What was refused on this gateway, heard again: after a mending, or once a bind key is given."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from device_adapters import recording
from device_adapters.adapter import Keys, decode
from device_adapters.gateway import refused
from device_adapters.gateway.disk import Disk
from device_adapters.gateway.paired import PairedDevices
from device_adapters.gateway.queue import Queue
from device_adapters.gateway.refused import Kept
from device_adapters.gateway.seam import Heard, UnusablePayload
from device_adapters.gatt import Memory
from device_adapters.gatt_shapes import CLOCK
from hub.errors import DecoderFault, Refusal
from hub.measurements import Decoded


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of what was refused: what was understood now, what is still refused, and the readings new by it."""

    understood: int
    refused: int
    readings: int


def replay(disk: Disk, queue: Queue, now: datetime) -> Replayed:
    """Decode it all again; what is understood waits for the hub, and is refused no longer. Raises QueueFull."""
    keys = PairedDevices(disk).keys()
    with disk.reading() as sql:
        waiting = [each for each in refused.waiting(sql) if each.device in keys]
    again = [(each, _heard(each, {name: key for name, key in keys.items() if key is not None})) for each in waiting]
    readings = sum(queue.keep(heard, now) for _, heard in again if heard.measurements)
    understood = [each for each, heard in again if not heard.refused]
    with disk.transaction() as sql:
        refused.forget(sql, understood)
    return Replayed(len(understood), len(waiting) - len(understood), readings)


def _heard(kept: Kept, keys: Keys) -> Heard:
    try:
        decoded, learnt = _decoded(kept, keys)
    except Refusal as why:
        return Heard(kept.device, refused=[UnusablePayload(kept.raw, why)])
    except Exception as error:  # noqa: BLE001 - a fault of ours must not stop those behind
        return Heard(kept.device, refused=[UnusablePayload(kept.raw, DecoderFault(type(error).__name__))])
    clock = {name: value for name, value in learnt.items() if name == CLOCK}
    return Heard(kept.device, decoded.measurements, list(_unusable(kept, decoded)), clock)


def _decoded(kept: Kept, keys: Keys) -> tuple[Decoded, Memory]:
    return (decode(kept.raw, keys), {}) if kept.recording is None else recording.hear_again(kept.recording)


def _unusable(kept: Kept, decoded: Decoded) -> Iterator[UnusablePayload]:
    for bad in decoded.refused:
        yield UnusablePayload(kept.raw, bad.why, kept.recording)
