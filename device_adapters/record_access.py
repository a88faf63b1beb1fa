"""Asking a device for its records (Record Access Control Point), as steps of a conversation; nothing is deleted."""

from collections.abc import Callable, Generator
from datetime import timedelta

from device_adapters.gatt import Frame, Listen, Step, Write
from device_adapters.wire import racp

IDLE = timedelta(seconds=10)
"""The end of the records is the device's answer; this silence is only for one that gives none."""

_RESPONSE = b"\x06"
_MOST = 0xFFFF

Asking = Generator[Step, bytes | Frame | None, int | None]
"""Steps that end with the code of the device's answer; None if it gave none, or the link is gone."""


def ask(request: bytes, seen: Callable[[Frame], None] = lambda _frame: None) -> Asking:
    """Write the request and listen until it is answered; `seen` is shown every frame that comes meanwhile.

    An answer names what it answers: one to something asked before, which may still be under way, is not taken for this.
    """

    def answered(frame: Frame) -> bool:
        seen(frame)
        return frame.characteristic == racp.UUID and frame.payload[:1] + frame.payload[2:3] == _RESPONSE + request[:1]

    yield Write(racp.UUID, request)
    answer = yield Listen(answered, IDLE)
    return answer.payload[3] if isinstance(answer, Frame) and len(answer.payload) == 4 else None


def catch_up(last: int | None, number: Callable[[Frame], int | None]) -> Asking:
    """Ask for the records after `last`; for all where nothing is known, or the device cannot choose.

    "No records" also comes from a device that was reset and counts anew: its last record then has a smaller number, and
    all are asked for. `number` reads a record's number from its frame.
    """
    if last is None or last >= _MOST:
        return (yield from ask(racp.ALL))
    code = yield from ask(racp.since(last + 1))
    if code in racp.NOT_UNDERSTOOD:
        return (yield from ask(racp.ALL))
    if code != racp.NO_RECORDS:
        return code
    numbers: list[int] = []

    def note(frame: Frame) -> None:
        found = number(frame)
        if found is not None:
            numbers.append(found)

    code = yield from ask(racp.LAST, note)
    return (yield from ask(racp.ALL)) if any(n < last for n in numbers) else code


class Progress:
    """How far the records of one connection came, such that none before is missing: what may be learnt if it ends now.

    Until the device has said that it told everything, only an unbroken run counts: it may begin with its newest record,
    or slip a fresh measure in between. Its last record alone, asked for to see whether it counts anew, tells nothing.
    """

    def __init__(self) -> None:
        """Nothing came yet."""
        self._start()

    def _start(self) -> None:
        self._counts = True
        self._complete = False
        self._unbroken = True
        self._run = 0
        self._newest: int | None = None

    def asked(self, request: bytes) -> None:
        """Records are asked for: those of an earlier request are another run."""
        if request == racp.LAST:
            self._counts = False
        else:
            self._start()

    def note(self, number: int) -> None:
        """A record came."""
        if not self._counts:
            return
        if self._newest is not None and number != self._newest:
            self._unbroken &= number == self._newest + 1
        self._run += number != self._newest
        self._newest = number

    def answered(self, code: int) -> None:
        """The device ended its report: with success or without records it has told all that it was asked for."""
        self._complete |= self._counts and code in (racp.SUCCESS, racp.NO_RECORDS)
        self._counts = True

    @property
    def last(self) -> int | None:
        """The record before which nothing is missing; None if nobody can tell."""
        return self._newest if self._complete or (self._unbroken and self._run > 1) else None
