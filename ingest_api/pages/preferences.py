"""How somebody likes pages: language, units, light or dark. One cookie, nothing of it on the server."""

from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request

from hub.quantities import Unit
from ingest_api.language import language_asked
from ingest_api.pages.words import Language
from ingest_api.site import Site

KEPT = 365 * 24 * 3600
"""Seconds a preference is kept."""


class Theme(StrEnum):
    """Light, dark, or as the device has it."""

    DEVICE = "device"
    LIGHT = "light"
    DARK = "dark"


class GlucoseUnit(StrEnum):
    """The units glucose is told in, by the names that fit a cookie."""

    MG_DL = "mgdl"
    MMOL_L = "mmoll"

    @property
    def unit(self) -> Unit:
        """The unit."""
        return {GlucoseUnit.MG_DL: Unit.MG_DL, GlucoseUnit.MMOL_L: Unit.MMOL_L}[self]


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a page is told in."""

    language: Language = Language.EN
    glucose: GlucoseUnit = GlucoseUnit.MG_DL
    theme: Theme = Theme.DEVICE

    def spelled(self) -> str:
        """As the cookie says it."""
        return f"{self.language}.{self.glucose}.{self.theme}"


def read(request: Request, site: Site) -> Preferences:
    """Those of this browser; of one that never said, its own language and the usual rest."""
    parts = request.cookies.get(site.preferences_cookie, "").split(".")
    try:
        language, glucose, theme = parts
        return Preferences(Language(language), GlucoseUnit(glucose), Theme(theme))
    except ValueError:
        return Preferences(language_asked(None, request.headers.get("accept-language", "")))
