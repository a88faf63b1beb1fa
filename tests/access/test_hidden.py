"""What is hidden has no influence: whoever may not see it is told the same as if it had never been measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.accounts import ActorRole
from hub.quantities import FAMILIES, Kind
from hub.readings import Reading
from hub.records import Device, Person
from tests.access.world import Holder, Somebody, World
from tests.support.clock import begun
from tests.support.examples import so_many
from tests.support.http import Api
from tests.support.readings import a_reading, kg, mg_dl

DAYS = 20
SENSOR, OLDER_SENSOR, SCALE = range(3)


@dataclass(frozen=True, slots=True)
class Measure:
    """A reading of one of three devices, that many minutes before now."""

    ago: int
    device: int
    value: float

    @property
    def kind(self) -> Kind:
        """As its device measures."""
        return Kind.WEIGHT if self.device == SCALE else Kind.GLUCOSE_INTERSTITIAL

    @property
    def taken_at(self) -> datetime:
        """When."""
        return begun() - timedelta(minutes=self.ago)


@dataclass(frozen=True, slots=True)
class Cover:
    """A thing to hide: each part, where given, narrows it; `reading` is the place of a measure."""

    kind: str | None
    device: int | None
    reading: int | None
    begin: int | None
    end: int | None

    def covers(self, place: int, of: Measure) -> bool:
        """The law, in words of its own."""
        kinds = None if self.kind is None else FAMILIES.get(self.kind, (self.kind,))
        return (
            (kinds is None or of.kind in kinds)
            and self.device in (None, of.device)
            and self.reading in (None, place)
            and (self.begin is None or of.ago <= self.begin)
            and (self.end is None or of.ago > self.end)
        )


glucoses = st.builds(
    Measure, st.integers(1, DAYS * 96).map(lambda n: 15 * n), st.sampled_from([SENSOR, OLDER_SENSOR]),
    st.integers(40, 300),
)  # fmt: skip
weights = st.builds(Measure, st.integers(1, DAYS * 4).map(lambda n: 360 * n), st.just(SCALE), st.integers(600, 900))
runs = st.builds(
    lambda start, length, device, value: [Measure(start + 15 * n, device, value) for n in range(length)],
    st.integers(1, 5 * 1440), st.integers(1, 200), st.sampled_from([SENSOR, OLDER_SENSOR]), st.integers(40, 300),
)  # fmt: skip
measures = st.tuples(
    st.lists(runs, max_size=3).map(lambda found: list(chain(*found))),
    st.lists(glucoses, max_size=6),
    st.lists(weights, max_size=8),
).map(lambda parts: list({(each.ago, each.device): each for part in parts for each in part}.values()))
minutes = st.none() | st.integers(0, DAYS * 1440)
covers = st.builds(
    lambda kind, device, reading, period: Cover(kind, device, reading, *period),
    st.sampled_from([None, None, "glucose", "weight", "glucose_interstitial"]),
    st.sampled_from([None, None, SENSOR, OLDER_SENSOR, SCALE]),
    st.none() | st.integers(0, 20),
    st.tuples(minutes, minutes).map(lambda two: sorted_back(*two)),
)


def sorted_back(one: int | None, other: int | None) -> tuple[int | None, int | None]:
    """Begins longer ago than it ends."""
    return (one, other) if one is None or other is None or one > other else (other + 1, one)


@dataclass(frozen=True, slots=True)
class Case:
    """One person of a pair, the devices in one order, and what is kept of them."""

    world: World
    person: Person
    devices: Sequence[Device]
    api: Api
    serial: int

    def keep(self, found: Sequence[tuple[int, Measure]]) -> None:
        """Those measures, each under the key of its place."""
        self.world.keep(*(self._reading(place, each) for place, each in found))

    def key(self, place: int) -> UUID:
        """Of the reading of that place; in one order for everybody."""
        return UUID(int=self.serial << 64 | place)

    def _reading(self, place: int, each: Measure) -> Reading:
        raw = kg(each.value / 10) if each.kind is Kind.WEIGHT else mg_dl(each.value)
        return a_reading(
            self.key(place).bytes, person=self.person.number, device=self.devices[each.device].number, kind=each.kind,
            raw=raw, taken_at=each.taken_at,
        )  # fmt: skip

    def hide(self, cover: Cover) -> list[str]:
        """As the person does."""
        when = {
            name: (begun() - timedelta(minutes=ago)).isoformat()
            for name, ago in (("from", cover.begin), ("to", cover.end))
            if ago is not None
        }
        parts = {
            "kind": cover.kind,
            "device": None if cover.device is None else str(self.devices[cover.device].id),
            "reading": None if cover.reading is None else str(self.key(cover.reading)),
        }
        answer = self.api.post(f"/v1/people/{self.person.id}/hidden", parts | when)
        assert answer.status_code == 201, answer.text
        items: list[str] = answer.json()["items"]
        return items

    def unhide(self, item: str) -> None:
        """As the person does."""
        answer = self.api.request("DELETE", f"/v1/people/{self.person.id}/hidden/{item}")
        assert answer.status_code == 200, answer.text

    def seen_by(self, api: Api) -> dict[str, Any]:
        """All answers about them but the list's row, apart from ids and ages."""
        told: dict[str, Any] = {
            rest: api.get(f"/v1/people/{self.person.id}/{rest}", **asked).json() for rest, asked in asked().items()
        }
        anonymous: dict[str, Any] = self.anonymous(told)
        return anonymous

    def listed_by(self, api: Api) -> list[dict[str, Any]]:
        """The list, in its order."""
        rows: list[dict[str, Any]] = self.anonymous(api.get("/v1/population", limit=200).json()["people"])
        return rows

    def row_of(self, api: Api) -> list[dict[str, Any]]:
        """Their row in the list."""
        return [row for row in self.listed_by(api) if row["person"] == "it"]

    def anonymous(self, told: Any) -> Any:
        """The same of whom and of which devices it is said; ages, which grow between two answers, left out."""
        names = {str(device.id): place for place, device in enumerate(self.devices)} | {str(self.person.id): "it"}
        if isinstance(told, dict):
            return {key: self.anonymous(value) for key, value in told.items() if key != "age_seconds"}
        if isinstance(told, list):
            return [self.anonymous(each) for each in told]
        if isinstance(told, str) and told.startswith(f"{UUID(int=self.serial << 64)}"[:18]):
            return UUID(told).int & 0xFFFF
        return names.get(told, told) if isinstance(told, str) else told


