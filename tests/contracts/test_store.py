"""The store of readings: the same promises kept in memory and on TimescaleDB."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from time import sleep
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.database import Connection, Database, Role
from hub.measurements import Channel, Condition
from hub.quantities import GLUCOSE_KINDS, Kind, Quantity, Unit
from hub.readings import Reading, TimeSource, reading_key
from tests.support.examples import so_many
from tests.support.patience import PATIENCE
from tests.support.readings import NOON, a_reading, kg, mg_dl
from tests.support.record import Record
from timeseries.memory_store import MemoryStore
from timeseries.postgres_store import PostgresStore
from timeseries.store import Found, Outcome, Place, Query, Store, same_measure

STORED, DUPLICATE, LINKED = Outcome.STORED, Outcome.DUPLICATE, Outcome.LINKED
DEVICES = range(1, 7)
ADA, BOB, HOME = 1, 2, 1
A_DAY = 24 * 3600
ANY_TIME = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
DISPLAY = datetime(2026, 8, 1, 14)  # noqa: DTZ001 - what a device shows has no zone

Opened = Callable[[], AbstractContextManager[Store]]


@dataclass(frozen=True, slots=True)
class World:
    """Six devices, two people, a household; and an open session as the intake."""

    devices: dict[int, UUID]
    session: Connection


@pytest.fixture(scope="module")
def world(lasting_database: Database) -> Iterator[World]:
    """The register as every test finds it; the session is taken back at the end."""
    record = Record(lasting_database)
    devices = {device.number: device.id for device in (record.device() for _ in DEVICES)}
    people = [record.person(), record.person()]
    home = record.number_of_household(record.household(people, []).id)
    assert (list(devices), [p.number for p in people], home) == ([*DEVICES], [ADA, BOB], HOME)
    with lasting_database.transaction(Role.INTAKE) as session:
        # the hypertable's pieces are made once, so that examples are quick
        PostgresStore(session).keep([a_reading("first", person=99, after=day * 86_400) for day in (-14, 0, 14)])
        yield World(devices, session)


@contextmanager
def taken_back(world: World) -> Iterator[Store]:
    """The database as it was before, again afterwards."""
    with world.session.transaction(force_rollback=True):
        yield PostgresStore(world.session)


@pytest.fixture(params=["memory", "postgres"])
def opened(request: pytest.FixtureRequest, world: World) -> Opened:
    """Opens an empty store."""
    ways: dict[str, Opened] = {
        "memory": lambda: nullcontext(MemoryStore(world.devices)),
        "postgres": lambda: taken_back(world),
    }
    return ways[request.param]


@pytest.fixture
def store(opened: Opened) -> Iterator[Store]:
    """An empty store."""
    with opened() as empty:
        yield empty


def all_of(store: Store, person: int, kinds: Sequence[Kind] = tuple(Kind)) -> list[Found]:
    """Everything a person has."""
    return store.find(Query(person, tuple(kinds), *ANY_TIME, limit=10_000))


def values(store: Store, person: int = ADA) -> list[float | None]:
    return [found.value for found in all_of(store, person)]


# ── What is new, and what was said before ────────────────────────────────────────────────────────────────────────────


def test_what_is_new_is_stored_and_read_back_as_it_was(store: Store, world: World) -> None:
    said = a_reading(
        "1", raw=Quantity(5.5, Unit.MMOL_L), kind=Kind.GLUCOSE_CAPILLARY, device=2, device_time=DISPLAY,
        channel=Channel.HTTP, time_source=TimeSource.DEVICE, received_at=NOON + timedelta(seconds=2), sequence=2**62,
        context='{"meal":"before"}', condition=Condition.SENSOR_FAULT, utc_offset=-210,
    )  # fmt: skip
    assert store.keep([said]) == [STORED]
    assert all_of(store, ADA) == [
        Found(
            Kind.GLUCOSE_CAPILLARY, NOON, -210, said.value, Quantity(5.5, Unit.MMOL_L), Condition.SENSOR_FAULT,
            world.devices[2], Channel.HTTP, TimeSource.DEVICE, NOON + timedelta(seconds=2),
            DISPLAY, said.key,
        )
    ]  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_read_back(store: Store, kind: Kind) -> None:
    store.keep([replace(a_reading("1"), kind=kind)])
    assert [found.kind for found in all_of(store, ADA)] == [kind]


def test_nothing_said_is_nothing_stored(store: Store) -> None:
    assert (store.keep([]), all_of(store, ADA), store.latest(ADA)) == ([], [], [])


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"after": 3600},
        {"after": 86_400 * 14},
        {"raw": mg_dl(300)},
        {"kind": Kind.GLUCOSE_CAPILLARY},
        {"person": BOB},
        {"person": None, "household": HOME},
        {"shared": True},
        {"shared": True, "after": 3600},
        {"echo": timedelta(minutes=10)},
    ],
)
def test_the_same_key_is_a_duplicate_whatever_else_it_says(store: Store, again: dict[str, Any]) -> None:
    assert store.keep([a_reading("1")]) == [STORED]
    assert store.keep([a_reading("1", **again)]) == [DUPLICATE]
    assert store.keep([a_reading("2", after=60), a_reading("1", **again)]) == [STORED, DUPLICATE]
    assert (len(all_of(store, ADA)), len(all_of(store, BOB))) == (2, 0)


@pytest.mark.parametrize("shared", [False, True])
def test_the_same_key_twice_in_one_batch_is_stored_once(store: Store, shared: bool) -> None:
    batch = [a_reading("1", shared=shared), a_reading("1", after=60, shared=shared), a_reading("2", after=120)]
    assert store.keep(batch) == [STORED, DUPLICATE, STORED]
    assert [found.taken_at for found in all_of(store, ADA)] == [NOON, NOON + timedelta(seconds=120)]


def test_the_same_number_at_the_same_instant_under_another_key_is_a_duplicate(store: Store) -> None:
    assert store.keep([a_reading("1")]) == [STORED]
    assert store.keep([a_reading("2")]) == [DUPLICATE]
    assert store.keep([a_reading("2")]) == [DUPLICATE]
    assert store.keep([a_reading("2"), a_reading("3"), a_reading("4", after=60)]) == [DUPLICATE, DUPLICATE, STORED]
    assert values(store) == [110, 110]


def test_in_a_household_too_the_same_number_at_the_same_instant_is_a_duplicate(store: Store) -> None:
    waiting = [a_reading(key, person=None, household=HOME, kind=Kind.WEIGHT, raw=kg(70)) for key in "12"]
    assert store.keep(waiting[:1]) == [STORED]
    assert store.keep(waiting[1:]) == [DUPLICATE]


@pytest.mark.parametrize(
    "other",
    [
        {"raw": mg_dl(111)},
        {"after": 1},
        {"kind": Kind.GLUCOSE_CAPILLARY},
        {"condition": Condition.SENSOR_FAULT},
        {"person": BOB},
        {"device": 2},
    ],
)
def test_anything_else_under_another_key_is_kept_beside_it(store: Store, other: dict[str, Any]) -> None:
    assert store.keep([a_reading("1"), a_reading("2", **other)]) == [STORED, STORED]
    assert len(all_of(store, ADA)) + len(all_of(store, BOB)) == 2


# ── The same measure from two sources ────────────────────────────────────────────────────────────────────────────────


def from_second(**said: Any) -> Reading:
    """What a person's second device of a kind says."""
    return a_reading("b", device=2, shared=True, **said)


