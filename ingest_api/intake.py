"""The one door in: decode, tie, believe, keep, count. Every transport ends here.

A batch of payloads is one transaction: readings stored, refusals quarantined, gateways' progress noted. When `accept`
returns, all of it is committed, and the payloads may be acknowledged.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count

from device_adapters.adapter import NO_KEYS, Keys, decode
from device_adapters.buffer import Hearing
from hub.database import UNSTORABLE, Connection, Database, Role
from hub.directory import Directory
from hub.errors import CollectionStopped, DecoderFault, NotStorable, Refusal, UnknownDevice
from hub.faults import named
from hub.measurements import WHOLE, Channel, Decoded, Measurement, RawPayload, Refused
from hub.readings import Reading, tie
from hub.records import HeldDevice
from ingest_api import quarantine
from ingest_api.metrics import tally
from ingest_api.progress import Ack, advance, settle
from timeseries.postgres_store import PostgresStore
from timeseries.store import Outcome

log = logging.getLogger(__name__)


class Fate(StrEnum):
    """What became of one measurement at the door."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    LINKED = "linked"
    QUARANTINED = "quarantined"
    IGNORED = "ignored"


_NO_GATEWAY = ""
"""No gateway's name."""

_FATES = {outcome: Fate(outcome.value) for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a payload: one fate a measurement, in the payload's order, and why some were refused."""

    fates: tuple[Fate, ...]
    refused: tuple[Refused, ...]


@dataclass(slots=True)
class _Opened:
    """A payload on its way through the door."""

    raw: RawPayload
    decoded: Decoded = field(default_factory=Decoded)
    refused: list[Refused] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)
    readings: list[tuple[int, Reading]] = field(default_factory=list)


class Intake:
    """The door. Thread-safe: each call is a transaction of its own."""

    def __init__(self, database: Database, directory: Directory, keys: Keys = NO_KEYS) -> None:
        """Write to that database, asking that directory whose each device is; `keys` open beacons passed on."""
        self._keys = keys
        self._database = database
        self._directory = directory

    def accept(self, raws: Sequence[RawPayload]) -> tuple[list[Receipt], list[Ack]]:
        """Take payloads in, all in one transaction; receipts in their order, and what gateways may be told.

        Raises DatabaseError or a database error when nothing was promised: the same call may be repeated.
        """
        try:
            return self._commit(self._prepared(raws))
        except UNSTORABLE as error:
            if len(raws) > 1:
                return self._accept_one_by_one(raws)
            return self._set_aside(raws[0], _not_storable(error))

    def replay(self, raw: RawPayload) -> Receipt:
        """Take in anew what was set aside; its gateway was told of it then, and has not been heard by this.

        Raises as `accept`.
        """
        (opened,) = self._prepared([raw])
        opened.decoded = replace(opened.decoded, sequence=None)
        try:
            (receipt,), _ = self._commit([opened])
        except UNSTORABLE as error:
            return Receipt((), (Refused(WHOLE, _not_storable(error)),))
        return receipt

    def settle(self, hearing: Hearing) -> list[Ack]:
        """What has become clear by waiting; see progress."""
        with self._database.transaction(Role.INTAKE) as connection:
            return settle(connection, hearing)

    def _accept_one_by_one(self, raws: Sequence[RawPayload]) -> tuple[list[Receipt], list[Ack]]:
        """One of them cannot be stored: find which, so that the others are unharmed."""
        results = [self.accept([raw]) for raw in raws]
        return [receipt for receipts, _ in results for receipt in receipts], [
            ack for _, acks in results for ack in acks
        ]

    def _set_aside(self, raw: RawPayload, why: Refusal) -> tuple[list[Receipt], list[Ack]]:
        """Its gateway may forget it all the same, unless it is the gateway's own name that cannot be stored."""
        refused = [Refused(WHOLE, why)]
        try:
            return self._commit([_Opened(raw, Decoded(sequence=_open(raw, self._keys).decoded.sequence), refused)])
        except UNSTORABLE:
            return self._commit([_Opened(raw, refused=refused)])

    def _prepared(self, raws: Sequence[RawPayload]) -> list[_Opened]:
        opened = [_open(raw, self._keys) for raw in raws]
        held = self._directory.held({m.device for o in opened for m in o.decoded.measurements})
        for each in opened:
            _tie(each, held)
        return opened

    def _commit(self, opened: Sequence[_Opened]) -> tuple[list[Receipt], list[Ack]]:
        with self._database.transaction(Role.INTAKE) as connection:
            _keep(connection, opened)
            for each in opened:
                if each.refused:
                    quarantine.put(connection, each.raw, each.refused, {m.device for m in each.decoded.measurements})
            acks = advance(connection, (o.decoded.sequence for o in opened if o.decoded.sequence))
        receipts = [Receipt(tuple(each.fates), tuple(each.refused)) for each in opened]
        tally(receipts)
        return receipts, acks


