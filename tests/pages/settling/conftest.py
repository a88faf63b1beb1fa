"""A world to put people in; every test brings its own."""

import pytest

from hub.database import Database
from tests.access.world import Holder, Somebody, World


@pytest.fixture(scope="module")
def world(lasting_database: Database) -> World:
    """Nobody yet."""
    return World(lasting_database)


@pytest.fixture
def ada(world: World) -> Holder:
    """Three glucoses and two weights of today."""
    return world.measured("Ada")


@pytest.fixture
def doctor(world: World) -> Somebody:
    """A clinician nobody let in yet."""
    return world.clinician()
