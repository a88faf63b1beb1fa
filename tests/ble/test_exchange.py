"""What a conversation is told of frames and of the end of the link."""

from collections import deque
from collections.abc import Iterator
from typing import cast

import pytest

from device_adapters.ble.bluetooth import Bluetooth
from device_adapters.ble.exchange import Exchange
from device_adapters.ble.link import Link
from device_adapters.gatt import Conversation, Frame, Identity, Listen
from tests.ble.home import IDLE, METER, METER_PROFILE, NOON, Notebook, answered

pytestmark = pytest.mark.anyio

ANSWER = Frame("2a52", b"\x06\x00\x01\x01", NOON)
NOTIFICATION = Frame("2a51", b"", NOON)


class Dying:
    """A link that says its last words and ends at once."""

    def __init__(self, *last_words: Frame) -> None:
        self.lost = False
        self._frames: deque[Frame] = deque()
        self._last_words = last_words

    def taken(self) -> Iterator[Frame]:
        while self._frames:
            yield self._frames.popleft()

    async def changed(self, _within: float) -> bool:
        self._frames.extend(self._last_words)
        self._last_words = ()
        self.lost = True
        return True


def converse(heard: list[object]) -> Conversation:
    heard.append((yield Listen(answered, IDLE)))


@pytest.mark.parametrize(
    ("last_words", "told", "cut_short"),
    [((NOTIFICATION, ANSWER), ANSWER, False), ((NOTIFICATION,), None, True), ((), None, True)],
    ids=["answered", "cut off", "silent"],
)
async def test_the_answer_counts_even_if_the_link_ends_with_it(
    last_words: tuple[Frame, ...], told: Frame | None, cut_short: bool
) -> None:
    bluetooth = Bluetooth(clock=lambda: NOON, profiles=())
    link = cast(Link, Dying(*last_words))
    heard: list[object] = []

    async def keep(*_: object) -> None:
        await Notebook().deliver(METER, [], [], {})

    exchange = Exchange(link, METER_PROFILE, Identity(METER), keep, bluetooth)
    await exchange.converse(converse(heard))
    assert heard == [told]
    assert exchange.cut_short is cut_short
