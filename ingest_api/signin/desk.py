"""A sign-in from end to end: setting out, coming back, going out again."""

from dataclasses import dataclass

from hub.accounts import Account, Accounts, ActorRole
from hub.database import Connection, Role
from hub.errors import NotFound, SignInRefused
from hub.identities import Identities
from ingest_api.parts import Hub
from ingest_api.signin.attempts import Attempt, Attempts, Returned, required
from ingest_api.signin.provider import Arrived, Provider
from ingest_api.signin.sessions import Sessions

BACK = "/sign-in/back"
"""Where providers send browsers back to: to be registered with each, as VIGIE_PUBLIC_URL and this."""


@dataclass(frozen=True, slots=True)
class SetOut:
    """Where the browser goes, and what it must bring back."""

    url: str
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class CameBack:
    """What a browser brought: from the provider `state`, `code` and perhaps `iss`; its own two cookies."""

    state: str
    code: str
    issuer: str | None
    browser: str
    former_session: str


def set_out(hub: Hub, name: str, invitation: str | None) -> SetOut:
    """Begin a sign-in with the provider of that name; raises NotFound, ProviderSilent."""
    provider = _provider(hub, name)
    with hub.database.transaction(Role.REGISTER) as connection:
        attempt = Attempts(connection).begin(name, invitation)
    return SetOut(provider.way_there(attempt, hub.site.url(BACK)), attempt)


def come_back(hub: Hub, came: CameBack) -> str:
    """The cookie of a new session; raises SignInRefused, ProviderSilent, Conflict.

    The attempt is taken before the provider is asked: what comes back twice is refused the second time, whatever came
    of the first. A session the browser had is ended: nobody goes on under a cookie from before the sign-in.
    """
    returned = abandon(hub, came.state, came.browser)
    provider = _provider(hub, returned.provider)
    if came.issuer not in (None, provider.settings.issuer):
        raise SignInRefused("another identity provider answered than was asked; begin again")  # RFC 9207
    arrived = provider.arrived(came.code, returned, hub.site.url(BACK))
    with hub.database.transaction(Role.REGISTER) as connection:
        account = _account(connection, provider.settings.role, arrived, returned)
        sessions = Sessions(connection)
        sessions.end(came.former_session)
        return sessions.open(account, returned.provider, arrived.id_token)


def by_token(hub: Hub, token: str, former_session: str) -> str:
    """The cookie of a new session of the administrator whose token that is; it ends with the token.

    Administrators have no identity provider: their first sign-in comes before any is set up. Raises SignInRefused.
    """
    actor = hub.access.actor(token)
    if actor is None or actor.role is not ActorRole.ADMIN or actor.scopes:  # a session is limited to nothing
        raise SignInRefused("this is no administrator's token, or no longer; `vigie token admin` prints one")
    with hub.database.transaction(Role.REGISTER) as connection:
        sessions = Sessions(connection)
        sessions.end(former_session)
        return sessions.open(Accounts(connection).known(str(actor.id)), token=token)


def abandon(hub: Hub, state: str, browser: str) -> Returned:
    """Take an attempt away: it cannot come back again; raises SignInRefused if there is none of that browser's."""
    with hub.database.transaction(Role.REGISTER) as connection:
        taken = Attempts(connection).take(state, browser)
    return required(taken)  # after COMMIT: a refused one is gone too


def sign_out(hub: Hub, cookie: str) -> str | None:
    """End that session; where the browser can end the provider's too, if it has such a place. Raises ProviderSilent."""
    with hub.database.transaction(Role.REGISTER) as connection:
        ended = Sessions(connection).end(cookie)
    provider = hub.providers.get(ended.provider or "") if ended else None
    if ended is None or provider is None or ended.id_token is None:
        return None
    return provider.way_out(ended.id_token, hub.site.url("/sign-in"))


def _provider(hub: Hub, name: str) -> Provider:
    provider = hub.providers.get(name)
    if provider is None:
        raise NotFound("no such identity provider; /sign-in lists those there are")
    return provider


def _account(connection: Connection, role: ActorRole, arrived: Arrived, returned: Returned) -> Account:
    """Whose identity that is. Professionals may come uninvited: nobody has let them see anything yet."""
    identities = Identities(connection)
    if returned.invitation is not None:
        return identities.redeem(returned.invitation, role, arrived.identity)
    known = identities.identified(role, arrived.identity)
    if known is not None:
        return known
    if role is not ActorRole.CLINICIAN:
        raise SignInRefused("this identity is not tied to a record here; ask who keeps the records for an invitation")
    return identities.enrol(role, arrived.identity)
