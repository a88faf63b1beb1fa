"""The demo's sign-in: a provider on this machine where whoever sits here chooses who to be, among the demo's people.

The hub of the demo is handed it directly; a hub that is set up by settings refuses any issuer without https.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import product

from hub.accounts import Account, Accounts, ActorRole
from hub.database import Database, Role
from ingest_api.app import background
from ingest_api.signin.configured import ProviderSettings
from ingest_api.signin.desk import BACK
from ingest_api.signin.provider import Provider
from ingest_api.site import Site
from vigie.local_provider import Client, LocalProvider, Receive, Scope, Send, Somebody
from vigie.services.state import free_port
from vigie.signing import Signing

CLINICIANS = {"Dr Claire Moreau (demo)": "demo-clinician"}
"""By the name their accounts are known by, as people grant to them."""

_LABELS = {
    ActorRole.PERSON: "Démo : une personne suivie / Demo: a person",
    ActorRole.CLINICIAN: "Démo : un soignant / Demo: a clinician",
}


class DemoSignIn:
    """Both providers of the demo, one a role, on a port of their own."""

    def __init__(self, site: Site) -> None:
        """For the hub at that site; nobody can be chosen yet."""
        self.port = free_port()
        client = Client("vigie-demo", secrets.token_urlsafe(32), site.url(BACK), site.url("/sign-in"))
        self.local = {role: LocalProvider(f"http://127.0.0.1:{self.port}/{role}", client, []) for role in _LABELS}
        providers = {str(role): Provider(_settings(role, local)) for role, local in self.local.items()}
        self.signing = Signing(site, providers=providers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The provider whose path it is; the people's answers whatever else is asked."""
        role = ActorRole.CLINICIAN if scope.get("path", "").startswith("/clinician/") else ActorRole.PERSON
        await self.local[role](scope, receive, send)

    @contextmanager
    def open_for(self, people: Mapping[str, str], database: Database) -> Iterator[None]:
        """Let anybody be one of those people (name and id), or the clinician whom they let in, until leaving."""
        with database.transaction(Role.REGISTER) as connection:
            accounts = Accounts(connection)
            chosen = {
                ActorRole.PERSON: {name: accounts.named(ActorRole.PERSON, id_) for name, id_ in people.items()},
                ActorRole.CLINICIAN: {
                    who: accounts.named(ActorRole.CLINICIAN, name) for who, name in CLINICIANS.items()
                },
            }
            for role, whose in chosen.items():
                for who, account in whose.items():
                    # anew at every start: the port, and so the issuer, is another
                    connection.execute(_TIE, (self.local[role].issuer, account.name, who, account.number))
                self.local[role].people = _choices(whose)
            for holder, doctor in product(chosen[ActorRole.PERSON].values(), chosen[ActorRole.CLINICIAN].values()):
                # once: what is taken away afterwards stays away
                connection.execute(_LET_IN, {"person": holder.person, "to": doctor.number, "by": holder.number})
        with background(self, "127.0.0.1", self.port):
            yield


def _choices(whose: Mapping[str, Account]) -> dict[str, Somebody]:
    return {account.name: Somebody(account.name, who) for who, account in whose.items()}


def _settings(role: ActorRole, local: LocalProvider) -> ProviderSettings:
    return ProviderSettings(role, _LABELS[role], local.issuer, local.client.id, local.client.secret)


_LET_IN = """
    INSERT INTO access_grant (person, account, during, granted_by)
    SELECT %(person)s, %(to)s, tstzrange(now(), NULL), %(by)s
    WHERE NOT EXISTS (SELECT FROM access_grant WHERE person = %(person)s AND account = %(to)s)
"""
_TIE = "UPDATE account SET issuer = %s, subject = %s, full_name = %s WHERE number = %s"
