"""Identity providers as set; and the demo's own, which no setting can name."""

from collections.abc import Iterator

import pytest

from hub.accounts import ActorRole
from hub.errors import SettingsError
from hub.settings import Settings, load
from ingest_api.signin.configured import ClaimNames
from tests.signin.conftest import CLIENT, ISSUER
from vigie.local_provider import LocalProvider
from vigie.signing import signing_of

PSC = {
    "VIGIE_PUBLIC_URL": "https://vigie.example",
    "VIGIE_OIDC_CLINICIAN__ISSUER": "https://auth.psc.example/realms/esante-wallet",
    "VIGIE_OIDC_CLINICIAN__CLIENT_ID": "vigie",
    "VIGIE_OIDC_CLINICIAN__CLIENT_SECRET": "canary",
    "VIGIE_OIDC_CLINICIAN__SCOPE": "openid scope_all",
    "VIGIE_OIDC_CLINICIAN__ACR": "eidas1",
    "VIGIE_OIDC_CLINICIAN__SUBJECT_CLAIM": "SubjectNameID",
    "VIGIE_OIDC_CLINICIAN__NATIONAL_ID_CLAIM": "SubjectNameID",
    "VIGIE_OIDC_CLINICIAN__PROFESSION_CLAIM": "SubjectRole",
    "VIGIE_OIDC_CLINICIAN__STRUCTURE_CLAIM": "SubjectOrganization",
}


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """The settings of one test are not the next one's."""
    yield
    load.cache_clear()


def settings(monkeypatch: pytest.MonkeyPatch, **changed: str) -> Settings:
    """Pro Santé Connect as set, but for what is changed."""
    for name, value in {**PSC, **changed}.items():
        monkeypatch.setenv(name, value)
    load.cache_clear()
    return load()


def test_pro_sante_connect_is_a_matter_of_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    (provider,) = signing_of(settings(monkeypatch)).providers.values()
    assert provider.settings.role is ActorRole.CLINICIAN
    assert (provider.settings.acr, provider.settings.client_secret) == ("eidas1", "canary")
    assert provider.settings.claims == ClaimNames(
        "SubjectNameID", "name", "SubjectRole", "SubjectNameID", "SubjectOrganization"
    )


def test_the_secret_shows_in_nothing_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    as_set = settings(monkeypatch)
    (provider,) = signing_of(as_set).providers.values()
    assert "canary" not in f"{as_set!r} {as_set} {provider.settings!r} {signing_of(as_set)!r}"


@pytest.mark.parametrize(
    "issuer", ["http://127.0.0.1:9999/op", "http://localhost", "http://op.example", "https://", "op.example", ISSUER]
)
def test_an_issuer_without_https_is_refused_on_this_machine_too(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    with pytest.raises(SettingsError, match="VIGIE_OIDC_CLINICIAN"):
        settings(monkeypatch, VIGIE_OIDC_CLINICIAN__ISSUER=issuer)


@pytest.mark.parametrize("claim", ["email", "Email", "otherMailbox"])
def test_an_e_mail_address_is_nobodys_key(monkeypatch: pytest.MonkeyPatch, claim: str) -> None:
    with pytest.raises(SettingsError, match="VIGIE_OIDC_CLINICIAN"):
        settings(monkeypatch, VIGIE_OIDC_CLINICIAN__SUBJECT_CLAIM=claim)


def test_a_missing_or_unknown_part_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="VIGIE_OIDC_CLINICIAN"):
        settings(monkeypatch, VIGIE_OIDC_CLINICIAN__CLIENT_SECRET="")
    with pytest.raises(SettingsError, match="VIGIE_OIDC_CLINICIAN"):
        settings(monkeypatch, VIGIE_OIDC_CLINICIAN__CLIENT_SECRET="x", VIGIE_OIDC_CLINICIAN__ALGORITHMS="none")


def test_providers_need_to_know_where_to_send_browsers_back_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="VIGIE_PUBLIC_URL"):
        signing_of(settings(monkeypatch, VIGIE_PUBLIC_URL="http://vigie.example"))
    as_set = settings(monkeypatch)
    with pytest.raises(SettingsError, match="VIGIE_PUBLIC_URL"):
        signing_of(as_set.model_copy(update={"public_url": None}))


@pytest.mark.parametrize(
    ("http", "origin"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("0.0.0.0:9000", "http://127.0.0.1:9000"),
        ("192.168.1.4:80", "http://127.0.0.1:8080"),
    ],
)
def test_without_a_public_address_browsers_are_on_this_machine(http: str, origin: str) -> None:
    assert signing_of(Settings(http=http, _env_file=None)).site.origin == origin  # type: ignore[call-arg]


@pytest.mark.parametrize("issuer", ["http://192.168.1.4/op", "https://vigie.example/op", "http://0.0.0.0:1", "op"])
def test_the_demos_provider_stays_on_this_machine(issuer: str) -> None:
    with pytest.raises(SettingsError, match="stays on this machine"):
        LocalProvider(issuer, CLIENT, [])
