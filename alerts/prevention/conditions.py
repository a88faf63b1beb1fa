"""The closed vocabulary of conditions that change what prevention asks, and how the record's free texts are read.

A text is read only if it is, word for word, one of the names below (case, accents, hyphens and spaces aside). Nothing
is looked for inside a text: "no diabetes", "mother has diabetes" and "prediabetes" are not diabetes. What is not
understood is given back, so that a page can say so.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Condition(StrEnum):
    """What the schedules may ask for; the value is the name to write in the record."""

    DIABETES = "diabetes"
    DIABETES_1 = "type 1 diabetes"
    DIABETES_2 = "type 2 diabetes"
    PREGNANCY = "pregnancy"
    HEART = "chronic heart disease"
    HEART_FAILURE = "heart failure"
    LUNG = "chronic lung disease"
    KIDNEY = "chronic kidney disease"
    IMMUNODEPRESSION = "immunodepression"
    CARE_HOME = "care home"
    FOOT_RISK = "diabetic foot grade 2-3"
    RETINA_TWO_YEARS = "retina every two years"
    HIGH_RISK = "older or high-risk"


_ALSO: Mapping[Condition, tuple[str, ...]] = MappingProxyType(
    {
        Condition.DIABETES: ("diabète", "diabetes mellitus", "diabète sucré"),
        Condition.DIABETES_1: ("diabetes type 1", "diabète de type 1", "diabète type 1", "T1D", "DT1"),
        Condition.DIABETES_2: ("diabetes type 2", "diabète de type 2", "diabète type 2", "T2D", "DT2"),
        Condition.PREGNANCY: ("pregnant", "grossesse", "enceinte"),
        Condition.HEART: ("maladie cardiaque chronique", "cardiopathie chronique"),
        Condition.HEART_FAILURE: (
            "insuffisance cardiaque",
            "chronic heart failure",
            "insuffisance cardiaque chronique",
        ),
        Condition.LUNG: ("maladie respiratoire chronique", "COPD", "BPCO", "maladie pulmonaire chronique"),
        Condition.KIDNEY: ("maladie rénale chronique", "insuffisance rénale chronique"),
        Condition.IMMUNODEPRESSION: ("immunodépression", "immunodéprimé", "immunodéprimée", "immunocompromised"),
        Condition.CARE_HOME: ("EHPAD", "nursing home"),
        Condition.FOOT_RISK: ("pied diabétique grade 2", "pied diabétique grade 3", "pied diabétique grade 2-3"),
        Condition.RETINA_TWO_YEARS: ("fond d'œil tous les deux ans",),
        Condition.HIGH_RISK: ("âgé ou à haut risque",),
    }
)

_IMPLIES: Mapping[Condition, Condition] = MappingProxyType(
    {
        Condition.DIABETES_1: Condition.DIABETES,
        Condition.DIABETES_2: Condition.DIABETES,
        Condition.FOOT_RISK: Condition.DIABETES,
        Condition.HEART_FAILURE: Condition.HEART,
    }
)
"""What is so by definition; nothing merely likely."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The conditions a record's texts name, with what they imply, and the texts nobody here understands."""

    conditions: frozenset[Condition]
    not_understood: tuple[str, ...] = ()


def understand(texts: Iterable[str]) -> Understood:
    """Read the record's conditions; nothing is guessed."""
    pairs = [(text, _NAMES.get(_plain(text))) for text in texts]
    named = {condition for _, condition in pairs if condition is not None}
    implied = {_IMPLIES[condition] for condition in named if condition in _IMPLIES}
    return Understood(frozenset(named | implied), tuple(text for text, condition in pairs if condition is None))


def spellings(condition: Condition) -> tuple[str, ...]:
    """Every name that is read as this condition, the one to prefer first."""
    return condition.value, *_ALSO[condition]


def _plain(text: str) -> str:
    """Small letters without accents; hyphens, quotes and runs of spaces are one space."""
    spelled = text.casefold().replace("œ", "oe").replace("\u2019", " ").replace("'", " ").replace("-", " ")
    bare = "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))
    return " ".join(bare.split())


_NAMES = {_plain(name): condition for condition in Condition for name in spellings(condition)}
