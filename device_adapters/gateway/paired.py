"""Which devices this gateway listens to: those somebody paired with it, and no others."""

import json
from datetime import datetime
from types import MappingProxyType

from device_adapters.gateway.disk import Disk
from device_adapters.gatt import Memory
from hub.errors import NotFound, RecordError
from hub.records import KEY_BYTES, normal_address

NOTHING: Memory = MappingProxyType({})


class PairedDevices:
    """The allow-list, in the gateway's own file."""

    def __init__(self, disk: Disk) -> None:
        """In that file."""
        self._disk = disk

    def pair(
        self,
        address: str,
        now: datetime,
        *,
        model: str | None = None,
        bind_key: str | None = None,
        knows: Memory = NOTHING,
    ) -> str:
        """Listen to that device; its address as it is spelled from now on. Again adds what was not said before.

        `bind_key` is the key of a device that encrypts what it advertises, in hex; `knows` is what a visit to it needs
        and no visit can learn, such as a user's consent on a scale. Raises RecordError.
        """
        spelled = normal_address(address)
        key = None if bind_key is None else _key(bind_key)
        with self._disk.transaction() as sql:
            sql.execute(_PAIR, (spelled, model, key, int(now.timestamp()), json.dumps(dict(knows))))
        return spelled

    def unpair(self, address: str) -> str:
        """Listen to it no more, and forget what was learnt of it; what waits for the hub is still sent.

        Raises NotFound, RecordError.
        """
        spelled = normal_address(address)
        with self._disk.transaction() as sql:
            if not sql.execute("DELETE FROM device WHERE address = ?", (spelled,)).rowcount:
                raise NotFound(
                    f"{spelled} is not paired with this gateway; `vigie gateway devices` lists those that are"
                )
        return spelled

    def keys(self) -> dict[str, bytes | None]:
        """The addresses of all paired devices, with their bind keys."""
        with self._disk.reading() as sql:
            return dict(sql.execute("SELECT address, bind_key FROM device").fetchall())


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise RecordError(f"a bind key is {2 * KEY_BYTES} hexadecimal digits")
    return key


_PAIR = """
    INSERT INTO device (address, model, bind_key, paired_at, memory) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET model = coalesce(excluded.model, model), bind_key = coalesce(excluded.bind_key, bind_key),
                              memory = json_patch(memory, excluded.memory)
"""
