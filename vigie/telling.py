"""What the channels have to tell people by, as the settings have it."""

import secrets
from base64 import urlsafe_b64encode

from pydantic import SecretStr

from alerts.channel import Means
from hub.settings import Settings

_KEY_BYTES = 32


def means_of(settings: Settings) -> Means:
    """As set, but for the broker, which is the hub's; whoever opens a channel says what is wrong with its settings."""
    return Means(
        origin=settings.origin,
        smtp=_said(settings.smtp_url),
        mail_from=settings.mail_from,
        vapid=_said(settings.vapid_key),
        home_assistant=settings.home_assistant,
        apprise={name: url.get_secret_value() for name, url in settings.apprise.items()},
    )


def new_push_key() -> str:
    """A private key of P-256, in base64url."""
    # with its top bit off, any such number lies below the order of the curve
    raw = bytearray(secrets.token_bytes(_KEY_BYTES))
    raw[0] &= 0x7F
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _said(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
