"""What a conversation is told of frames and of the end of the link."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest

from device_adapters.ble.bluetooth import Bluetooth
from device_adapters.ble.exchange import Exchange
from device_adapters.ble.link import Link, LinkLost
from device_adapters.gatt import Conversation, Frame, Identity, Listen, Write
from device_adapters.recording import Recording
from hub.errors import Malformed
from hub.measurements import Decoded, Refused
from tests.ble.home import IDLE, METER, METER_PROFILE, NOON, MeterSession, Notebook, answered, records, too_short

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


class Regretful(MeterSession):
    """Finds out at the end that what it held back cannot be used."""

    def close(self) -> Decoded:
        return Decoded(refused=(Refused(0, Malformed("a part is missing")),))


class Broken(MeterSession):
    """Fails at the end."""

    def close(self) -> Decoded:
        raise KeyError("a bug")


@pytest.mark.parametrize(("session", "code"), [(Regretful, "malformed"), (Broken, "decoder_fault")])
async def test_what_a_session_refuses_at_the_end_is_kept_with_the_last_frame_and_harms_nothing(
    session: type[MeterSession], code: str
) -> None:
    notebook, record = Notebook(), Frame("2a18", records(1)[0][1], NOON)
    await exchange(session, notebook, record, ANSWER)
    assert notebook.sequences() == [1]
    [refused] = notebook.refused
    assert (refused.why.code, refused.raw.payload) == (code, ANSWER.payload)


async def test_a_refused_frame_is_kept_with_those_before_it_and_whose_it_is() -> None:
    notebook = Notebook()
    first, second = (Frame("2a18", payload, NOON) for _, payload in (*records(1), too_short(2)))
    await exchange(MeterSession, notebook, first, second, ANSWER)
    [refused] = notebook.refused
    assert refused.recording == Recording("1808", Identity(METER, model="M"), (first,), second)


class Deaf(Dying):
    """A link on which the device carries out what it is asked, and its answer to the write is lost with the link."""

    async def write(self, _characteristic: str, _payload: bytes) -> None:
        await self.changed(0)
        raise LinkLost("the device does not answer")


async def test_what_was_asked_counts_though_nobody_heard_that_the_device_took_it() -> None:
    heard: list[str] = []

    class Attentive(MeterSession):
        def asked(self, characteristic: str, payload: bytes) -> None:
            heard.append("asked")

        def feed(self, frame: Frame) -> Decoded:
            heard.append("answered")
            return Decoded()

    def ask() -> Conversation:
        yield Write("2a52", b"\x01\x01")

    async def keep(*_: object) -> None:
        """Nothing is said."""

    profile, link = replace(METER_PROFILE, open=Attentive), cast(Link, Deaf(ANSWER))
    talk = Exchange(link, profile, Identity(METER), keep, Bluetooth(clock=lambda: NOON, profiles=()))
    with pytest.raises(LinkLost):
        await talk.converse(ask())
    await talk.finish()
    assert heard == ["asked", "answered"]


async def exchange(session: type[MeterSession], notebook: Notebook, *frames: Frame) -> None:
    """A whole exchange in which the device says these frames and hangs up."""
    profile, identity = replace(METER_PROFILE, open=session), Identity(METER, model="M")

    async def keep(*heard: object) -> None:
        await notebook.deliver(METER, *heard)  # type: ignore[arg-type]

    heard = Exchange(cast(Link, Dying(*frames)), profile, identity, keep, Bluetooth(clock=lambda: NOON, profiles=()))
    await heard.converse(converse([]))
    await heard.finish()
