"""A hub of its own for a journey, and a gateway that speaks to it."""

import fcntl
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from device_adapters.mqtt_accounts import BrokerAccounts, new_password
from tests.journeys.hub_process import HubProcess
from tests.journeys.plain_gateway import PlainGateway


@pytest.fixture
def alone(mqtt_url: str) -> Iterator[None]:
    """One journey at a time: its hub hears everything that is said at the run's one broker."""
    with (Path(tempfile.gettempdir()) / f"vigie-journey-{urlsplit(mqtt_url).port}").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@pytest.fixture
def hub(database_url: str, mqtt_url: str, tmp_path: Path, alone: None) -> Iterator[HubProcess]:
    """A hub that runs, ready."""
    process = HubProcess(database_url, mqtt_url, tmp_path / "hub.log")
    process.start()
    yield process
    process.kill()


@pytest.fixture
def gateway(mqtt_url: str) -> Iterator[PlainGateway]:
    """A gateway connected to the broker, with an account of its own."""
    name = f"plain-{uuid4().hex[:8]}"
    with BrokerAccounts(mqtt_url) as broker:
        plain = PlainGateway(name, broker.open(name, new_password()))
    yield plain
    plain.close()
