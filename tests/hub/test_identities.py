"""Whose account an identity is, at the register's desk."""

from uuid import uuid4

import pytest

from hub.accounts import Accounts, ActorRole, secret_hash
from hub.database import Database, Role
from hub.errors import Conflict
from hub.identities import Identities, Identity
from tests.support.record import Record

DR = Identity("https://op.example", "8100", "Dr House", "10", "8100", "Princeton")


@pytest.fixture
def database(swept_database: Database) -> Database:
    """An empty database."""
    return swept_database


def test_an_identity_is_one_roles_only(database: Database) -> None:
    """An issuer that vouches for both never turns a professional's sign-in into a person's."""
    person = Record(database).person()
    with database.transaction(Role.REGISTER) as connection:
        ada = Accounts(connection).named(ActorRole.PERSON, str(person.id))
        identities = Identities(connection)
        assert identities.redeem(secret_hash(identities.invite(ada)), ActorRole.PERSON, DR) == ada
        assert identities.identified(ActorRole.PERSON, DR) == ada
        assert identities.identified(ActorRole.CLINICIAN, DR) is None
        with pytest.raises(Conflict, match="invitation"):
            identities.enrol(ActorRole.CLINICIAN, DR)


def test_the_same_subject_of_another_issuer_is_somebody_else(database: Database) -> None:
    with database.transaction(Role.REGISTER) as connection:
        identities = Identities(connection)
        identities.enrol(ActorRole.CLINICIAN, DR)
        assert identities.identified(ActorRole.CLINICIAN, Identity("https://other.example", DR.subject)) is None


def test_what_the_provider_says_of_somebody_is_kept_up_to_date(database: Database) -> None:
    with database.transaction(Role.REGISTER) as connection:
        identities = Identities(connection)
        doctor = identities.enrol(ActorRole.CLINICIAN, DR)
        identities.identified(ActorRole.CLINICIAN, Identity(DR.issuer, DR.subject, "Dr G. House", "21", "8100"))
        row = connection.execute(
            "SELECT full_name, profession, national_id, structure FROM account WHERE number = %s", (doctor.number,)
        ).fetchone()
    assert row == ("Dr G. House", "21", "8100", None)


def test_nobody_is_named_by_the_id_of_a_record_or_of_an_account_however_spelled(database: Database) -> None:
    person = Record(database).person()
    with database.transaction(Role.REGISTER) as connection:
        accounts, identities = Accounts(connection), Identities(connection)
        ours = accounts.named(ActorRole.CAREGIVER, "Nan")
        for id_ in (str(person.id), person.id.hex.upper(), str(ours.id)):
            with pytest.raises(Conflict, match="invitation"):
                identities.enrol(ActorRole.CLINICIAN, Identity(DR.issuer, id_))
        assert accounts.named(ActorRole.PERSON, str(person.id)).person == person.number
        assert identities.enrol(ActorRole.CLINICIAN, Identity(DR.issuer, str(uuid4()))).role is ActorRole.CLINICIAN