SAID = {
    "glucose, the same": (a_reading("a"), from_second()),
    "glucose, 29 s apart": (a_reading("a"), from_second(after=29)),
    "glucose, 29 s before": (a_reading("a"), from_second(after=-29)),
    "weight, 90 s apart": (
        a_reading("a", kind=Kind.WEIGHT, raw=kg(70)),
        from_second(kind=Kind.WEIGHT, raw=kg(70), after=90),
    ),
    "110 mg/dL as 6.1 mmol/L": (a_reading("a"), from_second(raw=Quantity(6.1, Unit.MMOL_L))),
    "6.1 mmol/L as 110 mg/dL": (a_reading("a", raw=Quantity(6.1, Unit.MMOL_L)), from_second()),
    "110 mg/dL as 1.10 g/L": (a_reading("a"), from_second(raw=Quantity(1.10, Unit.G_L))),
    "154.3 lb as 70.0 kg": (
        a_reading("a", kind=Kind.WEIGHT, raw=Quantity(154.3, Unit.LB)),
        from_second(kind=Kind.WEIGHT, raw=kg(70)),
    ),
    "both beyond the range": (
        a_reading("a", condition=Condition.ABOVE_RANGE, value=None, raw=mg_dl(400)),
        from_second(condition=Condition.ABOVE_RANGE, value=None, raw=mg_dl(400)),
    ),
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_one_measure_from_two_sources_is_linked_and_counted_once(store: Store, said: tuple[Reading, Reading]) -> None:
    one, other = said
    assert store.keep([one]) == [STORED]
    assert store.keep([other]) == [LINKED]
    assert store.keep([other]) == [DUPLICATE]
    assert [found.key for found in all_of(store, ADA)] == [one.key]


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_in_one_batch_too_one_of_them_is_linked(store: Store, said: tuple[Reading, Reading]) -> None:
    lower, higher = replace(said[0], shared=True), said[1]
    assert lower.key < higher.key
    assert store.keep([higher, lower]) == [LINKED, STORED]
    assert len(all_of(store, ADA)) == 1


APART = {
    "glucose, 30 s apart": (a_reading("a"), from_second(after=30)),
    "weight, 91 s apart": (
        a_reading("a", kind=Kind.WEIGHT, raw=kg(70)),
        from_second(kind=Kind.WEIGHT, raw=kg(70), after=91),
    ),
    "another value": (a_reading("a"), from_second(raw=mg_dl(111))),
    "another value in another unit": (a_reading("a"), from_second(raw=Quantity(6.2, Unit.MMOL_L))),
    "another kind": (a_reading("a"), from_second(kind=Kind.GLUCOSE_CAPILLARY)),
    "one with a condition": (a_reading("a"), from_second(condition=Condition.SENSOR_FAULT)),
    "one beyond the range": (a_reading("a"), from_second(condition=Condition.ABOVE_RANGE, value=None)),
    "bounds in two units": (
        a_reading("a", condition=Condition.ABOVE_RANGE, value=None, raw=mg_dl(400)),
        from_second(condition=Condition.ABOVE_RANGE, value=None, raw=Quantity(22.2, Unit.MMOL_L)),
    ),
    "another person": (a_reading("a"), from_second(person=BOB)),
    "the only device of its kind": (a_reading("a"), replace(from_second(after=1), shared=False)),
    "the same device": (a_reading("a"), a_reading("b", shared=True, after=1)),
}


@pytest.mark.parametrize("said", APART.values(), ids=APART)
def test_what_is_not_one_measure_is_counted_twice(store: Store, said: tuple[Reading, Reading]) -> None:
    one, other = said
    assert store.keep([one]) == [STORED]
    assert store.keep([other]) == [STORED]
    assert len(all_of(store, ADA)) + len(all_of(store, BOB)) == 2


def test_what_is_linked_does_not_hide_what_comes_later(store: Store) -> None:
    store.keep([a_reading("a")])
    said = [a_reading(key, device=2, shared=True, after=after) for key, after in (("1", 29), ("2", 58))]
    assert [store.keep([reading]) for reading in said] == [[LINKED], [STORED]]


def test_in_a_household_one_weight_through_two_applications_is_linked(store: Store) -> None:
    weight: dict[str, Any] = {"person": None, "household": HOME, "kind": Kind.WEIGHT, "raw": kg(70), "shared": True}
    assert store.keep([a_reading("a", device=1, **weight)]) == [STORED]
    assert store.keep([a_reading("b", device=2, after=60, **weight)]) == [LINKED]
    assert store.keep([a_reading("c", device=2, after=200, **weight)]) == [STORED]


# ── Undated repeats ──────────────────────────────────────────────────────────────────────────────────────────────────

TEN_MINUTES = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("after", "outcome"), [(1, LINKED), (600, LINKED), (-600, LINKED), (601, STORED), (-601, STORED)]
)
@pytest.mark.parametrize("holder", [{"person": ADA}, {"person": None, "household": HOME}])
def test_an_undated_repeat_is_the_same_measure_for_a_while(
    store: Store, after: int, outcome: Outcome, holder: dict[str, Any]
) -> None:
    scale: dict[str, Any] = {"kind": Kind.WEIGHT, "raw": kg(70), "echo": TEN_MINUTES} | holder
    assert store.keep([a_reading("a", **scale)]) == [STORED]
    assert store.keep([a_reading("b", after=after, **scale)]) == [outcome]


