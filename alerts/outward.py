"""The one way out to addresses that users give: nothing inside can be reached through it.

A name is looked up once, every address it has must be public, and the connection goes to the one that was looked at, so
that a name which changes its mind meanwhile leads nowhere (DNS rebinding). No redirect is followed, no proxy of the
environment used, no answer read beyond its status, and all of it together takes ten seconds at most.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

import httpx

from hub.errors import AddressRefused, TryLater

WITHIN = 10.0
"""Seconds for everything: a sink that drips its answer byte by byte holds nobody longer."""

LONGEST = 1900
Address = IPv4Address | IPv6Address

_UNICAST = IPv6Network("2000::/3")
_TUNNELS = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))
"""Teredo and 6to4: an IPv4 address inside, which may be anything."""


def resolved(host: str, port: int) -> list[Address]:
    """Every address of that name; raises OSError."""
    return [ip_address(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: Address) -> bool:
    """True for addresses of the open Internet: not this machine, not a private network, no tunnel into one."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    return (
        address in _UNICAST and address.is_global and not any(address in tunnel for tunnel in _TUNNELS)
        and address.scope_id is None
    )  # fmt: skip


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to believe; reading them takes longer than a message."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Outward:
    """Posts to https addresses that are public; tests look up names and judge addresses in their own way."""

    resolve: Callable[[str, int], Sequence[Address]] = resolved
    may: Callable[[Address], bool] = is_public
    schemes: tuple[str, ...] = ("https",)
    within: float = WITHIN

    def check(self, url: str) -> str:
        """The URL, if messages may be sent to it; raises AddressRefused. It is looked at again at each sending."""
        parts = self._parts(url)
        try:
            self._pinned(parts)
        except (OSError, UnicodeError):
            raise AddressRefused("that host has no address; check how it is spelled") from None
        return url

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer; raises TryLater, AddressRefused."""
        parts = self._parts(url)
        try:
            return asyncio.run(self._post(parts, body, headers))
        except TimeoutError:
            raise TryLater("no answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError):
            raise TryLater("cannot be reached") from None

    async def _post(self, parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> int:
        host, address = parts.hostname or "", self._pinned(parts)
        spelled = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
        port = "" if parts.port is None else f":{parts.port}"
        told = {**headers, "Host": parts.netloc, "Accept-Encoding": "identity"}
        async with (
            asyncio.timeout(self.within),
            httpx.AsyncClient(
                verify=_certificates(), trust_env=False, follow_redirects=False, timeout=self.within
            ) as client,
            client.stream(
                "POST", parts._replace(netloc=spelled + port).geturl(), content=body, headers=told,
                extensions={"sni_hostname": host},  # the certificate is the name's, whatever address it is asked at
            ) as answer,
        ):  # fmt: skip
            return answer.status_code

    def _parts(self, url: str) -> SplitResult:
        """Its parts, if it may be a way out at all; raises AddressRefused."""
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:
            raise AddressRefused("that is no URL") from None
        plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url and len(url) <= LONGEST
        if not plain or parts.scheme not in self.schemes or not parts.hostname:
            raise AddressRefused("give a URL that begins with https:// and holds no spaces")
        if "@" in parts.netloc or parts.fragment:
            raise AddressRefused("the URL may hold no user name, password or fragment")
        return parts

    def _pinned(self, parts: SplitResult) -> Address:
        """The address to connect to; raises AddressRefused if any of the name's is not public, OSError."""
        found = self.resolve(parts.hostname or "", parts.port or 443)
        if not found or not all(self.may(address) for address in found):
            raise AddressRefused("that host is not on the open Internet; messages are sent nowhere else")
        return found[0]
