"""The API over a database of the file's own, in this process and on a port."""

from collections.abc import Iterator

import pytest

from hub.database import Database
from ingest_api.app import background, create_app
from tests.access.world import World
from vigie.services.state import free_port


@pytest.fixture(scope="module")
def world(lasting_database: Database) -> World:
    """Nobody yet; every test brings its own people."""
    return World(lasting_database)


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    """Where a server of this process answers for that world."""
    port = free_port()
    with background(create_app(world.hub), "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"