def _open(raw: RawPayload, keys: Keys) -> _Opened:
    try:
        decoded = decode(raw, keys)
    except Refusal as why:
        return _Opened(raw, refused=[Refused(WHOLE, why)])
    except Exception as error:  # noqa: BLE001
        return _Opened(raw, refused=[Refused(WHOLE, _fault(error))])
    return _Opened(raw, decoded, list(decoded.refused))


def _tie(opened: _Opened, held: dict[str, HeldDevice]) -> None:
    """Give each measurement its place in the payload, and its holder; what cannot be tied or believed is refused."""
    refused = {r.position for r in opened.refused if r.position != WHOLE}
    measurements = opened.decoded.measurements
    opened.fates = [Fate.QUARANTINED] * (len(refused) + len(measurements))
    places = [place for place in range(len(opened.fates)) if place not in refused] if refused else count()
    for place, measurement in zip(places, measurements, strict=False):
        if measurement.condition is not None and not measurement.condition.of_a_person:
            opened.fates[place] = Fate.IGNORED
            continue
        try:
            opened.readings.append((place, _tie_one(measurement, held, opened.raw.channel)))
        except Refusal as why:
            opened.refused.append(Refused(place, why))
        except Exception as error:  # noqa: BLE001
            opened.refused.append(Refused(place, _fault(error)))


def _not_storable(error: Exception) -> Refusal:
    return NotStorable(f"the database refuses it: {type(error).__name__}")


def _fault(error: Exception) -> Refusal:
    """A bug of ours must not stop the messages behind; the place says where, without values."""
    log.error("%s; the payload is in quarantine", named(error))
    return DecoderFault(f"{type(error).__name__} in our decoder; replay after it is mended")


def _tie_one(measurement: Measurement, held: dict[str, HeldDevice], channel: Channel) -> Reading:
    """Who else than a gateway of ours speaks at the broker speaks for no device that has one."""
    device = held.get(measurement.device)
    if device is None:
        raise UnknownDevice("the device is not registered; register it and pair it with a person, then replay")
    if channel is Channel.MQTT and measurement.gateway is None:
        measurement = replace(measurement, gateway=_NO_GATEWAY)
    return tie(measurement, device)


def _keep(connection: Connection, opened: Sequence[_Opened]) -> None:
    _set_aside_unwanted(connection, opened)
    placed = [(each.fates, place, reading) for each in opened for place, reading in each.readings]
    outcomes = PostgresStore(connection).keep([reading for _, _, reading in placed])
    for (fates, place, _), outcome in zip(placed, outcomes, strict=True):
        fates[place] = _FATES[outcome]


def _set_aside_unwanted(connection: Connection, opened: Sequence[_Opened]) -> None:
    """Refuse readings of people who stopped collection; asked here, where who stops it waits for who stores."""
    people = {r.person for each in opened for _, r in each.readings if r.person is not None}
    if not people:
        return
    row = connection.execute("SELECT collecting(%s)", (list(people),)).fetchone()
    stopped = people.difference(row[0] if row else ())
    if not stopped:
        return
    for each in opened:
        unwanted = [place for place, reading in each.readings if reading.person in stopped]
        each.readings = [(place, reading) for place, reading in each.readings if reading.person not in stopped]
        each.refused += [Refused(place, CollectionStopped(_STOPPED)) for place in unwanted]


_STOPPED = "its holder has stopped collection, or closed their record; once they restart it, replay"
