"""A program of the recipient's own, over https: JSON, signed with the secret they were given with the address.

`Vigie-Signature: t=SECONDS,v1=HEX` is HMAC-SHA256 of "SECONDS.BODY"; whoever checks it refuses old ones, and keeps
`Idempotency-Key` to know a message it has had before.
"""

import hmac
import json
import time
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus

from alerts.channel import Channel, Means, Message
from alerts.outward import Outward
from hub.errors import AddressDead, AddressRefused, TryLater


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts messages."""

    outward: Outward

    def send(self, message: Message) -> None:
        """Taken with any status of success; 410 says that nobody will ever listen there again."""
        body = json.dumps(
            {"id": str(message.key), "level": message.level, "title": message.title, "text": message.text,
             "url": message.url, **message.details}
        ).encode()  # fmt: skip
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(message.key),
            "Vigie-Signature": signature(message.secret or "", int(time.time()), body),
        }
        try:
            status = self.outward.post(message.address, body, headers)
        except AddressRefused:
            raise TryLater("its host is not on the open Internet") from None
        if status == HTTPStatus.GONE:
            raise AddressDead("answered 410")
        if status // 100 != 2:
            raise TryLater(f"answered {status}")


def signature(secret: str, seconds: int, body: bytes) -> str:
    """What the header says of that body at that time."""
    signed = hmac.new(secret.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
    return f"t={seconds},v1={signed}"


def _check(address: str, means: Means) -> str:
    return means.outward.check(address)


CHANNEL = Channel("webhook", _check, lambda means: Webhook(means.outward), signs=True)
