"""Identity providers as configured: whom each vouches for, and which of its claims says what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.accounts import ActorRole
from hub.errors import SignInRefused
from hub.identities import Identity

LONGEST = 200
"""Characters of a claim: a longer description is cut, a longer subject refused."""


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claim says what; `subject` is the account's key: for ever theirs, and never an e-mail address."""

    subject: str = "sub"
    full_name: str = "name"
    profession: str | None = None
    national_id: str | None = None
    structure: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """A provider: whom it vouches for, what we are to it, the least assurance asked for (`acr`)."""

    role: ActorRole
    label: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "openid"
    acr: str | None = None
    claims: ClaimNames = ClaimNames()


def identity_of(claims: Mapping[str, Any], settings: ProviderSettings) -> Identity:
    """Who these claims, already believed, are about; raises SignInRefused when they do not hold the account's key."""
    names = settings.claims
    subject = claims.get(names.subject)
    # an address may be given to somebody else one day; cut, two subjects could become one
    if not isinstance(subject, str) or not _fits(subject) or "@" in subject:
        raise SignInRefused(f"the identity provider does not say {names.subject}, by which accounts are known")
    return Identity(
        settings.issuer,
        subject,
        _text(claims, names.full_name) or _joined(claims),
        _text(claims, names.profession),
        _text(claims, names.national_id),
        _text(claims, names.structure),
    )


def _fits(text: str) -> bool:
    return 0 < len(text) <= LONGEST and text == text.strip() and text.isprintable()


def _text(claims: Mapping[str, Any], name: str | None) -> str | None:
    """A claim's text, the first of several."""
    said = claims.get(name) if name else None
    first = said[0] if isinstance(said, list) and said else said
    return first.strip()[:LONGEST] or None if isinstance(first, str) and first.isprintable() else None


def _joined(claims: Mapping[str, Any]) -> str | None:
    return " ".join(part for part in (_text(claims, "given_name"), _text(claims, "family_name")) if part) or None
