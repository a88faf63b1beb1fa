"""Real TimescaleDB and Mosquitto for the tests that ask for them: started once a run, a fresh database a test.

A test that names `database`, `database_url`, `mqtt_url` (or a fixture built on them) gets them; a run in which no test
does starts nothing. Under pytest-xdist the controller starts the services and the workers share them.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from hub.database import Database
from hub.settings import load
from tests.support.clock import begun
from tests.support.record import Record
from tests.support.services import ENDPOINTS, TestDatabases, TestServices

# how long an example takes says more of the machine than of the code
PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
settings.register_profile("vigie", derandomize=True, **PATIENT)
settings.register_profile("search", max_examples=500, **PATIENT)
settings.load_profile("vigie")
"""The same examples in every run, so that a run says something of the change it is for, and nobody is held up by the
luck of another. New ones are looked for with `--hypothesis-profile=search` (`make test-long`)."""

SLOW = ("journeys", "vigie", "alerts", "access")
"""Folders with the longest files: those that start hubs and servers, and walk whole histories."""

SERVICES = pytest.StashKey[TestServices]()


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder the services live in; workers are told the controller's."""
    home = getattr(config, "workerinput", {}).get("vigie_home")
    config.stash[SERVICES] = TestServices(home, lambda line: config.get_terminal_writer().line(line))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    if SERVICES in config.stash:
        config.stash[SERVICES].stop()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the services if a test asks for them; a worker asks its controller."""
    if not session.config.option.collectonly and any(_asks(item) for item in session.items):
        session.config.stash[SERVICES].want()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long first, so that two workers end together."""
    items.sort(key=lambda item: SLOW.index(item.path.parent.name) if item.path.parent.name in SLOW else len(SLOW))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell an xdist worker where the services live."""
    node.workerinput["vigie_home"] = str(node.config.stash[SERVICES].home)  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: object) -> None:
    """A worker knows its tests, and runs none before this returns: start the services if it asked for them."""
    node.config.stash[SERVICES].start_if_wanted()  # type: ignore[attr-defined]


def _asks(item: pytest.Item) -> bool:
    return ENDPOINTS in getattr(item, "fixturenames", ())


@pytest.fixture(scope="module", autouse=True)
def begins() -> None:
    """The file's tests begin now."""
    begun.cache_clear()


@pytest.fixture(autouse=True)
def settings_read_anew() -> None:
    """What one test set in the environment, or left unset, no other goes by."""
    load.cache_clear()


@pytest.fixture(scope="session")
def service_endpoints(pytestconfig: pytest.Config) -> Iterator[TestDatabases]:
    """The services of this run."""
    databases = TestDatabases(pytestconfig.stash[SERVICES].endpoints())
    yield databases
    databases.close()


@pytest.fixture
def mqtt_url(service_endpoints: TestDatabases) -> str:
    """The broker of this run, as the hub's account; topics and client ids are shared by all tests."""
    return service_endpoints.mqtt_url


@pytest.fixture
def database_url(service_endpoints: TestDatabases) -> Iterator[str]:
    """A migrated database of this test's own, empty, as its administrator."""
    with service_endpoints.migrated() as url:
        yield url


@pytest.fixture
def bare_database_url(service_endpoints: TestDatabases) -> Iterator[str]:
    """A database of this test's own that nobody has migrated."""
    with service_endpoints.bare() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The pools of this test's own database."""
    pools = Database(database_url)
    yield pools
    pools.close()


@pytest.fixture(scope="module")
def lasting_database(service_endpoints: TestDatabases) -> Iterator[Database]:
    """The pools of one database for all tests of a file, for those that only look, or are refused."""
    with service_endpoints.migrated() as url:
        pools = Database(url)
        yield pools
        pools.close()


@pytest.fixture
def swept_database(lasting_database: Database, service_endpoints: TestDatabases) -> Database:
    """The file's database, emptied: for files with many tests, each of which may leave behind what it likes."""
    service_endpoints.sweep(lasting_database.url)
    return lasting_database


@pytest.fixture
def record(database: Database) -> Record:
    """Makes people, devices, pairings and households in this test's database."""
    return Record(database)
