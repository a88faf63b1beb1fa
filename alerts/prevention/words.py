"""What is said to people, in both languages; dates as they are written out."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import ConfigDict, with_config


class Language(StrEnum):
    """The languages Vigie speaks."""

    FR = "fr"
    EN = "en"


def typeset(text: str, language: Language) -> str:
    """With the spaces that no line may end on where French has them: before : ; ! ? » %, after «."""
    return _HELD.sub("\N{NO-BREAK SPACE}", text) if language is Language.FR else text


_HELD = re.compile(r"(?<=\S) (?=[:;!?»%])|(?<=«) ")


@with_config(ConfigDict(extra="forbid", strict=True))
@dataclass(frozen=True, slots=True)
class Words:
    """One text in French and in English."""

    fr: str
    en: str

    def __post_init__(self) -> None:
        """Raises ValueError if one of them says nothing."""
        if not self.fr.strip() or not self.en.strip():
            raise ValueError("say it in French and in English")

    def __add__(self, other: "Words") -> "Words":
        """One sentence after the other."""
        return Words(f"{self.fr} {other.fr}", f"{self.en} {other.en}")

    def said(self, language: Language) -> str:
        """The text in one language."""
        return typeset({Language.FR: self.fr, Language.EN: self.en}[language], language)


_MOIS = tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split())  # noqa: SIM905
_MONTHS = tuple("January February March April May June July August September October November December".split())  # noqa: SIM905


def day_in_words(day: date) -> Words:
    """1er mars 2026, 1 March 2026."""
    first = "1er" if day.day == 1 else str(day.day)
    return Words(f"{first} {_MOIS[day.month - 1]} {day.year}", f"{day.day} {_MONTHS[day.month - 1]} {day.year}")
