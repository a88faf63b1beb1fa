"""Where a broker answers and as whom we come: what an URL like mqtts://user:password@host:port says."""

import hmac
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from hub.errors import SettingsError

_FORM = "VIGIE_MQTT_URL must be mqtt://user:password@host:port (or mqtts://)"
_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Address:
    """A broker's address with an account; `tls` when the connection is encrypted."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str) -> "Address":
        """What the URL says; raises SettingsError."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise SettingsError(_FORM) from None
        if host is None or parts.scheme not in _PORTS:
            raise SettingsError(_FORM)
        tls = parts.scheme == "mqtts"
        return cls(host, port or _PORTS[parts.scheme], tls, _plain(parts.username), _plain(parts.password))

    def url_for(self, user: str, password: str) -> str:
        """The URL of the same broker for another account."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{quote(user, '')}:{quote(password, '')}@{host}:{self.port}"

    @property
    def hub_session(self) -> str:
        """The client id of the hub's lasting session: always the same, and known only to who has the password.

        Whoever connects under a client id takes its session over, whatever their account; what waited in it is then
        lost (measured on Mosquitto 2.0.21).
        """
        return f"vigie-intake-{hmac.digest((self.password or '').encode(), b'vigie-intake', 'sha256').hex()[:24]}"


def _plain(text: str | None) -> str | None:
    return None if text is None else unquote(text)
