"""Sends what is due: takes a row, sends it outside any transaction, and writes down what came of it.

Killed between sending and writing, the row is taken again when its lease ends, with the same key. Several workers share
the work; one that a channel holds up keeps only itself from the rest.
"""

import logging
from collections.abc import Mapping

from alerts.channel import Means, Sender, channels
from alerts.delivery import outbox
from alerts.delivery.dead_channel import tell_of
from alerts.delivery.letter import letter
from alerts.delivery.outbox import Taken
from hub.database import Connection, Database, Role
from hub.errors import AddressDead, DeliveryError, TryLater
from hub.faults import named

log = logging.getLogger(__name__)

TOLD_AFTER = 3
"""Attempts after which the holder of an address hears by another way that it fails: about twenty seconds."""


class Worker:
    """Sends in turns."""

    def __init__(self, database: Database, means: Means) -> None:
        """Send what that database holds (role `vigie_deliver`); raises SettingsError for means that are wrong."""
        self._database, self._origin = database, means.origin
        self._senders: Mapping[str, Sender | None] = {name: c.opened(means) for name, c in channels().items()}

    def turn(self) -> bool:
        """Send one message; false if none is due."""
        with self._database.transaction(Role.DELIVER) as connection:
            taken = outbox.take(connection)
            if taken is None:
                return False
            if taken.refused is not None:
                outbox.cancel(connection, taken, taken.refused)
                return True
        problem = self._send(taken)
        with self._database.transaction(Role.DELIVER) as connection:
            _note(connection, taken, problem)
        return True

    def _send(self, taken: Taken) -> DeliveryError | None:
        """What came of it; the channel's own words may hold an address, so only ours are kept."""
        try:
            with self._database.transaction(Role.DELIVER) as connection:
                written = letter(connection, taken.number, self._origin)
            sender = self._senders.get(written.channel)
            if sender is None:
                return TryLater("the operator has not opened this channel")
            sender.send(written.message)
        except DeliveryError as error:
            log.warning("a message was not taken: %s", error)
            return error
        except Exception as error:  # noqa: BLE001 - one message is harmed, not the worker
            log.error("a message met a %s", named(error))  # noqa: TRY400
            return TryLater("a fault of ours; it is logged")
        return None


def _note(connection: Connection, taken: Taken, problem: DeliveryError | None) -> None:
    if problem is None:
        outbox.sent(connection, taken)
    elif isinstance(problem, AddressDead):
        outbox.address_dead(connection, taken, str(problem))
        tell_of(connection, taken)
    else:
        outbox.try_later(connection, taken, str(problem))
        if taken.attempt == TOLD_AFTER:
            tell_of(connection, taken)
