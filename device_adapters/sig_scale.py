"""What scales that keep to the SIG share: a session over Weight Scale (0x181D) and Body Composition (0x181B)."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from device_adapters.conversations import hear, set_clock
from device_adapters.gatt import Conversation, Frame, Identity, Listen, Memory, Session, Subscribe, Write, attempt
from device_adapters.gatt_shapes import body_weight, refusing, spoken
from device_adapters.wire import user_control
from device_adapters.wire.device import CURRENT_TIME
from device_adapters.wire.scales import Composition, composition, mass, tenths, weighing
from hub.errors import Malformed, StepRefused
from hub.measurements import Decoded
from hub.quantities import Kind, Quantity, Unit

WEIGHT, COMPOSITION = "2a9d", "2a9c"
CHARACTERISTICS = (WEIGHT, COMPOSITION, user_control.UUID, CURRENT_TIME)

_ANSWER = timedelta(seconds=5)
_IDLE = timedelta(seconds=30)
"""Somebody may still be standing on it; the scale itself hangs up when it is done."""


class ScaleSession(Session):
    """Weighings and what belongs to them: a composition without a date has that of the weighing before it."""

    def __init__(self, identity: Identity) -> None:
        """A connection with that scale."""
        self._identity = identity
        self._stamp: datetime | None = None
        self._user: int | None = None

    @refusing
    def feed(self, frame: Frame) -> Decoded:
        """What the frame says; raises DecodeError."""
        if frame.characteristic == WEIGHT:
            return self._weighing(frame)
        return self._composition(frame) if frame.characteristic == COMPOSITION else Decoded()

    def _weighing(self, frame: Frame) -> Decoded:
        said = weighing(frame.payload)
        if said.reserved:
            raise Malformed("reserved flags are set: the layout is the maker's own, and its model must be known")
        self._stamp, self._user = said.stamp, said.user
        if not said.weight:
            return Decoded()
        weight = body_weight(Quantity(mass(said.weight, said.unit), said.unit))
        return spoken(self._identity, frame, [(Kind.WEIGHT, weight)], stamp=said.stamp, hint=said.user)

    def _composition(self, frame: Frame) -> Decoded:
        said = composition(frame.payload)
        if said.stamp is not None:
            self._stamp = said.stamp
        if said.user is not None:
            self._user = said.user
        quantities, context = list(_quantities(said)), _circumstances(said)
        return spoken(self._identity, frame, quantities, stamp=self._stamp, hint=self._user, context=context)


def _quantities(said: Composition) -> Iterator[tuple[Kind, Quantity]]:
    """What was measured; 0 is how a scale says that it did not (a Beurer sends 35 such frames for one real one)."""
    if said.weight:
        yield Kind.WEIGHT, body_weight(Quantity(mass(said.weight, said.unit), said.unit))
    if said.fat:
        yield Kind.BODY_FAT, Quantity(tenths(said.fat), Unit.PERCENT)
    if said.muscle:
        yield Kind.MUSCLE_PERCENT, Quantity(tenths(said.muscle), Unit.PERCENT)
    if said.muscle_mass:
        yield Kind.MUSCLE_MASS, Quantity(mass(said.muscle_mass, said.unit), said.unit)
    if said.impedance:
        yield Kind.IMPEDANCE, Quantity(tenths(said.impedance), Unit.OHM)


def _circumstances(said: Composition) -> dict[str, object]:
    """What has no kind of ours, beside what has."""
    masses = {
        "fat_free_mass": said.fat_free_mass,
        "soft_lean_mass": said.soft_lean_mass,
        "body_water_mass": said.water_mass,
    }
    context: dict[str, object] = {
        f"{name}_{said.unit}": mass(value, said.unit) for name, value in masses.items() if value
    }
    return context | ({"basal_metabolism_kj": said.basal_kj} if said.basal_kj else {})


def converse(_identity: Identity, memory: Memory, now: datetime) -> Conversation:
    """Set the clock, say who agreed to be told of, then hear what the scale has.

    `user` and `consent` (the index and code a user has on the scale) are in the memory once somebody has paired it.
    """
    yield from set_clock(now)
    yield from attempt(Subscribe(user_control.UUID))
    user, code = memory.get("user"), memory.get("consent")
    if user is not None and code is not None:
        yield from _agree(user, code)
    yield Subscribe(WEIGHT)
    yield Subscribe(COMPOSITION)
    yield hear(_IDLE)


def _agree(user: int, code: int) -> Conversation:
    """Say that the user agreed; a scale that will not hear it still tells what anybody may know."""
    with suppress(StepRefused):
        yield Write(user_control.UUID, user_control.consent(user, code))
        yield Listen(_agreed, _ANSWER)


def _agreed(frame: Frame) -> bool:
    return frame.characteristic == user_control.UUID and user_control.is_response(frame.payload)
