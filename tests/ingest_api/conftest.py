"""The door and the API over a database of the file's own."""

import pytest

from hub.database import Database
from hub.directory import PostgresDirectory
from ingest_api.access import Access, ActorRole
from ingest_api.app import Application, create_app
from ingest_api.context import Hub
from ingest_api.intake import Intake
from ingest_api.limits import Limits, Rates
from tests.support.http import Api
from tests.support.record import Record


@pytest.fixture
def intake(database: Database) -> Intake:
    """The door to this test's database."""
    return Intake(database, PostgresDirectory(database))


@pytest.fixture(scope="module")
def hub(lasting_database: Database) -> Hub:
    """The parts behind the API; every test brings its own people."""
    intake = Intake(lasting_database, PostgresDirectory(lasting_database))
    ready = {"database": lasting_database.answers}
    limits = Limits(Rates(failures="100000/minute"))
    return Hub(
        lasting_database, intake, Access(lasting_database), lambda: {n: works() for n, works in ready.items()},
        limits=limits,
    )  # fmt: skip


@pytest.fixture(scope="module")
def app(hub: Hub) -> Application:
    """The application."""
    return create_app(hub)


@pytest.fixture(scope="module")
def api(app: Application, hub: Hub) -> Api:
    """An administrator's view."""
    return Api(app, hub.access.create(ActorRole.ADMIN))


@pytest.fixture
def desk(hub: Hub) -> Record:
    """Makes people and devices in the API's database."""
    return Record(hub.database)
