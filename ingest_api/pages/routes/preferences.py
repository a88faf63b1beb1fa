"""Language, units, light or dark: anybody's choice, signed in or not, kept in their browser."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.errors import RecordError
from ingest_api.context import PUBLIC, TheHub
from ingest_api.pages.forms import Form, local
from ingest_api.pages.preferences import KEPT, GlucoseUnit, Preferences, Theme
from ingest_api.pages.render import page
from ingest_api.pages.visitor import Guest, TheGuest
from ingest_api.pages.words import Language
from ingest_api.signin import guard

router = APIRouter(tags=["pages"])


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to choose."""

    name: str
    legend: str
    choices: list[Choice]


@router.get("/preferences", dependencies=[PUBLIC], response_class=HTMLResponse)
def preferences(request: Request, visitor: TheGuest) -> HTMLResponse:
    """What can be chosen, and what is."""
    return page(
        request, visitor, "preferences.html", fields=fields(visitor), next=local(request.query_params.get("next", "/"))
    )


@router.post("/preferences", dependencies=[PUBLIC], response_class=RedirectResponse)
def prefer(request: Request, hub: TheHub, form: Form) -> RedirectResponse:
    """Keep them, and go back to where they came from."""
    guard.check_same_site(request, hub.site)
    try:
        wanted = Preferences(Language(form["language"]), GlucoseUnit(form["glucose"]), Theme(form["theme"]))
    except (KeyError, ValueError):
        raise RecordError("choose one of each: language, glucose, theme") from None
    answer = RedirectResponse(local(form.get("next", "/")), 303)
    answer.headers.append("set-cookie", hub.site.cookie(hub.site.preferences_cookie, wanted.spelled(), KEPT))
    return answer


def fields(visitor: Guest) -> list[Field]:
    """What is chosen now."""
    now = visitor.preferences
    return [
        _field(visitor, "language", Language, now.language),
        _field(visitor, "glucose", GlucoseUnit, now.glucose),
        _field(visitor, "theme", Theme, now.theme),
    ]


def _field(visitor: Guest, name: str, values: Iterable[StrEnum], chosen: StrEnum) -> Field:
    words = visitor.words("preferences")
    choices = [Choice(value, words.say(f"{name}.{value}"), value is chosen) for value in values]
    return Field(name, words.say(f"{name}.legend"), choices)
