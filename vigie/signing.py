"""Who may sign in, and from where, as the settings have it."""

from dataclasses import dataclass, field

from hub.accounts import ActorRole
from hub.errors import SettingsError
from hub.settings import OidcSettings, Settings
from ingest_api.limits import Limits
from ingest_api.signin.configured import ClaimNames, ProviderSettings
from ingest_api.signin.provider import Provider
from ingest_api.site import Site

_LABELS = {ActorRole.PERSON: "FranceConnect", ActorRole.CLINICIAN: "Pro Santé Connect"}


@dataclass(frozen=True, slots=True)
class Signing:
    """What the hub needs to let people in by browser; without providers, tokens alone open it."""

    site: Site = field(default_factory=Site)
    limits: Limits = field(default_factory=Limits)
    providers: dict[str, Provider] = field(default_factory=dict)


def signing_of(settings: Settings) -> Signing:
    """As set; raises SettingsError."""
    asked = {ActorRole.PERSON: settings.oidc_person, ActorRole.CLINICIAN: settings.oidc_clinician}
    providers = {str(role): Provider(_configured(role, oidc)) for role, oidc in asked.items() if oidc is not None}
    if providers and settings.public_url is None:
        raise SettingsError("VIGIE_PUBLIC_URL must say where identity providers send browsers back to")
    site = Site(settings.origin) if settings.public_url else _own(settings)
    return Signing(site, Limits(trusted_proxies=settings.trusted_proxies), providers)


def _own(settings: Settings) -> Site:
    """Where the hub listens, if that is loopback; else no browser is to sign in before VIGIE_PUBLIC_URL says where."""
    try:
        return Site(settings.origin)
    except SettingsError:
        return Site()


def _configured(role: ActorRole, oidc: OidcSettings) -> ProviderSettings:
    return ProviderSettings(
        role,
        oidc.label or _LABELS[role],
        oidc.issuer,
        oidc.client_id,
        oidc.client_secret.get_secret_value(),
        oidc.scope,
        oidc.acr,
        ClaimNames(
            oidc.subject_claim,
            oidc.name_claim,
            oidc.profession_claim,
            oidc.national_id_claim,
            oidc.structure_claim,
        ),
    )
