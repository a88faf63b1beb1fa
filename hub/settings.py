"""The settings, and the only place that reads the environment: `VIGIE_*` variables and a `.env` file."""

from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.errors import RecordError, SettingsError
from hub.records import GATEWAY_NAME, KEY_BYTES, normal_address


def _https(issuer: str) -> str:
    """Plain http never: anybody on the way could vouch for anybody. The demo's own provider is not a setting."""
    if urlsplit(issuer).scheme != "https" or not urlsplit(issuer).hostname:
        raise ValueError("an issuer begins with https://")
    return issuer


def _lasting(claim: str) -> str:
    if "mail" in claim.lower():
        raise ValueError("an e-mail address may be somebody else's one day; take the claim that never changes")
    return claim


class OidcSettings(BaseModel):
    """One identity provider (OpenID Connect), as VIGIE_OIDC_PERSON__ISSUER and so on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Annotated[str, AfterValidator(_https)]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: Annotated[SecretStr, Field(min_length=1)]
    label: str | None = Field(default=None, description="how the sign-in page calls it")
    scope: str = "openid"
    acr: str | None = Field(default=None, description="the least level of assurance, as eidas1")
    subject_claim: Annotated[str, AfterValidator(_lasting)] = "sub"
    name_claim: str = "name"
    profession_claim: str | None = None
    national_id_claim: str | None = None
    structure_claim: str | None = None


class Settings(BaseSettings):
    """What an operator may set; everything has a default that works on one machine."""

    model_config = SettingsConfigDict(
        env_prefix="VIGIE_", env_file=".env", env_nested_delimiter="__", extra="ignore", frozen=True
    )

    database_url: str | None = Field(default=None, description="PostgreSQL with TimescaleDB, as its administrator")
    mqtt_url: str | None = Field(default=None, description="MQTT 5 broker: mqtt://user:password@host:port")
    mqtt_client: str | None = Field(
        default=None,
        description="the hub's client id at the broker, which keeps its messages; a secret: whoever else comes under "
        "it loses them. Unless told, one that only the hub can know",
    )
    http: str = Field(default="127.0.0.1:8080", description="address and port to listen on")
    bind_keys: SecretStr | None = Field(
        default=None,
        description="keys of scales that encrypt what they advertise: ADDRESS=32 digits, with commas",
    )
    home: Path | None = Field(default=None, description="data folder of the private services, the demo, the gateway")
    gateway: str | None = Field(default=None, description="this gateway's name, as the hub knows it")
    public_url: str | None = Field(default=None, description="where browsers find the hub: https://vigie.example")
    trusted_proxies: str = Field(default="", description="whose x-forwarded-for is believed: addresses or networks")
    oidc_person: OidcSettings | None = Field(default=None, description="who vouches for people, as FranceConnect")
    oidc_clinician: OidcSettings | None = Field(
        default=None, description="who vouches for professionals, as Pro Santé Connect"
    )
    professions: Path | None = Field(
        default=None, description="what each profession may see: a corrected copy of hub/professions.toml"
    )
    time_zone: str | None = Field(default=None, description="where the gateway stands, as Europe/Paris")
    smtp_url: SecretStr | None = Field(
        default=None, description="the mail server: smtp://user:password@host:587 (STARTTLS) or smtps://"
    )
    mail_from: str | None = Field(default=None, description="whom mail comes from, as vigie@example.org")
    apprise: dict[str, SecretStr] = Field(
        default_factory=dict, description='services by name, as {"family": "tgram://…"}; needs vigie[apprise]'
    )
    home_assistant: bool = Field(default=False, description="announce people's homes to Home Assistant at the broker")
    vapid_key: SecretStr | None = Field(
        default=None, description="the key that signs what is pushed to browsers; `vigie push-key` makes one"
    )

    @property
    def http_address(self) -> tuple[str, int]:
        """Host and port of VIGIE_HTTP; raises SettingsError."""
        host, _, port = self.http.rpartition(":")
        if not host or not (port.isascii() and port.isdigit()) or not 0 <= int(port) <= 65535:
            raise SettingsError(f"VIGIE_HTTP must be ADDRESS:PORT, as 127.0.0.1:8080; it is {self.http!r}")
        return host, int(port)

    @property
    def origin(self) -> str:
        """Where browsers find the hub: VIGIE_PUBLIC_URL, else its own address; raises SettingsError."""
        host, port = self.http_address
        # who listens everywhere is found on this machine at least
        return (self.public_url or f"http://{_reached(host)}:{port}").rstrip("/")

    def required_database_url(self) -> str:
        """VIGIE_DATABASE_URL; raises SettingsError."""
        return _required(self.database_url, "VIGIE_DATABASE_URL")

    def required_mqtt_url(self) -> str:
        """VIGIE_MQTT_URL; raises SettingsError."""
        return _required(self.mqtt_url, "VIGIE_MQTT_URL")

    @property
    def keys(self) -> dict[str, bytes]:
        """VIGIE_BIND_KEYS: the bind keys by address as `normal_address` spells it; raises SettingsError."""
        said = "" if self.bind_keys is None else self.bind_keys.get_secret_value()
        return dict(_key(pair) for pair in said.split(",") if pair.strip())

    def required_gateway(self) -> str:
        """VIGIE_GATEWAY, a name that may stand in a topic; raises SettingsError."""
        if self.gateway is None or not GATEWAY_NAME.fullmatch(self.gateway):
            raise SettingsError(
                "VIGIE_GATEWAY must be this gateway's name at the hub: letters, digits, . _ - (1 to 64)"
            )
        return self.gateway

    def required_time_zone(self) -> ZoneInfo:
        """VIGIE_TIME_ZONE; raises SettingsError."""
        try:
            return ZoneInfo(self.time_zone or "")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise SettingsError("VIGIE_TIME_ZONE must say where the gateway stands, as Europe/Paris") from None


@cache
def load() -> Settings:
    """The settings of this process; raises SettingsError naming what is wrong, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join(f"VIGIE_{part['loc'][0]}".upper() for part in error.errors())
        raise SettingsError(f"cannot read {names}; see `vigie serve --help`") from None


def _reached(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "[::]", "::") else host  # noqa: S104 - compared, not listened on


def _key(pair: str) -> tuple[str, bytes]:
    """One device's key; the error names neither."""
    address, _, digits = pair.partition("=")
    try:
        key = bytes.fromhex(digits)
        spelled = normal_address(address)
    except (ValueError, RecordError):
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingsError(
            f"VIGIE_BIND_KEYS must be ADDRESS=KEY,ADDRESS=KEY, each key of {2 * KEY_BYTES} digits"
        ) from None
    return spelled, key


def _required(value: str | None, name: str) -> str:
    if value is None:
        raise SettingsError(f"{name} is not set; `vigie services start` prints one, or name your own server")
    return value
