"""How far a gateway may be told that its messages are committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_adapters.buffer import Hearing
from hub.database import Connection, Database, Role
from hub.measurements import Sequence
from ingest_api.progress import Ack, advance, settle
from tests.support.examples import so_many

BOOT = "8d1f1f6e-2f0b-4d5e-9c57-0a8f6a0b7c11"
OTHER_BOOT = "8d1f1f6e-2f0b-4d5e-9c57-0a8f6a0b7c12"


@pytest.fixture(scope="module")
def session(lasting_database: Database) -> Iterator[Connection]:
    """An open session as the intake."""
    with lasting_database.transaction(Role.INTAKE) as connection:
        yield connection


@pytest.fixture
def empty(session: Connection) -> Iterator[Connection]:
    """The session with nothing received; taken back afterwards."""
    with taken_back(session):
        yield session


@contextmanager
def taken_back(session: Connection) -> Iterator[None]:
    with session.transaction(force_rollback=True):
        yield


def all_heard(seconds: float = 3600, behind: float = 0) -> Hearing:
    """Nothing can have waited anywhere for so long, up to some seconds ago."""
    until = datetime.now(UTC) - timedelta(seconds=behind)
    return Hearing(until - timedelta(seconds=seconds), until)


def stood_for(connection: Connection, heard: float, grew: float) -> None:
    """Every boot was last heard so many seconds ago, and last said something new."""
    ago = (timedelta(seconds=heard), timedelta(seconds=grew))
    connection.execute("UPDATE gateway_progress SET heard_at = now() - %s, grew_at = now() - %s", ago)


def commit(connection: Connection, *numbers: int, first: int | None = None, boot: str = BOOT) -> int | None:
    """Note these numbers; how far they may be acknowledged."""
    acks = advance(connection, [Sequence("attic", boot, number, first) for number in numbers])
    assert [(ack.gateway, ack.boot) for ack in acks] == [("attic", boot)] * len(acks)
    return acks[0].number if acks else None


@pytest.mark.parametrize(
    ("batches", "acks"),
    [
        ([[0], [1], [2]], [0, 1, 2]),
        ([[0, 1, 2]], [2]),
        ([[2, 0, 1]], [2]),
        ([[2], [1], [0]], [None, None, 2]),
        ([[0], [2], [4], [3], [1]], [0, 0, 0, 0, 4]),
        ([[0, 2], [1]], [0, 2]),
        ([[0, 0], [0], [1, 1], [0]], [0, 0, 1, 1]),
        ([[5], [5], [6]], [None, None, None]),
        ([[2**61], [0], [2**61 - 1]], [None, 0, 0]),
    ],
)
def test_from_nought_the_unbroken_run_is_acknowledged(
    empty: Connection, batches: list[list[int]], acks: list[int | None]
) -> None:
    assert [commit(empty, *batch) for batch in batches] == acks


@pytest.mark.parametrize(
    ("numbers", "heard", "grew", "acknowledged"),
    [
        ((1, 2), 1, 1, None),
        ((1, 2), 3, 3, 2),
        ((1, 2, 4), 3, 3, 2),
        ((41, 42), 1, 1, None),
        ((41, 42), 3, 3, 42),
        ((41, 42, 44), 3, 3, None),
        ((41, 42, 44), 11, 11, 42),
        ((41, 42), 1, 9, None),
        ((41, 42), 1, 11, 42),
    ],
)
def test_the_lowest_number_counts_as_the_first_once_its_boot_is_quiet_or_says_nothing_new(
    empty: Connection, numbers: tuple[int, ...], heard: float, grew: float, acknowledged: int | None
) -> None:
    commit(empty, *numbers)
    stood_for(empty, heard, grew)
    assert [ack.number for ack in settle(empty, all_heard())] == [n for n in (acknowledged,) if n is not None]


@pytest.mark.parametrize(("seconds", "behind"), [(1, 0), (3600, 3)], ids=["just back", "messages in hand"])
def test_a_boot_is_not_quiet_while_what_it_said_may_be_waiting_somewhere(
    empty: Connection, seconds: float, behind: float
) -> None:
    commit(empty, 7, 8)
    stood_for(empty, 4, 4)
    assert settle(empty, all_heard(seconds, behind)) == []
    assert settle(empty, all_heard()) == [Ack("attic", BOOT, 8)]
    assert settle(empty, all_heard()) == []


def test_a_repetition_is_heard_but_nothing_new(empty: Connection) -> None:
    commit(empty, 41, 42)
    stood_for(empty, 9, 9)
    commit(empty, 41)
    assert settle(empty, all_heard()) == []
    stood_for(empty, 3, 9)
    commit(empty, 40)
    stood_at = "SELECT now() - heard_at, now() - grew_at FROM gateway_progress"
    assert empty.execute(stood_at).fetchone() == (timedelta(0), timedelta(0))


def test_a_number_still_lower_than_the_settled_first_is_waited_for(empty: Connection) -> None:
    commit(empty, 42)
    stood_for(empty, 3, 3)
    assert settle(empty, all_heard()) == [Ack("attic", BOOT, 42)]
    assert commit(empty, 41) == 42
    assert commit(empty, 39) == 39
    assert commit(empty, 40) == 42


def test_the_gateway_may_say_which_is_the_first_it_holds(empty: Connection) -> None:
    assert commit(empty, 42, first=41) is None
    assert commit(empty, 43) is None
    assert commit(empty, 41) == 43


def test_a_first_that_moves_on_leaves_behind_what_the_gateway_no_longer_holds(empty: Connection) -> None:
    assert commit(empty, 0) == 0
    assert commit(empty, 5, first=3) is None
    assert commit(empty, 3, 4, first=3) == 5
    assert commit(empty, 9, first=9) == 9
    assert commit(empty, 10, first=3) == 10


def test_an_old_message_is_forgotten_again_when_the_gateway_says_its_first(empty: Connection) -> None:
    assert commit(empty, 10, first=10) == 10
    assert commit(empty, 5) == 5
    assert commit(empty, 11, first=10) == 11


def test_the_highest_first_in_a_batch_counts(empty: Connection) -> None:
    said = [Sequence("attic", BOOT, 7, 7), Sequence("attic", BOOT, 3, 2), Sequence("attic", BOOT, 8, None)]
    assert advance(empty, said) == [Ack("attic", BOOT, 8)]


def test_boots_and_gateways_are_counted_apart(empty: Connection) -> None:
    said = [
        Sequence("cellar", BOOT, 0),
        Sequence("attic", OTHER_BOOT, 0),
        Sequence("attic", BOOT, 1),
        Sequence("attic", BOOT, 0),
        Sequence("cellar", BOOT, 2),
    ]
    assert advance(empty, said) == [Ack("attic", BOOT, 1), Ack("attic", OTHER_BOOT, 0), Ack("cellar", BOOT, 0)]


def test_nothing_received_is_nothing_acknowledged(empty: Connection) -> None:
    assert (advance(empty, []), settle(empty, all_heard())) == ([], [])


def test_a_restart_forgets_nothing(database: Database, database_url: str) -> None:
    with database.transaction(Role.INTAKE) as connection:
        assert commit(connection, 0, 1, 3) == 1
    later = Database(database_url)
    with later.transaction(Role.INTAKE) as connection:
        assert commit(connection, 2) == 3
    later.close()


def run_end(first: int, committed: set[int]) -> int | None:
    """The last number of the unbroken run from `first`; the law, said plainly."""
    end = first
    while end in committed:
        end += 1
    return end - 1 if end > first else None


@given(st.integers(0, 50), st.integers(1, 12), st.booleans(), st.data())
@settings(max_examples=so_many(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_acknowledgement_never_runs_ahead_of_what_is_committed(
    session: Connection, first: int, many: int, said: bool, data: st.DataObject
) -> None:
    """Whatever the order, the batches and the repetitions: exactly the unbroken run from the first number."""
    sent = data.draw(st.permutations([*range(first, first + many)] * 2))
    cuts = data.draw(st.lists(st.integers(0, len(sent)), max_size=6).map(sorted))
    batches = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    known = said or first == 0
    boot = str(uuid4())
    received: set[int] = set()
    with taken_back(session):
        acks, expected = [], []
        for batch in batches:
            received |= set(batch)
            acks.append(commit(session, *batch, first=first if said else None, boot=boot))
            expected.append(run_end(first, received) if batch and known and (said or 0 in received) else None)
    assert acks == expected
