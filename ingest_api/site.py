"""Where browsers find the hub: its origin, and by it the cookies it may set.

Behind https the cookies bear the `__Host-` prefix and `Secure`. Plain http is for loopback only, where nothing leaves
the machine; browsers disagree there about both, so neither is used.
"""

from dataclasses import dataclass
from http.cookies import Morsel
from ipaddress import ip_address
from urllib.parse import urlsplit

from hub.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Site:
    """An origin, as https://vigie.example; raises SettingsError for one that is none, or http beyond loopback."""

    origin: str = "http://127.0.0.1:8080"

    def __post_init__(self) -> None:
        """Refuse what cookies could not be kept safe on."""
        parts = urlsplit(self.origin)
        if (
            parts.scheme not in ("https", "http")
            or not parts.netloc
            or self.origin != f"{parts.scheme}://{parts.netloc}"
        ):
            raise SettingsError("VIGIE_PUBLIC_URL must be an origin alone, as https://vigie.example")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise SettingsError("VIGIE_PUBLIC_URL must begin with https://; plain http is for this machine alone")

    @property
    def secure(self) -> bool:
        """True behind https."""
        return self.origin.startswith("https://")

    @property
    def session_cookie(self) -> str:
        """The session's cookie."""
        return self._cookie("vigie")

    @property
    def attempt_cookie(self) -> str:
        """The cookie that binds a sign-in to the browser that set out."""
        return self._cookie("vigie-sign-in")

    @property
    def invitation_cookie(self) -> str:
        """The cookie that holds an invitation until the sign-in sets out."""
        return self._cookie("vigie-invitation")

    @property
    def next_cookie(self) -> str:
        """The cookie that holds where to go once signed in."""
        return self._cookie("vigie-next")

    @property
    def preferences_cookie(self) -> str:
        """The cookie that holds language, units and colours."""
        return self._cookie("vigie-preferences")

    def url(self, path: str) -> str:
        """That path as the outside sees it."""
        return self.origin + path

    def cookie(self, name: str, value: str, seconds: int) -> str:
        """A Set-Cookie header's value; 0 seconds take the cookie away."""
        morsel: Morsel[str] = Morsel()
        morsel.set(name, value, value)
        morsel.update({"path": "/", "samesite": "Lax", "max-age": str(seconds)})
        return "; ".join([morsel.OutputString(), "HttpOnly", *(["Secure"] if self.secure else [])])

    def _cookie(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name


def is_loopback(host: str) -> bool:
    """True for localhost and the loopback addresses."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
