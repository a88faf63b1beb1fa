"""The pages over a database of the file's own, and a world to put people in."""

from collections.abc import Callable

import pytest

from hub.database import Database
from tests.access.world import Somebody, World
from tests.pages.browser import Browser

Opens = Callable[..., Browser]


@pytest.fixture(scope="module")
def world(lasting_database: Database) -> World:
    """Nobody yet; every test brings its own people."""
    return World(lasting_database)


@pytest.fixture
def opens(world: World) -> Opens:
    """The browser of somebody, or of nobody, who likes pages so."""

    def browser(who: Somebody | None = None, likes: str = "en.mgdl.device") -> Browser:
        return Browser(world.hub, None if who is None else who.account, likes)

    return browser
