"""One account a gateway at the broker, held to its own topics: another gateway's are refused by the broker itself.

A gateway's account may say `vigie/v1/up/NAME` and hear `vigie/v1/ack/NAME`, under the client id that is its own: under
another's it would take that one's session. A sender is other people's software: it may say the topics it was given and
hears nothing. A listener is somebody's home: it hears what that person is told, and says nothing. Each has a role of
its own with its topics spelled out, since the plugin (2.0.21) puts no name in place of `%u`. What Vigie did not make it
leaves alone.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from device_adapters.gateway.uplink import ACK, UP
from device_adapters.mqtt_control import Control
from device_adapters.mqtt_topics import checked_name, checked_topics, overlap
from hub.errors import BrokerError, Conflict, NotFound, SettingsError

SHORTEST_PASSWORD = 20
"""Characters; the plugin's hash is quick (101 rounds of PBKDF2), so only chance protects a password."""

_THERE_ALREADY = ("Role already exists", "Client already exists")


class AccountKind(StrEnum):
    """What an account is for; the first part of its role's name."""

    GATEWAY = "gateway"
    SENDER = "sender"
    LISTENER = "listener"


@dataclass(frozen=True, slots=True)
class BrokerAccount:
    """An account Vigie made: what it may say, and whether it may come in."""

    name: str
    kind: AccountKind
    says: tuple[str, ...]
    enabled: bool


class BrokerAccounts:
    """The accounts of one broker, for a `with` block; everything is safe to repeat. Raises BrokerError throughout."""

    def __init__(self, url: str) -> None:
        """At that broker, as the hub; raises SettingsError."""
        self._control = Control(url)

    def __enter__(self) -> Self:
        """Connect."""
        self._control.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Disconnect."""
        self._control.__exit__()

    def open(self, gateway: str, password: str) -> str:
        """Give a gateway its account, or a known one this password; the URL it comes in with.

        A connection under the earlier password is cut. Raises RecordError for a name that cannot be, Conflict when the
        name is another's, SettingsError when the password is too short.
        """
        rights = [("publishClientSend", UP + gateway), *_hearing(ACK + gateway)]
        return self._give(AccountKind.GATEWAY, gateway, password, rights, client_id(gateway))

    def open_sender(self, name: str, topics: Sequence[str], password: str, client_id: str = "") -> str:
        """Give other people's software an account for those topics, or a known one these topics and this password.

        `client_id` binds it to its own, where the software always has the same. The URL it comes in with. Raises
        RecordError for a name or topic that cannot be, Conflict when one is another's, SettingsError.
        """
        said = checked_topics(topics)
        for other in (account for account in self.list() if account.enabled and account.name != name):
            if any(overlap(one, theirs) for one in said for theirs in other.says):
                raise Conflict(f"{other.name} speaks on such a topic already; give each sender topics of its own")
        rights = [("publishClientSend", topic) for topic in said]
        return self._give(AccountKind.SENDER, name, password, rights, client_id)

    def open_listener(self, name: str, topics: Sequence[str], password: str) -> str:
        """Give somebody's home an account that hears those topics, or a known one these and this password; its URL.

        Raises RecordError for a name that cannot be, Conflict when it is another's, SettingsError.
        """
        rights = [right for topic in topics for right in _hearing(topic)]
        return self._give(AccountKind.LISTENER, name, password, rights, client_id="")

    def close(self, name: str) -> None:
        """Keep an account out: it is cut at once, and the name stays taken. Raises NotFound, RecordError."""
        if self._role(checked_name(name)) is None:
            raise NotFound("the broker has no such account; `vigie gateway-account list` shows them")
        self._control.tell({"command": "disableClient", "username": name})

    def list(self) -> Sequence[BrokerAccount]:
        """Those that Vigie made, by name."""
        clients, roles = self._control.tell(
            {"command": "listClients", "verbose": True}, {"command": "listRoles", "verbose": True}
        )
        acls = {role["rolename"]: role["acls"] for role in roles["roles"]}
        found = [_account(client, acls) for client in clients["clients"] if _role_of(client)]
        return sorted(found, key=lambda account: account.name)

    def _give(
        self, kind: AccountKind, name: str, password: str, rights: Sequence[tuple[str, str]], client_id: str
    ) -> str:
        role = f"{kind}/{checked_name(name)}"
        _check_password(password)
        if self._role(name) not in (None, role):
            raise Conflict("the name is that of an account of another kind; choose another")
        acls = [{"acltype": act, "topic": topic, "priority": 0, "allow": True} for act, topic in rights]
        self._put("Role", {"rolename": role, "acls": acls})  # first: an account never has more than it should
        self._put("Client", {
            "username": name, "password": password, "clientid": client_id, "roles": [{"rolename": role}],
        })  # fmt: skip
        self._control.tell({"command": "enableClient", "username": name})
        return self._control.address.url_for(name, password)

    def _put(self, what: str, fields: Mapping[str, Any]) -> None:
        """Make it, or make a known one so."""
        (made,) = self._control.ask({"command": f"create{what}", **fields})
        if made.error in _THERE_ALREADY:
            self._control.tell({"command": f"modify{what}", **fields})
        elif made.error:
            raise BrokerError(f"the broker refuses {made.command}: {made.error}")

    def _role(self, name: str) -> str | None:
        """The role of that account, None when there is no such account; raises Conflict if Vigie did not make it."""
        (known,) = self._control.ask({"command": "getClient", "username": name})
        if known.error == "Client not found":
            return None
        if known.error:
            raise BrokerError(f"the broker refuses {known.command}: {known.error}")
        role = _role_of(known.data["client"])
        if role is None:
            raise Conflict(
                "the broker has an account of that name which Vigie did not make: choose another name, or delete that "
                "account (mosquitto_ctrl dynsec deleteClient)"
            )
        return role


def _hearing(topic: str) -> Sequence[tuple[str, str]]:
    return [(act, topic) for act in ("subscribeLiteral", "unsubscribeLiteral", "publishClientReceive")]


def client_id(gateway: str) -> str:
    """The only client id that gateway's account comes in under."""
    return f"vigie-gateway-{gateway}"


def new_password() -> str:
    """192 random bits, in letters that need no escaping in an URL."""
    return secrets.token_urlsafe(24)


def _check_password(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= 200 or not password.isprintable():
        raise SettingsError(
            f"an account's password must be {SHORTEST_PASSWORD} to 200 random characters; leave it out for a new one"
        )


def _role_of(client: Mapping[str, Any]) -> str | None:
    """The role Vigie gave it; None for an account that has no such role, or another besides."""
    roles = [role["rolename"] for role in client.get("roles", [])]
    return roles[0] if roles in [[f"{kind}/{client['username']}"] for kind in AccountKind] else None


def _account(client: Mapping[str, Any], acls: Mapping[str, Sequence[Mapping[str, Any]]]) -> BrokerAccount:
    role = client["roles"][0]["rolename"]
    says = tuple(acl["topic"] for acl in acls.get(role, ()) if acl["acltype"] == "publishClientSend")
    kind = AccountKind(role.partition("/")[0])
    return BrokerAccount(client["username"], kind, says, enabled=not client.get("disabled", False))
