"""A hub of its own for a journey, and a gateway that speaks to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.hub_process import HubProcess
from tests.journeys.plain_gateway import PlainGateway


@pytest.fixture
def hub(database_url: str, mqtt_url: str, tmp_path: Path) -> Iterator[HubProcess]:
    """A hub that runs, ready."""
    process = HubProcess(database_url, mqtt_url, tmp_path / "hub.log")
    process.start()
    yield process
    process.kill()


@pytest.fixture
def gateway(mqtt_url: str) -> Iterator[PlainGateway]:
    """A gateway connected to the broker."""
    plain = PlainGateway(mqtt_url)
    yield plain
    plain.close()
