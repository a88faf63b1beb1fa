"""A conversation with a connected device, and the session that hears it: steps out, frames in, batches delivered."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from device_adapters.ble.bluetooth import Bluetooth
from device_adapters.ble.keeper import RefusedFrame
from device_adapters.ble.link import Link
from device_adapters.gatt import (
    Conversation,
    Frame,
    Identity,
    Listen,
    Memory,
    Profile,
    Read,
    Session,
    Step,
    Subscribe,
    Write,
)
from device_adapters.recording import Recorder, Recording
from hub.errors import DecoderFault, Refusal, StepRefused, VigieError
from hub.faults import named
from hub.measurements import Channel, Decoded, Measurement, RawPayload

log = logging.getLogger(__name__)


Deliver = Callable[[Sequence[Measurement], Sequence[RefusedFrame], Memory], Awaitable[None]]
"""Takes a batch and what was learnt up to it; returns when both are safe."""


_Turn = Callable[[], Step]


class OurFault(VigieError):
    """A conversation failed by a fault of ours; it is logged."""


class Exchange:
    """A conversation with one device, and the session that hears it."""

    def __init__(
        self, link: Link, profile: Profile, identity: Identity, deliver: Deliver, bluetooth: Bluetooth
    ) -> None:
        """Open the session; `cut_short` says that a listening ended with the link."""
        self.measurements = 0
        self.refused = 0
        self.cut_short = False
        self._closed = False
        self._link = link
        self._address = identity.address
        self._recorder = Recorder(profile.service, identity)
        self._recorded = Recording(profile.service, identity, (), Frame(profile.service, b"", bluetooth.clock()))
        self._session: Session = profile.open(identity)
        self._known = self._session.learnt()
        self._deliver = deliver
        self._bluetooth = bluetooth
        self._said: list[Measurement] = []
        self._unusable: list[RefusedFrame] = []
        self._unshown: deque[Frame] = deque()

    async def converse(self, conversation: Conversation) -> None:
        """Carry out each step and send back what came of it; raises as the Link does.

        A refused step is thrown into the conversation, which may go on without it.
        """
        turn: _Turn = partial(conversation.send, None)
        try:
            while (step := _next(turn)) is not None:
                turn = await self._turn(conversation, step)
        finally:
            conversation.close()

    def take(self) -> None:
        """Give the session the frames that have come, and keep them for the conversation to look at."""
        for frame in self._link.taken():
            self._feed(frame)
            self._unshown.append(frame)

    async def deliver(self) -> None:
        """Hand over what was gathered, and wait until it is safe."""
        learnt = self._session.learnt()
        if not self._gathered and learnt == self._known:
            return
        await self._deliver(tuple(self._said), tuple(self._unusable), learnt)
        self.measurements += len(self._said)
        self.refused += len(self._unusable)
        self._said, self._unusable, self._known = [], [], learnt

    async def finish(self) -> None:
        """The link has ended or is about to: hand over what is left, and what the session held back."""
        self.take()
        if not self._closed:
            self._closed = True
            self._hear(self._session.close)
        await self.deliver()

    async def _turn(self, conversation: Conversation, step: Step) -> _Turn:
        """Carry the step out; how the conversation is told of it."""
        try:
            return partial(conversation.send, await self._carry_out(step))
        except StepRefused as why:
            log.info("%s: %s", self._address, why)
            return partial(conversation.throw, why)

    async def _carry_out(self, step: Step) -> bytes | Frame | None:
        match step:
            case Read(characteristic):
                return await self._read(characteristic)
            case Subscribe(characteristic):
                await self._link.subscribe(characteristic)
            case Write(characteristic, payload):
                self.take()
                await self.deliver()
                self._session.asked(characteristic, payload)
                await self._link.write(characteristic, payload)
            case Listen():
                return await self._listen(step)
        return None

    async def _read(self, characteristic: str) -> bytes | None:
        value = await self._link.read(characteristic)
        self.take()
        if value is not None:
            self._feed(Frame(characteristic, value, self._bluetooth.clock()))
        return value

    async def _listen(self, step: Listen) -> Frame | None:
        """The frame that was waited for, or None after silence or the end of the link."""
        idle, clock = step.idle.total_seconds(), asyncio.get_running_loop().time
        heard = clock()
        while True:
            self.take()
            while self._unshown:
                frame, heard = self._unshown.popleft(), clock()
                if step.done(frame):
                    return frame
            left = idle - (clock() - heard)
            if len(self._said) >= self._bluetooth.patience.full:
                await self.deliver()
            elif await self._link.changed(min(left, self._bluetooth.patience.lull) if self._gathered else left):
                if self._link.lost and not self._arrived():
                    self.cut_short = True
                    return None
            elif self._gathered:
                await self.deliver()
            elif clock() - heard >= idle:
                return None

    @property
    def _gathered(self) -> bool:
        return bool(self._said or self._unusable)

    def _arrived(self) -> bool:
        self.take()
        return bool(self._unshown)

    def _feed(self, frame: Frame) -> None:
        """Let the session hear it; a frame that cannot be used is kept with its bytes, and the next is unharmed."""
        self._recorded = self._recorder.record(frame)
        self._hear(partial(self._session.feed, frame))

    def _hear(self, say: Callable[[], Decoded]) -> None:
        """What the session says; what it refuses is kept with the last frame it heard."""
        try:
            decoded = say()
        except Refusal as why:
            self._refuse(why)
        except Exception as error:  # noqa: BLE001
            characteristic = self._recorded.frame.characteristic
            log.error("%s, on a frame of %s; it is kept for its mending", named(error), characteristic)  # noqa: TRY400
            self._refuse(DecoderFault(f"{type(error).__name__} in our decoder"))
        else:
            self._said += decoded.measurements
            for refused in decoded.refused:
                self._refuse(refused.why)

    def _refuse(self, why: Refusal) -> None:
        frame = self._recorded.frame
        raw = RawPayload(Channel.GATT, frame.characteristic, frame.payload, frame.received_at, self._address)
        self._unusable.append(RefusedFrame(raw, why, self._recorded))


def _next(turn: _Turn) -> Step | None:
    """The next step, None at the end; raises StepRefused if the conversation does not go on without one."""
    try:
        return turn()
    except StopIteration:
        return None
    except StepRefused:
        raise
    except Exception as error:
        log.error("a conversation failed: %s", named(error))  # noqa: TRY400
        raise OurFault from error
