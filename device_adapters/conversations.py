"""What many connected devices are asked alike: to show our time, to be told of what they have, and then to be heard."""

from collections.abc import Callable
from datetime import datetime, timedelta

from device_adapters.gatt import Conversation, Identity, Listen, Memory, Read, Subscribe, Write, attempt
from device_adapters.wire.device import CURRENT_TIME, current_time, write_current_time
from hub.errors import DecodeError

Converse = Callable[[Identity, Memory, datetime], Conversation]
"""What a Profile holds: the conversation with that device, by what is remembered of it, at that time on our wall."""

_DRIFT = timedelta(minutes=2)


def listening(*characteristics: str, idle: timedelta) -> Converse:
    """Ask to be told of these, and listen until the device is silent for so long."""

    def converse(_identity: Identity, _memory: Memory, _now: datetime) -> Conversation:
        for characteristic in characteristics:
            yield Subscribe(characteristic)
        yield hear(idle)

    return converse


def clock_set(converse: Converse) -> Converse:
    """The same with a device whose clock, if it has one, is set first."""

    def at_our_time(identity: Identity, memory: Memory, now: datetime) -> Conversation:
        yield from set_clock(now)
        yield from converse(identity, memory, now)

    return at_our_time


def set_clock(now: datetime) -> Conversation:
    """Steps that set a device's clock to `now`, as it stands on our wall, if the device has one and it is wrong."""
    shown = yield Read(CURRENT_TIME)
    if isinstance(shown, bytes) and _is_off(shown, now.replace(tzinfo=None)):
        yield from attempt(Write(CURRENT_TIME, write_current_time(now)))


def _is_off(shown: bytes, now: datetime) -> bool:
    """True unless it shows our time: what is right already is not written."""
    try:
        moment = current_time(shown)
    except DecodeError:
        return True
    return moment is None or abs(moment - now) > _DRIFT


def hear(idle: timedelta) -> Listen:
    """Listen to whatever comes until there is silence."""
    return Listen(lambda _frame: False, idle)
