"""A hub and a broker of its own for each journey, and a gateway that speaks to them: nobody else is heard there."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from device_adapters.mqtt_accounts import BrokerAccounts, new_password
from tests.journeys.hub_process import HubProcess
from tests.journeys.plain_gateway import PlainGateway
from tests.support.broker import OwnBroker, own_broker


@pytest.fixture
def broker() -> Iterator[OwnBroker]:
    """One that runs meanwhile."""
    with own_broker() as running:
        yield running


@pytest.fixture
def hub(database_url: str, broker: OwnBroker, tmp_path: Path) -> Iterator[HubProcess]:
    """A hub that runs, ready."""
    process = HubProcess(database_url, broker.url, tmp_path / "hub.log")
    process.start()
    yield process
    process.kill()


@pytest.fixture
def gateway(broker: OwnBroker) -> Iterator[PlainGateway]:
    """A gateway connected to the broker, with an account of its own."""
    name = f"plain-{uuid4().hex[:8]}"
    with BrokerAccounts(broker.url) as accounts:
        plain = PlainGateway(name, accounts.open(name, new_password()))
    yield plain
    plain.close()
