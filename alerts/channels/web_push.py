"""Web Push (RFC 8030): a browser shows it even while no page of ours is open; without the operator's key it is closed.

The address is the subscription as the browser gives it. Its endpoint is a URL that whoever subscribes made up, so it is
sent to as any other (alerts.outward). `Topic` is the key: a push service that has it still replaces it by the same.
"""

import json
import time
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from py_vapid import Vapid02
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alerts.channel import Channel, Means, Message
from alerts.outward import Outward
from alerts.push_encryption import encrypted, unspelled
from hub.errors import AddressDead, AddressRefused, SettingsError, TryLater

KEEP = 3600
"""Seconds that a push service keeps a message for a browser that is away; older alerts are on the pages."""

SIGNED_FOR = 12 * 3600
"""Seconds that a signature holds; a day at most (RFC 8292 section 2)."""

OVER = frozenset({404, 410})
"""The subscription is no more (RFC 8030 section 7.3)."""

_URGENCY = {"urgent": "high", "warning": "normal", "notice": "low"}


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid")
    p256dh: Annotated[str, Field(max_length=100)]
    auth: Annotated[str, Field(max_length=40)]


class Subscription(BaseModel):
    """As `PushSubscription.toJSON()` says it."""

    model_config = ConfigDict(extra="ignore")
    endpoint: Annotated[str, Field(max_length=1500)]
    keys: _Keys


@dataclass(frozen=True, slots=True)
class WebPush:
    """Encrypts, signs and posts."""

    outward: Outward
    vapid: Vapid02
    origin: str

    def send(self, message: Message) -> None:
        """Taken once the push service said so."""
        to = Subscription.model_validate_json(message.address)
        text = json.dumps({"title": message.title, "body": message.text, "url": message.url, "tag": message.key.hex})
        body = encrypted(text.encode(), unspelled(to.keys.p256dh), unspelled(to.keys.auth))
        try:
            status = self.outward.post(to.endpoint, body, self._headers(to.endpoint, message))
        except AddressRefused:
            raise TryLater("its host is not on the open Internet") from None
        if status in OVER:
            raise AddressDead(f"answered {status}")
        if status // 100 != 2:
            raise TryLater(f"answered {status}")

    def _headers(self, endpoint: str, message: Message) -> dict[str, str]:
        parts = urlsplit(endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "sub": self.origin, "exp": int(time.time()) + SIGNED_FOR}
        return {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEEP),
            "Topic": message.key.hex,
            "Urgency": _URGENCY[message.level],
            **self.vapid.sign(claims),
        }


def _check(address: str, means: Means) -> str:
    try:
        subscription = Subscription.model_validate_json(address)
        encrypted(b"", unspelled(subscription.keys.p256dh), unspelled(subscription.keys.auth))
    except (ValidationError, ValueError):
        raise AddressRefused("give the browser's subscription as PushSubscription.toJSON() says it") from None
    means.outward.check(subscription.endpoint)
    return subscription.model_dump_json()


def _open(means: Means) -> WebPush | None:
    if means.vapid is None:
        return None
    try:
        key = Vapid02.from_raw(means.vapid.encode())
    except ValueError:
        raise SettingsError("VIGIE_VAPID_KEY must be 32 bytes in base64url; `vigie push-key` makes one") from None
    return WebPush(means.outward, key, means.origin)


CHANNEL = Channel("web_push", _check, _open, proven=True)
