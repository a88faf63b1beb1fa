"""`vigie token`: bearer tokens and invitations, made and ended at the register's desk."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from rich.table import Table
from rich.text import Text

from hub.accounts import ADMINISTRATOR, Accounts, ActorRole, Scope
from hub.database import Database, Role
from hub.errors import SettingsError
from hub.identities import Identities
from hub.migrate import migrate

HOLDERS = (ActorRole.PERSON, ActorRole.CLINICIAN, ActorRole.CAREGIVER, ActorRole.APP, ActorRole.GATEWAY)
INVITED = (ActorRole.PERSON, ActorRole.CLINICIAN)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}


def administrator(url: str) -> str:
    """One administrator's token."""
    with _desk(url) as (accounts, _):
        return accounts.issue(accounts.named(ActorRole.ADMIN, ADMINISTRATOR))


def create(url: str, role: str, holder: str, scopes: Sequence[str], expires: str | None) -> str:
    """One token for the account of that role and name; raises SettingsError, RecordError."""
    wanted, limited = _role(role, HOLDERS), _scopes(scopes)
    life = None if expires is None else lifetime(expires)
    with _desk(url) as (accounts, _):
        return accounts.issue(accounts.named(wanted, holder), limited, life)


def invite(url: str, role: str, holder: str) -> str:
    """One invitation for the account of that role and name; raises SettingsError, RecordError."""
    wanted = _role(role, INVITED)
    with _desk(url) as (accounts, identities):
        return identities.invite(accounts.named(wanted, holder))


def revoke(url: str, identifier: str) -> None:
    """End the token of that identifier; raises RecordError."""
    with _desk(url) as (accounts, _):
        accounts.revoke(identifier)


def table(url: str) -> Table:
    """Every token, a row each."""
    shown = Table("identifier", "role", "name", "limited to", "made", "until", "revoked")
    with _desk(url) as (accounts, _):
        for line in accounts.tokens():
            times = (f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (line.created_at, line.expires_at, line.revoked_at))
            told = (line.fingerprint, line.role, line.name, " ".join(line.scopes), *times)
            shown.add_row(*map(Text, told))  # as it stands: a name may hold what rich takes for a style
    return shown


def lifetime(text: str) -> timedelta:
    """How long 90d or 12h are, at least an hour, at most ten years; raises SettingsError."""
    match = re.fullmatch(r"([1-9][0-9]{0,5})([hd])", text)
    life = int(match[1]) * _UNITS[match[2]] if match else timedelta(0)
    if not timedelta(0) < life <= timedelta(days=3660):
        raise SettingsError("--expires takes a number and h or d, as 90d, ten years at most")
    return life


@contextmanager
def _desk(url: str) -> Iterator[tuple[Accounts, Identities]]:
    migrate(url)
    database = Database(url)
    try:
        with database.transaction(Role.REGISTER) as connection:
            yield Accounts(connection), Identities(connection)
    finally:
        database.close()


def _role(text: str, choices: Sequence[ActorRole]) -> ActorRole:
    if text not in choices:
        raise SettingsError(f"--role takes one of: {', '.join(choices)}")
    return ActorRole(text)


def _scopes(texts: Sequence[str]) -> tuple[Scope, ...]:
    try:
        return tuple(dict.fromkeys(Scope(text) for text in texts))
    except ValueError:
        raise SettingsError(f"--scope takes some of: {', '.join(Scope)}") from None
