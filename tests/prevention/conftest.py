"""The API over a database of the file's own, and a world to put people in."""

import pytest

from hub.database import Database
from tests.access.world import World


@pytest.fixture(scope="module")
def world(lasting_database: Database) -> World:
    """Nobody yet; every test brings its own people."""
    return World(lasting_database)
