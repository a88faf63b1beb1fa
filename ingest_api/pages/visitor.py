"""Who looks at a page, and how they like it told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from hub.accounts import ActorRole
from hub.quantities import Unit
from ingest_api.access import Actor
from ingest_api.context import Policy, TheHub
from ingest_api.pages import preferences
from ingest_api.pages.charts.languages import ENGLISH, FRENCH
from ingest_api.pages.charts.words import Words
from ingest_api.pages.preferences import Preferences
from ingest_api.pages.words import Catalog, Language, words_of
from ingest_api.signin import guard


@dataclass(frozen=True, slots=True)
class Guest:
    """Anybody, on a page that tells nothing of anybody; `csrf` is what forms send along, None where they need none."""

    preferences: Preferences
    csrf: str | None = None

    @property
    def language(self) -> Language:
        """The language to tell in."""
        return self.preferences.language

    @property
    def glucose_unit(self) -> Unit:
        """The unit to tell glucose in."""
        return self.preferences.glucose.unit

    @property
    def numbers(self) -> Words:
        """How numbers and dates are written, and the words of charts."""
        return FRENCH if self.language is Language.FR else ENGLISH

    def words(self, page: str) -> Catalog:
        """The words of a page."""
        return words_of(self.language, page)

    @property
    def actor(self) -> Actor | None:
        """Nobody, as far as this page knows."""
        return None


@dataclass(frozen=True, slots=True)
class Visitor(Guest):
    """Who is signed in. Bearers of a token may look too; their forms need no token against forged requests."""

    who: Actor = field(kw_only=True)

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.who

    @property
    def own(self) -> UUID | None:
        """Their own record, if they are a person with one: such accounts bear its id as their name."""
        return UUID(self.who.name) if self.who.role is ActorRole.PERSON else None


def guest(request: Request, hub: TheHub) -> Guest:
    """Whoever asks, without asking who."""
    return Guest(preferences.read(request, hub.site))


def visiting(policy: Policy) -> Callable[..., Visitor]:
    """The dependency for pages that only some may ask: `Annotated[Visitor, Depends(visiting(Policy(roles)))]`."""

    def visitor(request: Request, hub: TheHub, actor: Annotated[Actor, Depends(policy)]) -> Visitor:
        cookie = None if "authorization" in request.headers else request.cookies.get(hub.site.session_cookie)
        csrf = guard.csrf_token(cookie) if cookie else None
        return Visitor(preferences.read(request, hub.site), csrf, who=actor)

    return visitor


TheGuest = Annotated[Guest, Depends(guest)]
TheVisitor = Annotated[Visitor, Depends(visiting(Policy()))]
VisitingClinician = Annotated[Visitor, Depends(visiting(Policy((ActorRole.CLINICIAN,))))]
VisitingAdministrator = Annotated[Visitor, Depends(visiting(Policy((ActorRole.ADMIN,))))]
