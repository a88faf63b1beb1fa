"""Accounts and their tokens, at the register's desk."""

from datetime import timedelta
from uuid import uuid4

import pytest

from hub.accounts import Account, Accounts, ActorRole, Scope, secret_hash
from hub.database import Database, Role
from hub.errors import Conflict, NotFound, RecordError
from tests.support.record import Record


@pytest.fixture
def database(swept_database: Database) -> Database:
    """An empty database."""
    return swept_database


def named(database: Database, role: ActorRole, name: str) -> Account:
    """The account of that name, in a transaction of its own."""
    with database.transaction(Role.REGISTER) as connection:
        return Accounts(connection).named(role, name)


def test_a_persons_account_is_made_on_first_need_and_bears_their_id(database: Database) -> None:
    ada = Record(database).person()
    first, again = (named(database, ActorRole.PERSON, str(ada.id)) for _ in range(2))
    assert (first.role, first.name, first.person) == (ActorRole.PERSON, str(ada.id), ada.number)
    assert first == again


def test_a_caregiver_with_a_record_is_that_person(database: Database) -> None:
    ada = Record(database).person()
    assert named(database, ActorRole.CAREGIVER, str(ada.id)) == named(database, ActorRole.PERSON, str(ada.id).upper())


def test_others_are_known_by_a_name(database: Database) -> None:
    nurse = named(database, ActorRole.CLINICIAN, " Nurse Joy ")
    assert (nurse.role, nurse.name, nurse.person) == (ActorRole.CLINICIAN, "Nurse Joy", None)
    assert named(database, ActorRole.CLINICIAN, "Nurse Joy") == nurse


@pytest.mark.parametrize("role", [role for role in ActorRole if role not in (ActorRole.APP, ActorRole.PERSON)])
def test_a_name_belongs_to_one_role(database: Database, role: ActorRole) -> None:
    named(database, ActorRole.APP, "xdrip")
    with pytest.raises(Conflict, match="account of a app"):
        named(database, role, "xdrip")


@pytest.mark.parametrize("role", [ActorRole.PERSON, ActorRole.CAREGIVER])
def test_nobody_has_an_account_without_a_record(database: Database, role: ActorRole) -> None:
    with pytest.raises(NotFound, match="POST /v1/people"):
        named(database, role, str(uuid4()))


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (ActorRole.PERSON, "Ada"),
        (ActorRole.APP, "6a0f6a2e-0000-4000-8000-000000000000"),
        (ActorRole.CLINICIAN, "6a0f6a2e000040008000000000000000"),
        (ActorRole.APP, " "),
        (ActorRole.APP, "a\nb"),
        (ActorRole.APP, "x" * 201),
    ],
)
def test_a_name_that_could_be_mistaken_is_refused(database: Database, role: ActorRole, name: str) -> None:
    """Somebody could else take the name of a person who has no account yet, and be granted what is theirs."""
    with pytest.raises(RecordError):
        named(database, role, name)


def test_the_list_shows_tokens_by_a_part_of_their_hash(database: Database) -> None:
    with database.transaction(Role.REGISTER) as connection:
        accounts = Accounts(connection)
        app = accounts.named(ActorRole.APP, "xdrip")
        token = accounts.issue(app, (Scope.READINGS_WRITE,), timedelta(days=90))
        (line,) = accounts.tokens()
    assert line.fingerprint == secret_hash(token).hex()[:12]
    assert (line.role, line.name, line.scopes, line.revoked_at) == ("app", "xdrip", (Scope.READINGS_WRITE,), None)
    assert line.expires_at is not None
    assert line.expires_at - line.created_at == timedelta(days=90)


def test_revoking_ends_that_token_alone_and_again_changes_nothing(database: Database) -> None:
    with database.transaction(Role.REGISTER) as connection:
        accounts = Accounts(connection)
        app = accounts.named(ActorRole.APP, "xdrip")
        first, _ = accounts.issue(app), accounts.issue(app)
        accounts.revoke(secret_hash(first).hex()[:12].upper())
        ended = {line.fingerprint: line.revoked_at for line in accounts.tokens()}
        accounts.revoke(secret_hash(first).hex()[:20])
        assert {line.fingerprint: line.revoked_at for line in accounts.tokens()} == ended
    assert [print_ for print_, at in ended.items() if at] == [secret_hash(first).hex()[:12]]


@pytest.mark.parametrize("identifier", ["", "%", "____________", "abc", "0" * 12, "' OR true --"])
def test_an_identifier_that_is_none_revokes_nothing(database: Database, identifier: str) -> None:
    with database.transaction(Role.REGISTER) as connection:
        accounts = Accounts(connection)
        accounts.issue(accounts.named(ActorRole.APP, "xdrip"))
        with pytest.raises(NotFound, match="vigie token list"):
            accounts.revoke(identifier)