@pytest.mark.parametrize(
    "other", [{"raw": kg(70.1)}, {"raw": Quantity(140.0, Unit.JIN)}, {"device": 2}, {"echo": None}, {"person": BOB}]
)
def test_another_value_or_device_or_a_dated_one_is_no_repeat(store: Store, other: dict[str, Any]) -> None:
    scale: dict[str, Any] = {"kind": Kind.WEIGHT, "raw": kg(70), "echo": TEN_MINUTES}
    assert store.keep([a_reading("a", **scale)]) == [STORED]
    assert store.keep([a_reading("b", **scale | {"after": 60} | other)]) == [STORED]


# ── Reading back ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_waits_in_the_inbox_is_in_nobodys_record(store: Store) -> None:
    waiting = a_reading("1", person=None, household=HOME, kind=Kind.WEIGHT, raw=kg(70), hint="user 2")
    assert store.keep([waiting, a_reading("2", after=60)]) == [STORED, STORED]
    assert [len(all_of(store, person)) for person in (0, ADA, BOB, HOME)] == [0, 1, 0, 1]
    assert [len(store.latest(person)) for person in (0, ADA, BOB)] == [0, 1, 0]


@pytest.mark.parametrize("condition", [Condition.ABOVE_RANGE, Condition.BELOW_RANGE])
def test_a_bound_is_read_back_without_a_value_and_with_its_raw_bound(store: Store, condition: Condition) -> None:
    said = a_reading("1", value=None, condition=condition, raw=Quantity(22.2, Unit.MMOL_L))
    assert store.keep([said]) == [STORED]
    [found] = all_of(store, ADA)
    assert (found.value, found.condition, found.raw) == (None, condition, Quantity(22.2, Unit.MMOL_L))
    assert store.latest(ADA) == [found]


