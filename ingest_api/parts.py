"""The parts behind the API: the database, the door, who may sign in. One instance lives in the application's state."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from alerts.channel import Means
from hub.database import Connection, Database, Role
from ingest_api.access import Access, Actor
from ingest_api.intake import Intake
from ingest_api.limits import Limits
from ingest_api.signin.provider import Provider
from ingest_api.site import Site


@dataclass(frozen=True, slots=True)
class Hub:
    """The parts behind the API; `ready` tells whether each needed part works, by name.

    `providers` are who may vouch for those who sign in, by the name their sign-in's path bears; `means` what the
    channels have by which people are told.
    """

    database: Database
    intake: Intake
    access: Access
    ready: Callable[[], dict[str, bool]]
    site: Site = field(default_factory=Site)
    limits: Limits = field(default_factory=Limits)
    providers: Mapping[str, Provider] = field(default_factory=dict)
    means: Means = field(default_factory=Means)

    @contextmanager
    def reading(self, actor: Actor) -> Iterator[Connection]:
        """A transaction that sees what the actor may see, and nothing else."""
        with self.database.transaction(Role.API, actor.ticket) as connection:
            yield connection

    @contextmanager
    def registering(self, actor: Actor | None = None) -> Iterator[Connection]:
        """A transaction that changes the register; what `actor` does in it is entered in it."""
        with self.database.transaction(Role.REGISTER, actor.ticket if actor else None) as connection:
            yield connection

    @contextmanager
    def watching(self, actor: Actor | None = None) -> Iterator[Connection]:
        """A transaction that moves readings of shared devices, or alerts; what `actor` does in it is entered in it."""
        with self.database.transaction(Role.WATCH, actor.ticket if actor else None) as connection:
            yield connection


def _hub(request: Request) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


TheHub = Annotated[Hub, Depends(_hub)]
