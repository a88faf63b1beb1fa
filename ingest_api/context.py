"""What a route stands on: the parts behind it, and who asks, which each declares; one without a policy is a fault.

    def get_readings(hub: TheHub, actor: Annotated[Actor, Depends(Policy(scope=Scope.READINGS_READ))]) -> …
    router = APIRouter(dependencies=[PUBLIC])

A policy says which roles may ask at all; whose record is whose is the database's to say, by the actor's ticket.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from hub.accounts import ActorRole, Scope
from ingest_api import uploads
from ingest_api.access import Actor
from ingest_api.parts import Hub, TheHub
from ingest_api.signin import guard

__all__ = [
    "PUBLIC",
    "Administrator",
    "Anyone",
    "Clinician",
    "Hub",
    "Policy",
    "Public",
    "Reader",
    "Registrar",
    "Sender",
    "Sharer",
    "TheHub",
    "asked_again",
    "policy_of",
]

_bearer = HTTPBearer(auto_error=False, description="a token from `vigie token`")
_NOBODY = "send a valid token: Authorization: Bearer … (make one with `vigie token`), or sign in at /sign-in"
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def _form_token(request: Request, hub: TheHub) -> str | None:
    """The token against forged requests, from its header or else the form's field; a bearer's body is not looked at.

    A file is read for those who are signed in alone.
    """
    if request.method in guard.SAFE or "authorization" in request.headers:
        return None
    if uploads.is_upload(request):
        cookie = request.cookies.get(hub.site.session_cookie, "")
        if not cookie or await run_in_threadpool(hub.access.signed_in, cookie) is None:
            return None
        return (await uploads.upload(request)).fields.get(guard.FIELD)
    return request.headers.get(guard.HEADER) or (await guard.fields(request)).get(guard.FIELD)


@dataclass(frozen=True, slots=True)
class Public:
    """Anybody may ask; `why` it is harmless."""

    why: str

    def __call__(self) -> None:
        """Nothing to check."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Only accounts of these roles may ask (any role if none is named), with this scope if their token is limited.

    A limited token may not ask a route that names no scope.
    """

    roles: tuple[ActorRole, ...] = ()
    scope: Scope | None = None

    def __call__(
        self, request: Request, hub: TheHub, bearer: Credentials, sent: Annotated[str | None, Depends(_form_token)]
    ) -> Actor:
        """Who asks; raises 401, 403, 429."""
        with_token = "authorization" in request.headers
        actor = _bearing(request, hub, bearer) if with_token else _signed_in(request, hub, sent)
        if self.roles and actor.role not in self.roles:
            wanted = "an administrator's token" if self.roles == (ActorRole.ADMIN,) else "another role"
            raise HTTPException(403, f"this needs {wanted}")
        if actor.scopes and self.scope not in actor.scopes:
            raise HTTPException(403, f"this token is limited; make one with the scope {self.scope or 'left open'}")
        count = hub.limits.reading if request.method in guard.SAFE else hub.limits.writing
        count(actor.account)
        return actor


def _bearing(request: Request, hub: Hub, bearer: HTTPAuthorizationCredentials | None) -> Actor:
    token = bearer.credentials if bearer else ""
    if not hub.access.trusted_before(token):
        hub.limits.check_failures(request)
    actor = hub.access.actor(token)
    if actor is None:
        hub.limits.failed(request)
        raise HTTPException(401, _NOBODY)
    return actor


def _signed_in(request: Request, hub: Hub, sent: str | None) -> Actor:
    cookie = request.cookies.get(hub.site.session_cookie, "")
    actor = hub.access.signed_in(cookie) if cookie else None
    if actor is None:
        raise HTTPException(401, _NOBODY)
    if request.method not in guard.SAFE:
        guard.check_same_site(request, hub.site)
        guard.check_token(cookie, sent)
    return actor


def asked_again(request: Request, hub: Hub) -> Callable[[], Actor | None]:
    """Who asks by now, for an answer that goes on; None once they may not. Listening keeps no session alive."""
    if "authorization" in request.headers:
        token = request.headers["authorization"].partition(" ")[2].strip()
        return lambda: hub.access.actor(token)
    cookie = request.cookies.get(hub.site.session_cookie, "")
    return lambda: hub.access.still_signed_in(cookie)


PUBLIC = Depends(Public("it tells nothing of anybody"))
Anyone = Annotated[Actor, Depends(Policy())]
Reader = Annotated[Actor, Depends(Policy(scope=Scope.READINGS_READ))]
Sender = Annotated[Actor, Depends(Policy(scope=Scope.READINGS_WRITE))]
Sharer = Annotated[Actor, Depends(Policy(scope=Scope.SHARING))]
Registrar = Annotated[Actor, Depends(Policy(scope=Scope.REGISTER))]
Clinician = Annotated[Actor, Depends(Policy((ActorRole.CLINICIAN,)))]
Administrator = Annotated[Actor, Depends(Policy((ActorRole.ADMIN,)))]


def policy_of(route: APIRoute) -> Policy | Public | None:
    """What a route declares; None is a fault. The first of several is the one nearest to the route."""
    return next(_declared(route.dependant), None)


def _declared(dependant: Dependant) -> Iterator[Policy | Public]:
    for each in reversed(dependant.dependencies):
        if isinstance(each.call, Policy | Public):
            yield each.call
        yield from _declared(each)
