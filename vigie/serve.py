"""The hub in one process: the intake's workers, the watch, and the API; each can run alone."""

import gc
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from enum import StrEnum
from functools import partial
from threading import Thread

from alerts.channel import Means
from alerts.daily import Daily
from alerts.delivery.forgetting import Forgetting
from alerts.delivery.planner import Planner
from alerts.delivery.worker import Worker
from alerts.watcher import Watcher
from device_adapters.adapter import NO_KEYS, Keys, topic_filters
from device_adapters.mqtt import MqttSource
from device_adapters.mqtt_address import Address
from device_adapters.mqtt_publisher import MqttPublisher
from hub.alone import alone
from hub.database import Database, Role
from hub.directory import PostgresDirectory
from hub.errors import SettingsError
from hub.migrate import migrate
from hub.turns import Turns
from ingest_api.access import Access
from ingest_api.app import ALL, HEALTH, Application, create_app
from ingest_api.consumer import Consumer
from ingest_api.context import Hub
from ingest_api.import_desk import Importing
from ingest_api.intake import Intake
from ingest_api.live.homes import Homes
from ingest_api.metrics import tell
from timeseries.upkeep import Upkeep
from vigie import gateway_accounts
from vigie.signing import Signing
from vigie.watch import once_heard, together

log = logging.getLogger(__name__)

WORKERS = 2
"""Intake workers: while one waits for its COMMIT, the other decodes."""

SENDERS = 3
"""How many messages are on their way at once."""

ReadyChecks = dict[str, Callable[[], bool]]


class Part(StrEnum):
    """What a hub process can run."""

    INTAKE = "intake"
    API = "api"
    WATCH = "watch"
    DELIVER = "deliver"


def parts_named(names: str) -> tuple[Part, ...]:
    """The parts of a list like `intake,api`; raises SettingsError."""
    try:
        return tuple(Part(name.strip()) for name in names.split(","))
    except ValueError:
        raise SettingsError(f"--only takes some of: {','.join(Part)}") from None


@contextmanager
def hub(
    database_url: str,
    mqtt_url: str,
    mqtt_client: str | None = None,
    parts: Sequence[Part] = tuple(Part),
    keys: Keys = NO_KEYS,
    signing: Signing | None = None,
    means: Means | None = None,
) -> Iterator[Application]:
    """The application with its parts running behind it; everything is stopped in order on leaving.

    Without `signing`, no browser signs in; without `means`, every channel is closed that needs some.

    Raises DatabaseError, SettingsError.
    """
    applied = migrate(database_url)
    log.info("the database is up to date (%d migrations applied now)", len(applied))
    _spare_the_collector()
    with ExitStack() as stack:
        database, publisher = Database(database_url), MqttPublisher(mqtt_url)
        stack.callback(database.close)
        stack.callback(publisher.stop)
        door, ways = signing or Signing(), replace(means or Means(), publish=publisher.publish)
        for provider in door.providers.values():
            stack.callback(provider.close)
        intake = Intake(database, PostgresDirectory(database), keys)
        checks: ReadyChecks = {"database": database.answers}
        watcher = Watcher(database, tell=tell)
        look = together(watcher.turn)
        if Part.INTAKE in parts:
            source = MqttSource(mqtt_url, mqtt_client or Address.of(mqtt_url).hub_session, topic_filters())
            checks |= _hear(stack, database, source, intake)
            _settle_accounts(stack, database, mqtt_url)
            look = once_heard(source.hearing, look)
        if Part.WATCH in parts:
            watcher.begin()
            checks |= _watch(stack, database, look)
        if Part.DELIVER in parts:
            checks |= _deliver(stack, database, ways)
        ready = partial(_works, checks)
        context = Hub(database, intake, Access(database), ready, door.site, door.limits, door.providers, ways)
        yield create_app(context, ALL if Part.API in parts else HEALTH)


def _spare_the_collector() -> None:
    """Readings form no cycles and are freed when done with; searching them for cycles costs a tenth of the intake.

    What is loaded by now stays for ever, and need not be searched either.
    """
    gc.freeze()
    gc.set_threshold(100_000)


def _works(checks: ReadyChecks) -> dict[str, bool]:
    return {name: works() for name, works in checks.items()}


def _hear(stack: ExitStack, database: Database, source: MqttSource, intake: Intake) -> ReadyChecks:
    """Take in what the broker has and what people import, until the stack unwinds; of one database, one hub does."""
    # what the broker has is for whoever does the intake: a hub that lost it must not go on taking that away
    check = stack.enter_context(alone(database.url, Role.INTAKE, "intake", given_up=source.stop))
    source.start()
    stack.callback(source.stop)
    taken_in = _take_turns(
        stack, "intake", *(partial(_checked, check, Consumer(source, intake).turn) for _ in range(WORKERS))
    )
    imports = _take_turns(stack, "imports", partial(_checked, check, Importing(database, intake).turn))
    return {"broker": lambda: source.connected, **taken_in, **imports}


def _checked(check: Callable[[], None], turn: Callable[[], bool]) -> bool:
    check()
    return turn()


def _watch(stack: ExitStack, database: Database, look: Callable[[], bool]) -> ReadyChecks:
    """Follow what is stored, until the stack unwinds: summaries, alerts, and what is done once a day."""
    return {
        **_take_turns(stack, "watch", Upkeep(database).turn),
        **_take_turns(stack, "alerts", look),
        **_take_turns(stack, "daily", Daily(database).turn),
    }


def _deliver(stack: ExitStack, database: Database, means: Means) -> ReadyChecks:
    """Tell people, until the stack unwinds: one plans, several send, lest a slow address hold up the rest.

    Another has homes hear readings, another forgets what was told long ago.
    """
    planner, homes, forgetting = Planner(database), Homes(database, means), Forgetting(database)
    worker = Worker(database, means)
    return _take_turns(stack, "deliver", planner.turn, homes.turn, forgetting.turn, *[worker.turn] * SENDERS)


def _take_turns(stack: ExitStack, name: str, *turns: Callable[[], bool]) -> ReadyChecks:
    """Take these turns side by side, until the stack unwinds; they are well while every one is being taken."""
    taking = [Turns(name, turn) for turn in turns]
    for each in taking:
        each.start()
        stack.callback(each.stop)
    return {name: lambda: all(each.alive for each in taking)}


def _settle_accounts(stack: ExitStack, database: Database, mqtt_url: str) -> None:
    """Close at the broker what is closed in the register, beside everything else: the intake does not wait for it."""
    settling = Thread(target=gateway_accounts.settle, args=(database, mqtt_url), name="settle-accounts", daemon=True)
    settling.start()
    stack.callback(settling.join)
