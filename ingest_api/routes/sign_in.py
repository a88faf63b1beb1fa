"""Signing in and out with a browser, through an identity provider; and who is signed in.

Everything here is a page or a redirect, but for `/v1/session`. Secrets travel in cookies, headers and bodies; in an
address only where OpenID Connect puts them (`code` and `state`, each of use once, in the browser that set out).
"""

import logging
from datetime import datetime
from typing import Annotated
from urllib.parse import quote, unquote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from hub.accounts import ActorRole
from hub.database import Role
from hub.errors import Conflict, ProviderSilent, SignInError, SignInRefused
from ingest_api.context import PUBLIC, Anyone, Hub, TheHub
from ingest_api.pages.forms import Form, local
from ingest_api.pages.render import page
from ingest_api.pages.visitor import Guest, TheGuest
from ingest_api.signin import desk, guard
from ingest_api.signin.attempts import ATTEMPT_LIFE
from ingest_api.signin.sessions import LONGEST, Sessions

log = logging.getLogger(__name__)

router = APIRouter(tags=["sign-in"])

_SOON = int(ATTEMPT_LIFE.total_seconds())
Text = Annotated[str, Query(max_length=4_000)]


class SessionAnswer(BaseModel):
    """Who is signed in; `csrf` is what requests that change something send along, null for a bearer token."""

    account: UUID
    role: ActorRole
    name: str
    expires_at: datetime | None
    csrf: str | None


@router.get("/sign-in", dependencies=[PUBLIC], response_class=HTMLResponse)
def choose(
    hub: TheHub, request: Request, visitor: TheGuest, next_: Annotated[Text, Query(alias="next")] = ""
) -> Response:
    """Who may vouch for you; `next` is where to go after it."""
    providers = [(name, provider.settings.label) for name, provider in hub.providers.items()]
    invited = hub.site.invitation_cookie in request.cookies
    answer = page(request, visitor, "sign-in.html", providers=providers, invited=invited)
    if next_:
        _set(answer, hub, hub.site.next_cookie, quote(local(next_)), _SOON)
    return answer


@router.post("/sign-in/invitation", dependencies=[PUBLIC], response_class=RedirectResponse)
def keep_invitation(hub: TheHub, request: Request, form: Form) -> Response:
    """Keep an invitation in the browser until the sign-in sets out; whether it holds is told when it comes back."""
    guard.check_same_site(request, hub.site)
    hub.limits.signing_in(request)
    invitation = form.get("invitation", "").strip()
    answer = RedirectResponse("/sign-in", 303)
    # a fixed alphabet: what stands in a cookie is never what somebody made up
    if invitation.replace("-", "").replace("_", "").isalnum() and invitation.isascii() and len(invitation) <= 100:
        _set(answer, hub, hub.site.invitation_cookie, invitation, _SOON)
    return answer


@router.post("/sign-in/administrator", dependencies=[PUBLIC], response_class=RedirectResponse)
def administer(hub: TheHub, request: Request, visitor: TheGuest, form: Form) -> Response:
    """Sign in with an administrator's token."""
    guard.check_same_site(request, hub.site)
    hub.limits.signing_in(request)
    hub.limits.check_failures(request)
    former = request.cookies.get(hub.site.session_cookie, "")
    try:
        session = desk.by_token(hub, form.get("token", "").strip(), former)
    except SignInRefused as why:
        return _refused(hub, request, visitor, why)
    return _signed_in(hub, request, session)


@router.get("/sign-in/back", dependencies=[PUBLIC], response_class=RedirectResponse)
def come_back(
    hub: TheHub,
    request: Request,
    visitor: TheGuest,
    state: Text = "",
    code: Text = "",
    error: Text = "",
    iss: Text | None = None,
) -> Response:
    """Where the identity provider sends the browser back to."""
    hub.limits.check_failures(request)
    browser = request.cookies.get(hub.site.attempt_cookie, "")
    former = request.cookies.get(hub.site.session_cookie, "")
    try:
        if error or not code:
            desk.abandon(hub, state, browser)
            raise SignInRefused("the identity provider did not sign you in; begin again")
        session = desk.come_back(hub, desk.CameBack(state, code, iss, browser, former))
    except (SignInError, Conflict) as why:
        return _refused(hub, request, visitor, why)
    return _signed_in(hub, request, session)


@router.get("/sign-in/{provider}", dependencies=[PUBLIC], response_class=RedirectResponse)
def set_out(provider: str, hub: TheHub, request: Request) -> Response:
    """Go to an identity provider and come back signed in."""
    hub.limits.signing_in(request)
    out = desk.set_out(hub, provider, request.cookies.get(hub.site.invitation_cookie))
    answer = RedirectResponse(out.url, 303)
    _set(answer, hub, hub.site.attempt_cookie, out.attempt.browser, _SOON)
    return answer


@router.post("/sign-out", response_class=HTMLResponse)
def sign_out(hub: TheHub, request: Request, visitor: TheGuest, _: Anyone) -> HTMLResponse:
    """End the session here, then the provider's.

    A page and not a redirect: `form-action 'self'` would keep a form's redirect from leaving the site.
    """
    try:
        further = desk.sign_out(hub, request.cookies.get(hub.site.session_cookie, ""))
    except ProviderSilent:
        further = None
    answer = page(request, visitor, "signed-out.html", further=further)
    if further:
        answer.headers["Refresh"] = f"0; url={further}"
    _set(answer, hub, hub.site.session_cookie, "", 0)
    return answer


@router.get("/v1/session")
def get_session(hub: TheHub, request: Request, actor: Anyone) -> SessionAnswer:
    """Who asks, and what their requests that change something must send along."""
    cookie = None if "authorization" in request.headers else request.cookies.get(hub.site.session_cookie)
    return SessionAnswer(
        account=actor.id,
        role=actor.role,
        name=actor.name,
        expires_at=_ends(hub, cookie) if cookie else None,
        csrf=guard.csrf_token(cookie) if cookie else None,
    )


def _refused(hub: Hub, request: Request, visitor: Guest, why: SignInError | Conflict) -> Response:
    hub.limits.failed(request)
    log.warning("a sign-in did not succeed: %s", why.code)
    status = 503 if isinstance(why, ProviderSilent) else 403
    return _forget(page(request, visitor, "sign-in-refused.html", status, why=str(why)), hub)


def _signed_in(hub: Hub, request: Request, session: str) -> Response:
    wanted = unquote(request.cookies.get(hub.site.next_cookie, "/"))
    answer = _forget(RedirectResponse(local(wanted), 303), hub)
    _set(answer, hub, hub.site.session_cookie, session, int(LONGEST.total_seconds()))
    return answer


def _ends(hub: Hub, cookie: str) -> datetime | None:
    with hub.database.transaction(Role.REGISTER) as connection:
        return Sessions(connection).expires_at(cookie)


def _set(answer: Response, hub: Hub, name: str, value: str, seconds: int) -> None:
    answer.headers.append("set-cookie", hub.site.cookie(name, value, seconds))


def _forget(answer: Response, hub: Hub) -> Response:
    """Take the cookies of the attempt away."""
    for name in (hub.site.attempt_cookie, hub.site.invitation_cookie, hub.site.next_cookie):
        _set(answer, hub, name, "", 0)
    return answer
