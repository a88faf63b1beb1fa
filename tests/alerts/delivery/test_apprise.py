"""Services of the operator's, through Apprise itself."""

import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from alerts.channel import Means, Message, channels
from alerts.rule import Level
from hub.errors import AddressDead, AddressRefused, SettingsError, TryLater
from tests.support.sinks import Fate, Sink, http_sink

MESSAGE = Message(key=uuid4(), address="family", title="Vigie", text="An alert.", level=Level.URGENT, url="https://hub")
APPRISE = channels()["apprise"]


@pytest.fixture
def sink() -> Iterator[Sink]:
    with http_sink() as running:
        yield running


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its plugins, all of which it loads
        yield


def means(sink: Sink) -> Means:
    return Means(apprise={"family": f"json://{urlsplit(sink.url).netloc}/"})


def test_a_service_by_its_name_is_sent_to(sink: Sink) -> None:
    sender = APPRISE.opened(means(sink))
    assert sender is not None
    sender.send(MESSAGE)
    told = json.loads(sink.took[0].body)
    assert (told["title"], told["message"], told["type"]) == ("Vigie", "An alert.\nhttps://hub", "failure")


def test_a_service_that_does_not_take_it_is_tried_later_and_one_taken_away_is_dead(sink: Sink) -> None:
    sender = APPRISE.opened(means(sink))
    assert sender is not None
    sink.fates.append(Fate.FAIL)
    with pytest.raises(TryLater):
        sender.send(MESSAGE)
    with pytest.raises(AddressDead):
        sender.send(replace(MESSAGE, address="others"))


@pytest.mark.parametrize("address", ["json://127.0.0.1/", "others", ""])
def test_nothing_but_the_operators_names_is_taken(sink: Sink, address: str) -> None:
    with pytest.raises(AddressRefused, match="family"):
        APPRISE.check(address, means(sink))


def test_it_is_closed_without_services_and_says_what_it_lacks(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    assert APPRISE.opened(Means()) is None
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    with pytest.raises(SettingsError, match="pip install"):
        APPRISE.opened(means(sink))