def test_a_person_sees_only_their_own_of_the_kinds_asked(store: Store) -> None:
    store.keep(
        [
            a_reading("1"),
            a_reading("2", kind=Kind.GLUCOSE_CAPILLARY, after=60),
            a_reading("3", kind=Kind.WEIGHT, raw=kg(70)),
            a_reading("4", person=BOB, device=2),
        ]
    )
    assert [f.kind for f in all_of(store, ADA, GLUCOSE_KINDS)] == [Kind.GLUCOSE_INTERSTITIAL, Kind.GLUCOSE_CAPILLARY]
    assert [f.kind for f in all_of(store, ADA, [Kind.WEIGHT])] == [Kind.WEIGHT]
    assert all_of(store, ADA, []) == []


@pytest.mark.parametrize(
    ("since", "until", "keys"),
    [(0, 60, "1"), (0, 61, "12"), (1, 120, "2"), (60, 60, ""), (120, 0, ""), (-9, 999, "123")],
)
def test_a_span_has_its_beginning_and_not_its_end(store: Store, since: int, until: int, keys: str) -> None:
    store.keep([a_reading(key, after=after) for key, after in (("3", 120), ("1", 0), ("2", 60))])
    span = (NOON + timedelta(seconds=since), NOON + timedelta(seconds=until))
    found = store.find(Query(ADA, GLUCOSE_KINDS, *span, limit=10))
    assert [f.key for f in found] == [reading_key(1, key) for key in keys]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pages_give_every_reading_once_and_in_order(store: Store, size: int) -> None:
    batch = [
        a_reading(f"{n}", device=n % 3 + 1, after=n // 4, kind=GLUCOSE_KINDS[n % 3], raw=mg_dl(100 + n))
        for n in range(40)
    ]
    store.keep(batch)
    pages = list(paged(store, size))
    assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)
    listed = [found for page in pages for found in page]
    assert listed == all_of(store, ADA)
    assert [(f.taken_at, f.key) for f in listed] == sorted((r.taken_at, r.key) for r in batch)


def paged(store: Store, size: int) -> Iterator[list[Found]]:
    """Every page, each begun after the last of the one before."""
    after = None
    while page := store.find(Query(ADA, GLUCOSE_KINDS, *ANY_TIME, limit=size, after=after)):
        yield page
        after = Place(page[-1].taken_at, page[-1].key)


def test_a_place_before_the_span_leads_to_its_beginning(store: Store) -> None:
    store.keep([a_reading("1"), a_reading("2", after=60)])
    early = Place(NOON - timedelta(days=1), bytes(16))
    span = (NOON + timedelta(seconds=30), NOON + timedelta(days=1))
    found = store.find(Query(ADA, GLUCOSE_KINDS, *span, limit=10, after=early))
    assert [f.key for f in found] == [reading_key(1, "2")]


