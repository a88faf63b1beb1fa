"""The register's desk for gateways: which names are somebody's, and which are closed."""

from collections.abc import Mapping

from hub.database import Connection
from hub.errors import Conflict


class Gateways:
    """Changes to the gateways' names, within the transaction of `connection` (role `vigie_register`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def open(self, name: str) -> None:
        """Have a gateway of that name, open; raises Conflict if somebody else is known by it."""
        opened = self._connection.execute(
            "INSERT INTO account (role, name) VALUES ('gateway', %s) ON CONFLICT (name) "
            "DO UPDATE SET closed_at = NULL WHERE account.role = 'gateway' RETURNING number",
            (name,),
        ).fetchone()
        if opened is None:
            raise Conflict("somebody who is no gateway is known by that name; choose another")

    def close(self, name: str) -> bool:
        """Close it and revoke its tokens, which a later opening does not bring back; False if there is none."""
        closed = self._connection.execute(
            "UPDATE account SET closed_at = coalesce(closed_at, now()) WHERE role = 'gateway' AND name = %s "
            "RETURNING number",
            (name,),
        ).fetchone()
        if closed is None:
            return False
        self._connection.execute(
            "UPDATE token SET revoked_at = now() WHERE account = %s AND revoked_at IS NULL", closed
        )
        return True

    def known(self) -> Mapping[str, bool]:
        """Every gateway's name, and whether it is open."""
        rows = self._connection.execute(
            "SELECT name, closed_at IS NULL FROM account WHERE role = 'gateway' ORDER BY name"
        ).fetchall()
        return dict(rows)
