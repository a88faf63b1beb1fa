"""How often one account may ask, and one address fail: counted in this process, answered with 429 and a time.

What is refused says the same whether a token, an account or a person exists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from math import ceil
from time import time

from fastapi import HTTPException, Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from hub.errors import SettingsError

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Rates:
    """How often, in the library's spelling; `failures` and `sign_ins` by address, the others by account.

    `names`: wrong names of others. A few are typing faults; many are somebody finding out who is known here.
    """

    reads: str = "60000/minute"
    writes: str = "60000/minute"
    failures: str = "600/minute"
    sign_ins: str = "60/minute"
    addresses: str = "20/hour"
    names: str = "20/hour"


class TooOften(HTTPException):
    """Too many requests; says when to come again."""

    def __init__(self, seconds: int) -> None:
        """Come again after that many seconds."""
        super().__init__(429, f"too often; try again in {seconds} s", {"Retry-After": str(seconds)})


class Limits:
    """Counts, and refuses what is too often. Thread-safe; every process counts for itself."""

    def __init__(self, rates: Rates | None = None, trusted_proxies: str = "") -> None:
        """At those rates; `x-forwarded-for` is believed from those addresses or networks only (comma-separated)."""
        rates = rates or Rates()
        self._counts = FixedWindowRateLimiter(MemoryStorage())
        self._reads, self._writes = parse(rates.reads), parse(rates.writes)
        self._failures, self._sign_ins = parse(rates.failures), parse(rates.sign_ins)
        self._addresses, self._names = parse(rates.addresses), parse(rates.names)
        self._proxies = _networks(trusted_proxies)

    def reading(self, account: int) -> None:
        """Count a read of that account; raises TooOften."""
        self._hit(self._reads, "reads", str(account))

    def writing(self, account: int) -> None:
        """Count a write of that account; raises TooOften."""
        self._hit(self._writes, "writes", str(account))

    def adding_address(self, account: int) -> None:
        """Count an address to send a code to, which may be a stranger's; raises TooOften."""
        self._hit(self._addresses, "addresses", str(account))

    def misnamed(self, account: int) -> None:
        """Count a name that is nobody's, said by that account."""
        self._counts.hit(self._names, "names", str(account))

    def check_names(self, account: int) -> None:
        """Raise TooOften if that account said too many names that are nobody's, whether this one is or not."""
        self._check(self._names, "names", str(account))

    def signing_in(self, request: Request) -> None:
        """Count a step of a sign-in from there; raises TooOften."""
        self._hit(self._sign_ins, "sign-ins", self._from(request))

    def failed(self, request: Request) -> None:
        """Count a failure from there."""
        self._counts.hit(self._failures, "failures", self._from(request))

    def check_failures(self, request: Request) -> None:
        """Raise TooOften if too much failed from there of late."""
        self._check(self._failures, "failures", self._from(request))

    def _check(self, rate: RateLimitItem, *key: str) -> None:
        if not self._counts.test(rate, *key):
            raise self._too_often(rate, *key)

    def _hit(self, rate: RateLimitItem, *key: str) -> None:
        if not self._counts.hit(rate, *key):
            raise self._too_often(rate, *key)

    def _too_often(self, rate: RateLimitItem, *key: str) -> TooOften:
        return TooOften(max(1, ceil(self._counts.get_window_stats(rate, *key).reset_time - time())))

    def _from(self, request: Request) -> str:
        peer = request.client.host if request.client else ""
        forwarded = [part for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
        return source(peer, forwarded, self._proxies)


def source(peer: str, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """Whom to count: the nearest address no proxy of ours has; of IPv6 its /64, which one home holds whole.

    `forwarded` is what x-forwarded-for lists, the farthest first; each is believed only if a trusted one says it.
    """
    nearest = peer
    for hop in reversed(forwarded):
        if not _trusted(nearest, proxies) or _address(hop) is None:
            break
        nearest = hop.strip()
    address = _address(nearest)
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
    return str(address or nearest)


def _trusted(host: str, proxies: Sequence[Network]) -> bool:
    address = _address(host)
    return address is not None and any(address in network for network in proxies)


def _address(text: str) -> object:
    try:
        return ip_address(text.strip())
    except ValueError:
        return None


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise SettingsError("VIGIE_TRUSTED_PROXIES must list addresses or networks, as 10.0.0.4,10.1.0.0/16") from None