def test_the_latest_is_the_newest_of_each_kind(store: Store) -> None:
    batch = [
        a_reading("2", after=300, raw=mg_dl(120)),
        a_reading("1", raw=mg_dl(110)),
        a_reading("3", after=100, kind=Kind.WEIGHT, raw=kg(70)),
        a_reading("4", after=900, person=BOB, device=2, raw=mg_dl(99)),
    ]
    store.keep(batch)
    assert {f.kind: f.value for f in store.latest(ADA)} == {Kind.GLUCOSE_INTERSTITIAL: 120, Kind.WEIGHT: 70}
    store.keep([a_reading("5", after=200, raw=mg_dl(130))])
    assert {f.kind: f.value for f in store.latest(ADA)} == {Kind.GLUCOSE_INTERSTITIAL: 120, Kind.WEIGHT: 70}


# ── In any order ─────────────────────────────────────────────────────────────────────────────────────────────────────

quick = settings(max_examples=so_many(30), suppress_health_check=[HealthCheck.function_scoped_fixture])


def reading_of(n: int, device: int, after: int, value: int, waits: bool) -> Reading:
    """One of the readings below: devices 1 and 2 are Ada's and measure the same, 3 is Bob's, 4 is Bob's scale."""
    person = ADA if device < 3 else BOB
    kind, raw = (Kind.WEIGHT, kg(value)) if device == 4 else (Kind.GLUCOSE_INTERSTITIAL, mg_dl(value))
    holder: dict[str, Any] = {"person": None, "household": HOME} if waits else {"person": person}
    habits: dict[int, dict[str, Any]] = {1: {"shared": True}, 2: {"shared": True}, 4: {"echo": timedelta(seconds=20)}}
    habit = habits.get(device, {})
    return a_reading(f"{n}", device=device, kind=kind, raw=raw, after=after, **habit | holder)


keys, times, amounts = st.integers(0, 12), st.integers(-60, 60), st.integers(100, 102)
any_reading = st.builds(reading_of, keys, st.integers(1, 4), times, amounts, st.booleans())
plain_reading = st.builds(reading_of, keys, st.just(3), times, amounts, st.just(False))
batches = st.lists(st.lists(any_reading, max_size=8), max_size=6)


@given(batches=batches)
@quick
def test_both_stores_say_the_same(world: World, batches: list[list[Reading]]) -> None:
    memory = MemoryStore(world.devices)
    with taken_back(world) as postgres:
        outcomes = [(memory.keep(batch), postgres.keep(batch)) for batch in batches]
        assert [mine for mine, _ in outcomes] == [its for _, its in outcomes]
        assert [all_of(memory, person) for person in (ADA, BOB)] == [all_of(postgres, person) for person in (ADA, BOB)]
        assert [by_kind(memory.latest(person)) for person in (ADA, BOB)] == [
            by_kind(postgres.latest(person)) for person in (ADA, BOB)
        ]


def by_kind(latest: list[Found]) -> dict[Kind, Found]:
    return {found.kind: found for found in latest}


@given(batches=batches)
@quick
def test_what_is_found_is_what_was_stored_and_saying_it_again_changes_nothing(
    opened: Opened, batches: list[list[Reading]]
) -> None:
    with opened() as store:
        fates = [(reading, fate) for batch in batches for reading, fate in zip(batch, store.keep(batch), strict=True)]
        found = all_of(store, ADA) + all_of(store, BOB)
        again = {fate for batch in batches for fate in store.keep(batch)}
        assert all_of(store, ADA) + all_of(store, BOB) == found
    stored = [reading.key for reading, fate in fates if fate is STORED and reading.person is not None]
    assert sorted(found.key for found in found) == sorted(stored)
    assert again <= {DUPLICATE}


@given(readings=st.lists(plain_reading, max_size=12), data=st.data())
@quick
def test_any_order_any_split_and_any_repetition_give_the_same_table(
    opened: Opened, readings: list[Reading], data: st.DataObject
) -> None:
    """A key's first saying counts, so here every key says one thing."""
    said = list({reading.key: reading for reading in readings}.values())
    shuffled = data.draw(st.permutations([*said, *data.draw(st.lists(st.sampled_from(said)) if said else st.just([]))]))
    size = data.draw(st.integers(1, 5))
    with opened() as store:
        store.keep(said)
        expected = table(store)
    with opened() as store:
        fates = [fate for n in range(0, len(shuffled), size) for fate in store.keep(shuffled[n : n + size])]
        assert table(store) == expected
    assert fates.count(STORED) == len(expected)
    assert fates.count(STORED) + fates.count(DUPLICATE) == len(shuffled)


