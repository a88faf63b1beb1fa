"""The recipient's own home: what they are told, on a topic of theirs at the hub's broker.

`vigie/v1/people/ID/alert` says what that person is told, of their own record and of those whose chains they are in; the
broker lets only their listener hear it (`vigie gateway-account add-listener`). With VIGIE_HOME_ASSISTANT each home is
announced to Home Assistant as an event, so that its automations may begin with one.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from alerts.channel import Channel, Means, Message
from alerts.home_topics import of_alerts, of_event
from alerts.rule import Level
from hub.errors import AddressDead, AddressRefused, BrokerError, TryLater

HOME = "home"
"""The only address there is: the recipient's own topic."""

Publish = Callable[[str, bytes, bool], None]


@dataclass(frozen=True, slots=True)
class HomeTopic:
    """Publishes; `announce` to Home Assistant, each home once."""

    publish: Publish
    announce: bool
    announced: set[UUID] = field(default_factory=set)

    def send(self, message: Message) -> None:
        """Taken once the broker said so; dead for whoever has no record, and so no topic."""
        if message.home is None:
            raise AddressDead("no record, so no topic")
        topic = of_alerts(message.home)
        told = {"event_type": message.level, "id": str(message.key), "title": message.title, "text": message.text,
                "url": message.url, **message.details}  # fmt: skip
        try:
            if self.announce and message.home not in self.announced:
                self.publish(*_announcement(message.home, topic), True)
                self.announced.add(message.home)
            self.publish(topic, json.dumps(told).encode(), False)
        except BrokerError:
            raise TryLater("the broker did not take it") from None


def _announcement(home: UUID, topic: str) -> tuple[str, bytes]:
    """The topic and message by which Home Assistant finds an event entity; no name in it."""
    name = f"vigie_{home.hex}"
    config = {
        "name": "Alert",
        "unique_id": f"{name}_alert",
        "state_topic": topic,
        "event_types": list(Level),
        "qos": 1,
        "device": {"identifiers": [name], "name": "Vigie"},
    }
    return of_event(home), json.dumps(config).encode()


def _check(address: str, _: Means) -> str:
    if address != HOME:
        raise AddressRefused(f"the only address of this channel is {HOME!r}: your own topic at the broker")
    return address


def _open(means: Means) -> HomeTopic | None:
    return None if means.publish is None else HomeTopic(means.publish, means.home_assistant)


CHANNEL = Channel("mqtt", _check, _open, proven=True)
