"""The language an answer is told in: asked for by name, or else as the caller's browser prefers."""

from typing import Annotated

from fastapi import Depends, Header

from alerts.prevention.words import Language


def language_asked(
    language: Language | None = None, accepted: Annotated[str, Header(alias="accept-language")] = ""
) -> Language:
    """`language`, else the first of Accept-Language (RFC 9110, 12.5.4) that Vigie speaks, else English."""
    if language is not None:
        return language
    ranges = sorted((_range(part) for part in accepted.split(",")), key=lambda told: -told[1])
    spoken = (name for name, weight in ranges if weight > 0 and name in set(Language))
    return Language(next(spoken, Language.EN))


def _range(part: str) -> tuple[str, float]:
    """A language without its region, and how much it is preferred; 0 where that cannot be read."""
    name, _, weight = part.partition(";q=")
    try:
        return name.strip().lower().partition("-")[0], float(weight or 1)
    except ValueError:
        return name, 0.0


Spoken = Annotated[Language, Depends(language_asked)]
