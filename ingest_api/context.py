"""What the routes stand on: the database, the door, and who asks. One instance lives in the application's state."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from hub.database import Connection, Database, Role
from ingest_api.access import Access, Actor, ActorRole
from ingest_api.intake import Intake


@dataclass(frozen=True, slots=True)
class Hub:
    """The parts behind the API; `ready` tells whether each needed part works, by name."""

    database: Database
    intake: Intake
    access: Access
    ready: Callable[[], dict[str, bool]]

    @contextmanager
    def reading(self, actor: Actor) -> Iterator[Connection]:
        """A transaction that sees what the actor may see, and nothing else."""
        with self.database.transaction(Role.API, actor.ticket) as connection:
            yield connection

    @contextmanager
    def registering(self) -> Iterator[Connection]:
        """A transaction that changes the register."""
        with self.database.transaction(Role.REGISTER) as connection:
            yield connection

    @contextmanager
    def watching(self) -> Iterator[Connection]:
        """A transaction that moves readings of shared devices."""
        with self.database.transaction(Role.WATCH) as connection:
            yield connection


def _hub(request: Request) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


TheHub = Annotated[Hub, Depends(_hub)]
_bearer = HTTPBearer(auto_error=False, description="a token from `vigie token`")


def _administrator(hub: TheHub, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Actor:
    actor = hub.access.actor(credentials.credentials) if credentials else None
    if actor is None:
        raise HTTPException(401, "send a valid token: Authorization: Bearer … (make one with `vigie token admin`)")
    if actor.role is not ActorRole.ADMIN:
        raise HTTPException(403, "this needs an administrator's token")
    return actor


Administrator = Annotated[Actor, Depends(_administrator)]