def asked() -> dict[str, dict[str, str]]:
    """What is asked of a record, over all that was measured."""
    period = {"from_": (begun() - timedelta(days=DAYS + 1)).isoformat(), "to": begun().isoformat()}
    return {"latest": {}} | dict.fromkeys(("readings", "trends/glucose", "profile/glucose", "trends/weight"), period)


@dataclass(slots=True)
class Pairs:
    """Makes somebody who hides things, and somebody of whom those were never measured."""

    world: World
    others: Sequence[Holder]
    made: int = 0

    def pair(self) -> tuple[Case, Case]:
        """Both with the same devices in the same order."""
        return self._case(), self._case()

    def _case(self) -> Case:
        self.made += 1
        record = self.world.record
        devices = [record.device() for _ in range(3)]
        person = record.person("It")
        for device in devices:
            record.pair(device, person)
        token = self.world.hub.access.create(ActorRole.PERSON, str(person.id))
        return Case(self.world, person, devices, self.world.caller(token), 1_000_000 + self.made)

    def clinician(self, of: Case) -> Somebody:
        """Who sees them, and the others."""
        clinician = self.world.clinician()
        for each in self.others:
            self.world.grant(each, clinician)
        self.world.as_administrator(
            "INSERT INTO access_grant (person, account, during) VALUES (%s, %s, '(,)')",
            of.person.number, clinician.account.number,
        )  # fmt: skip
        return clinician


@pytest.fixture(scope="module")
def pairs(world: World) -> Pairs:
    """Beside them in the list: two who stand still."""
    return Pairs(world, [world.measured("Bob"), world.measured("Cleo")])


@settings(max_examples=so_many(6), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(found=measures, first=covers, second=st.lists(covers, max_size=2))
def test_what_is_hidden_is_as_if_it_had_never_been_measured(
    pairs: Pairs, found: list[Measure], first: Cover, second: list[Cover]
) -> None:
    hider, twin = pairs.pair()
    places = list(enumerate(found))
    told = [(place, each) for place, each in places if not any(c.covers(place, each) for c in (first, *second))]
    hider.keep(places)
    twin.keep(told)
    pairs.world.settle()
    clinician, his, attending = pairs.clinician(hider), pairs.clinician(twin), pairs.clinician(hider)
    hider.api.request("PUT", f"/v1/people/{hider.person.id}/attending", json={"account": attending.name})
    whole, row = hider.seen_by(hider.api), hider.row_of(hider.api)

    items = hider.hide(first)
    pairs.world.settle()
    items += [item for cover in second for item in hider.hide(cover)]
    if_never_measured, row_if = twin.seen_by(his.api), twin.row_of(his.api)
    # between the hiding and the summaries
    assert hider.seen_by(clinician.api) == if_never_measured
    assert hider.row_of(clinician.api) in ([], row_if)
    pairs.world.settle()
    assert hider.seen_by(clinician.api) == if_never_measured
    assert hider.listed_by(clinician.api) == twin.listed_by(his.api)
    for seeing in (hider.api, attending.api):
        assert (hider.seen_by(seeing), hider.row_of(seeing)) == (whole, row)

    for item in items:
        hider.unhide(item)
    pairs.world.settle()
    assert (hider.seen_by(clinician.api), hider.row_of(clinician.api)) == (whole, row)
