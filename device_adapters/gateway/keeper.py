"""What the Bluetooth room asks of the gateway: which devices are ours, what is known of them, to keep what they say.

It is what `device_adapters.ble.keeper` asks for. Addresses come as `normal_address` spells them.
"""

from asyncio import to_thread
from collections.abc import Callable, Sequence
from datetime import datetime

from device_adapters.adapter import decode
from device_adapters.gateway.paired import PairedDevices
from device_adapters.gateway.queue import Queue
from device_adapters.gateway.seam import Heard, Unusable, UnusablePayload
from device_adapters.gatt import Memory
from hub.errors import DecoderFault, Refusal
from hub.measurements import Measurement, RawPayload
from hub.records import normal_address


class QueueKeeper:
    """Keeps on the gateway's disk; every await returns once it is safe there, or raises QueueFull."""

    def __init__(self, queue: Queue, paired: PairedDevices, now: Callable[[], datetime]) -> None:
        """Keep in that queue what those devices say."""
        self._queue = queue
        self._paired = paired
        self._now = now
        self.look_again()

    def look_again(self) -> None:
        """See which devices are paired now; somebody may pair one while the gateway runs."""
        self._keys = self._paired.keys()

    def wanted(self, address: str) -> bool:
        """True if somebody paired the device with this gateway."""
        return address in self._keys

    async def memory(self, address: str) -> Memory:
        """What was learnt of the device in earlier visits."""
        return await to_thread(self._queue.remembered, address) or {}

    async def hear(self, raw: RawPayload) -> None:
        """Keep what an advertisement says; a stranger's is nobody's business."""
        address = normal_address(raw.address or "?")
        if address in self._keys:
            await to_thread(self._queue.keep, self._understood(address, raw), self._now())

    async def deliver(
        self, address: str, measurements: Sequence[Measurement], refused: Sequence[Unusable], learnt: Memory
    ) -> None:
        """Keep what a device said when it was visited, and what was learnt of it."""
        await to_thread(self._queue.keep, Heard(address, measurements, refused, learnt), self._now())

    def _understood(self, address: str, raw: RawPayload) -> Heard:
        keys = {address: key for address, key in self._keys.items() if key is not None}
        try:
            decoded = decode(raw, keys)
        except Refusal as why:
            return Heard(address, refused=[UnusablePayload(raw, why)])
        except Exception as error:  # noqa: BLE001 - a fault of ours must not stop the advertisements behind
            fault = DecoderFault(f"{type(error).__name__} in our decoder")
            return Heard(address, refused=[UnusablePayload(raw, fault)])
        return Heard(address, decoded.measurements, [UnusablePayload(raw, bad.why) for bad in decoded.refused])
