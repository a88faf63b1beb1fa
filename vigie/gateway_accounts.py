"""Who may come in at the broker: an account a gateway, in the register and at the broker alike.

The register says which gateways there are; the broker keeps their passwords (it alone needs them) and topics, written
to its file before it answers. What a broken connection leaves half done is shown by `lines` and mended by doing it
again; an account closed in the register is closed at the broker at the hub's next start at the latest.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from alerts.home_topics import heard_by
from device_adapters.mqtt_accounts import BrokerAccount, BrokerAccounts, new_password
from device_adapters.mqtt_topics import checked_name
from hub.database import Database, Role
from hub.errors import NotFound, VigieError
from hub.gateways import Gateways

log = logging.getLogger(__name__)


def add(database: Database, mqtt_url: str, gateway: str, password: str | None = None) -> str:
    """Open a gateway's account, or give a known one a new password; the URL it comes in with.

    Raises RecordError, Conflict, SettingsError, BrokerError, DatabaseError.
    """
    with BrokerAccounts(mqtt_url) as broker, _registering(database, gateway):
        return broker.open(gateway, password or new_password())


def add_sender(
    database: Database,
    mqtt_url: str,
    name: str,
    topics: Sequence[str],
    client_id: str = "",
    password: str | None = None,
) -> str:
    """The same for other people's software, with the topics it speaks on."""
    with BrokerAccounts(mqtt_url) as broker, _registering(database, name):
        return broker.open_sender(name, topics, password or new_password(), client_id)


def add_listener(database: Database, mqtt_url: str, name: str, person: UUID, password: str | None = None) -> str:
    """An account for a person's home, which hears what they are told and their readings; raises as `add`, NotFound."""
    with BrokerAccounts(mqtt_url) as broker, _registering(database, name):
        _known(database, person)
        return broker.open_listener(name, heard_by(person), password or new_password())


def remove(database: Database, mqtt_url: str, name: str) -> None:
    """Close an account: nobody comes in with it any more, and whoever has is cut at once. Raises as `add`; NotFound."""
    checked_name(name)
    registered = _closed(database, name)
    with BrokerAccounts(mqtt_url) as broker:
        if any(account.name == name for account in broker.list()):
            broker.close(name)
        elif not registered:
            raise NotFound("no such gateway or sender; `vigie gateway-account list` shows them")


def lines(database: Database, mqtt_url: str) -> Iterator[str]:
    """Every gateway and sender, one a line: name, what it is, whether it may come in, the topics it may speak on."""
    registered = _registered(database)
    with BrokerAccounts(mqtt_url) as broker:
        held = {account.name: account for account in broker.list()}
    for name in sorted({*registered, *held}):
        yield _line(name, held.get(name), is_open=registered.get(name, False))


def settle(database: Database, mqtt_url: str) -> None:
    """Close at the broker what the register has closed; said in the log, never raised, if that cannot be."""
    try:
        closed = {name for name, is_open in _registered(database).items() if not is_open}
        if closed:
            _close_all(closed, mqtt_url)
    except VigieError as error:
        log.warning("whether closed accounts are closed at the broker too is not known: %s", error)


def _close_all(names: Collection[str], mqtt_url: str) -> None:
    with BrokerAccounts(mqtt_url) as broker:
        for account in broker.list():
            if account.enabled and account.name in names:
                broker.close(account.name)
                log.warning("an account closed in the register was still open at the broker; it is closed now")


@contextmanager
def _registering(database: Database, name: str) -> Iterator[None]:
    """Have the name in the register if what is done meanwhile succeeds."""
    with database.transaction(Role.REGISTER) as connection:
        Gateways(connection).open(checked_name(name))
        yield


def _closed(database: Database, name: str) -> bool:
    """Close it in the register; False if it has no such gateway."""
    with database.transaction(Role.REGISTER) as connection:
        return Gateways(connection).close(name)


def _known(database: Database, person: UUID) -> None:
    with database.transaction(Role.REGISTER) as connection:
        if not connection.execute("SELECT FROM person WHERE id = %s AND closed_at IS NULL", (person,)).rowcount:
            raise NotFound("no such person")


def _registered(database: Database) -> dict[str, bool]:
    with database.transaction(Role.REGISTER) as connection:
        return dict(Gateways(connection).known())


def _line(name: str, account: BrokerAccount | None, *, is_open: bool) -> str:
    if account is None:
        return f"{name}  -  {'no account at the broker: add it' if is_open else 'closed'}"
    return f"{name}  {account.kind}  {_state(is_open, account.enabled)}  {' '.join(account.says)}"


def _state(is_open: bool, enabled: bool) -> str:
    if is_open:
        return "open" if enabled else "closed at the broker only: add or remove it"
    return "open at the broker only: add or remove it" if enabled else "closed"
