"""Virtual devices of a home: a glucose meter, a glucose sensor, a scale that connects and one that only advertises.

They behave as theirs do, and misbehave when told: links dropped in the middle of a transfer, records out of order or
twice, requests never answered. A device is switched on with `advertise`.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from struct import pack, unpack_from

from bumble import att
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from vigie.virtual import payloads
from vigie.virtual.payloads import Answer, Operator
from vigie.virtual.peripheral import INDICATE, NOTIFY, READ, WRITE, About, Informing, Peripheral
from vigie.virtual.radio import Radio

Records = Sequence[tuple[int, bytes]]
Order = Callable[[Records], Iterable[tuple[int, bytes]]]


@dataclass(slots=True)
class Trouble:
    """What goes wrong. `drops`: after how many records each transfer in turn ends the link, `walking`: without a word.

    `order` gives the records in another order, or some twice; `stuck`: a request is never answered.
    """

    drops: list[int] = field(default_factory=list)
    walking: bool = False
    order: Order | None = None
    stuck: bool = False


class RecordKeeper(Informing):
    """A device that keeps records and reports them on request (record access control point, 0x2A52)."""

    measurement: str
    service: str

    def __init__(
        self, radio: Radio, address: str, name: str, records: Iterable[tuple[int, bytes]] = (), *,
        trouble: Trouble | None = None, about: About | None = None, locked: bool = False, bonds: bool = True,
        rssi: int = -60, hang_ups: int = 0,
    ) -> None:  # fmt: skip
        """A device with records of (number, payload), still off."""
        super().__init__(radio, address, name, about=about, locked=locked, bonds=bonds, rssi=rssi, hang_ups=hang_ups)
        self.advertised = (self.service,)
        self.records = list(records)
        self.trouble = trouble or Trouble()
        self.requests: list[bytes] = []
        self.stuck = asyncio.Event()
        self._reporting = False

    def services(self) -> list[Service]:
        """Its measurements, its control point, and what it is."""
        self._measure = self.characteristic(self.measurement, NOTIFY)
        control = CharacteristicValue(write=self._on_request)
        self._control = self.characteristic("2a52", WRITE | INDICATE, control)
        return [Service(self.service, [self._measure, self._control, *self.more()]), self.information()]

    def more(self) -> list[Characteristic[bytes]]:
        """What else its service has."""
        return []

    def on_connected(self) -> None:
        """A new connection starts afresh."""
        self._reporting = False

    async def _on_request(self, _connection: Connection, asked: bytes) -> None:
        if self.trouble.stuck:
            self.stuck.set()
            await self.disconnected.wait()
        self.requests.append(bytes(asked))
        if not self.wants(self._control, 2):
            raise att.ATT_Error(att.ErrorCode(0xFD))
        if self._reporting:
            raise att.ATT_Error(att.ErrorCode(0xFE))
        self._reporting = True
        self.do(self._answer(bytes(asked)))

    async def _answer(self, asked: bytes) -> None:
        code, chosen = asked[0], self._chosen(asked)
        if chosen is None:
            await self._finish(payloads.answer(code, Answer.UNKNOWN_OPERATOR))
        elif code == 4:
            await self._finish(payloads.counted(len(chosen)))
        elif code != 1:
            await self._finish(payloads.answer(code, Answer.UNKNOWN_REQUEST))
        elif not chosen:
            await self._finish(payloads.answer(code, Answer.NO_RECORDS))
        else:
            await self._report(chosen)

    async def _report(self, chosen: Records) -> None:
        last = self.trouble.drops.pop(0) if self.trouble.drops else None
        for sent, (_, payload) in enumerate(self.trouble.order(chosen) if self.trouble.order else chosen):
            if sent == last:
                self.lose_link() if self.trouble.walking else self.drop()
                await asyncio.Event().wait()
            await self.notify(self._measure, payload)
        await self._finish(payloads.answer(1, Answer.DONE))

    async def _finish(self, said: bytes) -> None:
        self._reporting = False
        await self.indicate(self._control, said)

    def _chosen(self, asked: bytes) -> Records | None:
        """The records a request names; None if it is not understood."""
        if len(asked) < 2:
            return None
        low, high = 0, 0xFFFF
        numbers = [unpack_from("<H", asked, at)[0] for at in range(3, len(asked) - 1, 2)]
        match asked[1], numbers:
            case Operator.ALL, []:
                pass
            case Operator.FIRST, []:
                return self.records[:1]
            case Operator.LAST, []:
                return self.records[-1:]
            case Operator.FROM, [low]:
                pass
            case Operator.UP_TO, [high]:
                pass
            case Operator.BETWEEN, [low, high]:
                pass
            case _:
                return None
        return [record for record in self.records if low <= record[0] <= high]


class GlucoseMeter(RecordKeeper):
    """A glucose meter (0x1808): its records are those of `payloads.glucose`."""

    service, measurement = "1808", "2a18"

    def measure(self, at: datetime, mg_dl: int) -> None:
        """A drop of blood on the strip."""
        number = self.records[-1][0] + 1 if self.records else 1
        self.records.append((number, payloads.glucose(number, at, mg_dl)))

    def more(self) -> list[Characteristic[bytes]]:
        """What it can detect (0x2A51)."""
        return [self.characteristic("2a51", READ, pack("<H", 0))]


class GlucoseSensor(RecordKeeper):
    """A glucose sensor (0x181F), whose records count minutes since its session began."""

    service, measurement = "181f", "2aa7"

    def __init__(self, radio: Radio, address: str, name: str, began: datetime, *, about: About | None = None) -> None:
        """A sensor that is still off."""
        super().__init__(radio, address, name, about=about)
        self.began = began

    async def measure(self, minutes: int, mg_dl: int) -> None:
        """A measurement: kept, and told to a hub that listens."""
        payload = payloads.cgm(minutes, mg_dl)
        self.records.append((minutes, payload))
        if self.connection is not None and self.wants(self._measure, 1):
            await self.notify(self._measure, payload)

    def more(self) -> list[Characteristic[bytes]]:
        """What it can do (0x2AA8) and when its session began (0x2AAA)."""
        return [
            self.characteristic("2aa8", READ, bytes.fromhex("00000059ffff")),
            self.characteristic("2aaa", READ, payloads.session_start(self.began)),
        ]


class WeightScale(Informing):
    """A scale that indicates its weighings (0x2A9D) to whoever subscribes."""

    advertised = ("181d",)

    def __init__(
        self, radio: Radio, address: str, name: str, *, about: About | None = None, locked: bool = False
    ) -> None:
        """A scale that is still off."""
        super().__init__(radio, address, name, about=about, locked=locked)
        self.waiting: list[bytes] = []
        self._telling = asyncio.Lock()

    def services(self) -> list[Service]:
        """Its weighings, and what it is."""
        self._weight = self.characteristic("2a9d", INDICATE)
        self._weight.on(Characteristic.EVENT_SUBSCRIPTION, lambda *_: self.do(self._tell()))
        feature = self.characteristic("2a9e", READ, pack("<I", 0))
        return [Service("181D", [self._weight, feature]), self.information()]

    def weigh(self, payload: bytes) -> None:
        """Somebody stepped on; told now, or when the hub subscribes."""
        self.waiting.append(payload)
        if self.connection is not None:
            self.do(self._tell())

    async def _tell(self) -> None:
        async with self._telling:
            while self.waiting and self.wants(self._weight, 2):
                await self.indicate(self._weight, self.waiting[0])
                del self.waiting[0]


class BeaconScale(Peripheral):
    """A scale that only advertises (Mi Scale, service data 0x181D); nobody can connect to it."""

    connectable = False

    def __init__(self, radio: Radio, address: str, name: str = "MI_SCALE", *, rssi: int = -60) -> None:
        """A scale that is still off."""
        super().__init__(radio, address, name, rssi=rssi)
        self._said: bytes | None = None

    def service_data(self) -> dict[str, bytes]:
        """The last weighing."""
        return {} if self._said is None else {"181d": self._said}

    async def weigh(self, kg: Decimal, at: datetime, *, stable: bool = True, removed: bool = False) -> None:
        """Somebody stepped on: on the air until something else is."""
        await self.say(payloads.mi_scale(kg, at, stable=stable, removed=removed))

    async def say(self, payload: bytes) -> None:
        """Put these bytes on the air."""
        self._said = payload
        await self.advertise()
