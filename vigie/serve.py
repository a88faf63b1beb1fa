"""The hub in one process: the intake's workers, the watch, and the API; each can run alone."""

import gc
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from enum import StrEnum
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
from hub.database import Database, Role
from hub.directory import PostgresDirectory
from hub.errors import SettingsError
from hub.migrate import migrate
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
from vigie.watch import Watch, once_heard

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
        database = Database(database_url)
        stack.callback(database.close)
        intake = Intake(database, PostgresDirectory(database), keys)
        checks: ReadyChecks = {"database": database.answers}
        look = Watcher(database, tell=tell).turn
        if Part.INTAKE in parts:
            stack.enter_context(database.alone(Role.INTAKE, "intake"))
            source = MqttSource(mqtt_url, mqtt_client or Address.of(mqtt_url).hub_session, topic_filters())
            checks |= _listen(stack, source, intake)
            look = once_heard(source.hearing, look)
            _settle_accounts(stack, database, mqtt_url)
            checks |= _keep_up(stack, "imports", Importing(database, intake).turn)
        if Part.WATCH in parts:
            checks |= _keep_up(stack, "watch", Upkeep(database).turn)
            checks |= _keep_up(stack, "alerts", look)
            checks |= _keep_up(stack, "daily", Daily(database).turn)
        publisher = MqttPublisher(mqtt_url)
        stack.callback(publisher.stop)
        door, ways = signing or Signing(), replace(means or Means(), publish=publisher.publish)
        if Part.DELIVER in parts:
            checks |= _deliver(stack, database, ways)
        for provider in door.providers.values():
            stack.callback(provider.close)
        context = Hub(
            database, intake, Access(database), lambda: {name: works() for name, works in checks.items()},
            door.site, door.limits, door.providers, ways,
        )  # fmt: skip
        yield create_app(context, ALL if Part.API in parts else HEALTH)


def _spare_the_collector() -> None:
    """Readings form no cycles and are freed when done with; searching them for cycles costs a tenth of the intake.

    What is loaded by now stays for ever, and need not be searched either.
    """
    gc.freeze()
    gc.set_threshold(100_000)


def _keep_up(stack: ExitStack, name: str, turn: Callable[[], bool]) -> ReadyChecks:
    """Start following what is stored, until the stack unwinds."""
    watch = Watch(turn)
    watch.start()
    stack.callback(watch.stop)
    return {name: lambda: watch.alive}


def _deliver(stack: ExitStack, database: Database, means: Means) -> ReadyChecks:
    """Start telling people, until the stack unwinds: one plans, several send, lest a slow address hold up the rest.

    Another has homes hear readings, another forgets what was told long ago.
    """
    planner, worker = Planner(database), Worker(database, means)
    homes = Homes(database, means)
    besides = [homes.turn, Forgetting(database).turn]
    watches = [Watch(planner.turn), *map(Watch, besides), *(Watch(worker.turn) for _ in range(SENDERS))]
    for watch in watches:
        watch.start()
        stack.callback(watch.stop)
    return {"deliver": lambda: all(watch.alive for watch in watches)}


def _settle_accounts(stack: ExitStack, database: Database, mqtt_url: str) -> None:
    """Close at the broker what is closed in the register, beside everything else: the intake does not wait for it."""
    settling = Thread(target=gateway_accounts.settle, args=(database, mqtt_url), name="settle-accounts", daemon=True)
    settling.start()
    stack.callback(settling.join)


def _listen(stack: ExitStack, source: MqttSource, intake: Intake) -> ReadyChecks:
    """Start taking messages from the broker, until the stack unwinds."""
    source.start()
    stack.callback(source.stop)
    consumers = [Consumer(source, intake) for _ in range(WORKERS)]
    for consumer in consumers:
        consumer.start()
        stack.callback(consumer.stop)
    return {"broker": lambda: source.connected, "intake": lambda: all(consumer.alive for consumer in consumers)}
