"""The pages with people in them, to look at: `python -m tests.pages.preview [PORT]`.

Who looks, and how they like it, is in the host's name: http://ada-fr-mmoll-dark.localhost:PORT/ is Ada, in French,
mmol/L, dark. Names: ada, bob, cleo, carer, doctor, house, admin, newcomer, guest; any of the rest may be left out.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from alerts.watcher import Watcher
from hub.accounts import Account, ActorRole
from hub.database import Database, Role
from hub.measurements import Condition
from hub.quantities import Kind
from hub.readings import Reading
from ingest_api.app import create_app
from ingest_api.signin.sessions import Sessions
from tests.access.world import Holder, World
from tests.support.clock import begun
from tests.support.krone import weighed
from tests.support.readings import a_reading, kg, mg_dl
from tests.support.services import TestDatabases, TestServices
from tests.timeseries.glucose.making import trace


def sensed(holder: Holder, name: str, ago: timedelta) -> Iterator[Reading]:
    """A real trace, ending `ago`; an hour under the sensor's range, and two lost, in its last day."""
    of = trace(name)
    shift = begun() - ago - of.at[-1].item().replace(tzinfo=UTC)
    for n, (at, value) in enumerate(zip(of.at.tolist(), of.values.tolist(), strict=True)):
        left = len(of) - n
        if 150 < left < 175:
            continue
        taken = at.replace(tzinfo=UTC) + shift
        about: dict[str, Any] = {"person": holder.number, "device": holder.sensor.number, "taken_at": taken}
        low = 96 < left < 101
        said: dict[str, Any] = (
            {"raw": mg_dl(40), "value": None, "condition": Condition.BELOW_RANGE} if low else {"raw": mg_dl(value)}
        )
        yield a_reading(f"{name}{ago}{n}", **about, **said)


def weighings(holder: Holder, subject: int) -> Iterator[Reading]:
    """Somebody's weights, ending this morning, and a suitcase."""
    days = weighed()[subject]
    for day, value in days:
        taken = begun() - timedelta(days=days[-1][0] - day, hours=3)
        about: dict[str, Any] = {
            "person": holder.number,
            "device": holder.scale.number,
            "kind": Kind.WEIGHT,
            "taken_at": taken,
        }
        yield a_reading(f"w{day}", raw=kg(value + 12 * (day == days[-9][0])), **about)


class AsNamed:
    """Signs in whoever the host's name says."""

    def __init__(self, app: ASGIApp, cookies: dict[str, str]) -> None:
        self._app, self._cookies = app, cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = dict(scope["headers"]).get(b"host", b"").decode().partition(".")[0]
            name, *likes = host.split("-")
            told = [next((like for like in likes if like in known), known[0]) for known in _LIKES]
            jar = f"vigie-preferences={'.'.join(told)}; vigie={self._cookies.get(name, '')}"
            kept = [(key, value) for key, value in scope["headers"] if key != b"cookie"]
            scope = {**scope, "headers": [*kept, (b"cookie", jar.encode())]}
        await self._app(scope, receive, send)


_LIKES = (("en", "fr"), ("mgdl", "mmoll"), ("device", "light", "dark"))


def peopled(world: World) -> dict[str, Account]:
    """Everybody there is."""
    ada, bob, newcomer = world.holder("Ada"), world.holder("<b>Bob</b>"), world.holder("Nora")
    cleo = world.holder("Cleo")
    world.keep(*sensed(ada, "cgmq_dexcom", timedelta(minutes=3)), *weighings(ada, 2))
    world.keep(*sensed(cleo, "cgmq_dexcom", timedelta(minutes=3)), *sensed(cleo, "cgmq_dexcom", timedelta(days=8)))
    world.keep(*sensed(bob, "cgmq_libre", timedelta(minutes=50)))
    world.settle()
    while Watcher(world.database).turn():
        pass
    world.alert(ada)
    carer, doctor = world.somebody(ActorRole.CAREGIVER, "Jeanne Martin"), world.somebody(ActorRole.CLINICIAN, "Dr Roux")
    for holder in (ada, bob, cleo):
        world.grant(holder, carer)
        world.grant(holder, doctor)
    other = world.somebody(ActorRole.CLINICIAN, "Dr House")
    world.open_in_emergency(ada, other)
    for each in (doctor, doctor, other):
        each.api.get(ada.path("/latest"))
    accounts = {
        "ada": ada,
        "bob": bob,
        "newcomer": newcomer,
        "cleo": cleo,
        "carer": carer,
        "doctor": doctor,
        "house": other,
    }
    admin = world.account(ActorRole.ADMIN, "administrator")
    for name, holder in (("ada", ada), ("bob", bob), ("cleo", cleo), ("newcomer", newcomer)):
        print(f"{name}: /people/{holder.id}")  # noqa: T201
    return {name: each.account for name, each in accounts.items()} | {"admin": admin}


def main() -> None:
    """Serve until stopped."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8899
    services = TestServices(None, print)
    services.want()
    services.start_if_wanted()
    try:
        databases = TestDatabases(services.endpoints())
        with databases.migrated() as url:
            database = Database(url)
            world = World(database)
            accounts = peopled(world)
            with database.transaction(Role.REGISTER) as connection:
                cookies = {name: Sessions(connection).open(account) for name, account in accounts.items()}
            app = create_app(world.hub)
            uvicorn.run(AsNamed(app, cookies), host="127.0.0.1", port=port, log_level="warning")
            database.close()
    finally:
        services.stop()


if __name__ == "__main__":
    main()