def table(store: Store) -> list[tuple[object, ...]]:
    """What is known of Bob, without the keys: of two that say the same either may stand."""
    return sorted((f.taken_at, f.kind, str(f.device), f.value or 0) for f in all_of(store, BOB))


@given(one=any_reading, other=any_reading)
@quick
def test_a_link_is_what_the_law_says(opened: Opened, one: Reading, other: Reading) -> None:
    theirs = (one.person, one.household) == (other.person, other.household) and one.key != other.key
    with opened() as store:
        store.keep([one])
        linked = store.keep([other]) == [LINKED]
    assert linked == (theirs and same_measure(other, one))


def test_a_key_of_anybody_is_one_among_all(store: Store) -> None:
    key = uuid4().bytes
    assert store.keep([a_reading(key), a_reading(key, person=BOB, device=2)]) == [STORED, DUPLICATE]


# ── Several writers at once (TimescaleDB only) ───────────────────────────────────────────────────────────────────────


def write_at_once(database: Database, batches: Sequence[Sequence[Reading]]) -> list[list[Outcome]]:
    """Each batch in a transaction of its own, all begun at the same moment."""
    start = Barrier(len(batches))

    def write(batch: Sequence[Reading]) -> list[Outcome]:
        with database.transaction(Role.INTAKE) as connection:
            start.wait(PATIENCE)
            return PostgresStore(connection).keep(batch)

    with ThreadPoolExecutor(len(batches)) as threads:
        return list(threads.map(write, batches))


@pytest.mark.parametrize("shared", [False, True])
def test_writers_of_the_same_readings_store_each_once_between_them(database: Database, shared: bool) -> None:
    person, device = Record(database).wearer()
    said = [
        a_reading(f"{n}", person=person.number, device=device.number, after=n * 60, shared=shared) for n in range(60)
    ]
    fates = write_at_once(database, [said, said[::-1], said[30:] + said[:30]])
    assert Counter(fate for each in fates for fate in each) == {STORED: 60, DUPLICATE: 120}


def test_writers_who_report_the_same_measures_link_them(database: Database) -> None:
    record = Record(database)
    (person, one), other = record.wearer(), record.device()
    reports = [
        [a_reading(f"{n}", person=person.number, device=d.number, after=n * 60, shared=True) for n in range(30)]
        for d in (one, other)
    ]
    fates = write_at_once(database, reports)
    assert Counter(fate for each in fates for fate in each) == {STORED: 30, LINKED: 30}


def test_writers_for_the_same_people_never_lock_each_other_out(database: Database) -> None:
    record = Record(database)
    ada, bob = record.person("Ada"), record.person("Bob")
    holders = [ada, bob, bob, ada]
    said = [
        [a_reading(f"{n}", person=p.number, device=d, after=n * 60, shared=True, raw=mg_dl(100 + d)) for n in range(30)]
        for p, d in [(p, record.device().number) for p in holders]
    ]
    fates = write_at_once(database, [said[0] + said[2], said[1] + said[3]])
    assert Counter(fate for each in fates for fate in each) == {STORED: 120}


def test_a_writer_waits_its_turn_before_it_locks_the_table_for_a_new_chunk(database: Database) -> None:
    record = Record(database)
    (ada, hers), (bob, his) = record.wearer(), record.wearer()
    alone = a_reading("1", person=ada.number, device=hers.number, after=100 * A_DAY)
    shared = [
        a_reading(f"{days}", person=bob.number, device=his.number, shared=True, after=days * A_DAY)
        for days in (0, 200, 300)
    ]
    write_at_once(database, [[a_reading("0", person=ada.number, device=hers.number)]])
    with ThreadPoolExecutor(1) as threads:
        with database.transaction(Role.INTAKE) as connection:
            assert PostgresStore(connection).keep(shared[:1]) == [STORED]
            second = threads.submit(write_at_once, database, [[alone, shared[1]]])
            while not somebody_waits_for_a_turn(connection):
                sleep(0.01)
            assert PostgresStore(connection).keep(shared[2:]) == [STORED]
        assert second.result() == [[STORED, STORED]]


def somebody_waits_for_a_turn(connection: Connection) -> bool:
    waiting = (
        "SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
        "WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()"
    )
    return connection.execute(waiting).fetchone() is not None
