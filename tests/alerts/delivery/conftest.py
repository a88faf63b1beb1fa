"""A world in which alerts ring, and where the messages end."""

from collections.abc import Iterator

import pytest

from hub.database import Database
from tests.access.world import World
from tests.alerts.delivery.ringing import Scene
from tests.support.sinks import Sink, http_sink, mail_sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    """An HTTP server of a recipient's."""
    with http_sink() as running:
        yield running


@pytest.fixture
def mail() -> Iterator[Sink]:
    """The operator's mail server."""
    with mail_sink() as running:
        yield running


@pytest.fixture
def scene(swept_database: Database, sink: Sink, mail: Sink) -> Scene:
    """Ada, her mother and her doctor, whom she let in, each with a webhook; and a planner and a worker."""
    return Scene(World(swept_database), sink, mail)
