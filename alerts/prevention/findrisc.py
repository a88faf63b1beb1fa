"""FINDRISC: the risk of type 2 diabetes within ten years, from eight questions.

Source: Lindström and Tuomilehto 2003 (doi:10.2337/diacare.26.3.725), as the form of the University of Helsinki has it
(0 to 26 points). The original study was of Finns; in Norway 2019 (PMC6887494) far fewer fell ill than the form says.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from alerts.prevention.conditions import Condition
from alerts.prevention.dates import age_on
from alerts.prevention.facts import Facts
from alerts.prevention.words import Words
from hub.records import Sex


class Family(StrEnum):
    """The closest relative with diabetes; CLOSE: parent, sibling, child; DISTANT: grandparent, aunt, uncle, cousin."""

    NONE = "none"
    DISTANT = "distant"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person answered; None where they did not. Waist in cm, below the ribs.

    `active`: 30 minutes of physical activity daily; `greens`: vegetables, fruit or berries every day; `pressure_drug`:
    ever a regular drug for high blood pressure; `high_glucose`: ever a high blood glucose.
    """

    waist_cm: float | None = None
    active: bool | None = None
    greens: bool | None = None
    pressure_drug: bool | None = None
    high_glucose: bool | None = None
    family: Family | None = None


class Band(StrEnum):
    """Ten-year risk as the form says it."""

    LOW = "1/100"
    SLIGHT = "1/25"
    MODERATE = "1/6"
    HIGH = "1/3"
    VERY_HIGH = "1/2"


_BANDS = ((20, Band.VERY_HIGH), (14, Band.HIGH), (11, Band.MODERATE), (6, Band.SLIGHT))
"""A band holds for more points than this: < 7, 7-11, 12-14, 15-20, > 20."""

Points = tuple[int, ...]
"""The points a question may give: one if it is answered."""


@dataclass(frozen=True, slots=True)
class Score:
    """From the least to the most points the known answers leave open, and the questions without an answer."""

    least: int
    most: int
    missing: tuple[str, ...]

    @property
    def bands(self) -> tuple[Band, Band]:
        """The risk at the least and at the most points."""
        return band(self.least), band(self.most)

    @property
    def tells(self) -> bool:
        """True if what is known leaves one band open, or two next to each other [own rule]: more says nothing."""
        low, high = (list(Band).index(each) for each in self.bands)
        return high - low <= 1


def band(points: int) -> Band:
    """The ten-year risk for so many points."""
    return next((name for over, name in _BANDS if points > over), Band.LOW)


def findrisc(facts: Facts, answers: Answers, today: date) -> Score | None:
    """The score as far as it is known; None for whom it is not meant: under 18 (own bound), pregnant, with diabetes."""
    age = age_on(facts.birth_date, today)
    if age < 18 or not facts.conditions.isdisjoint({Condition.DIABETES, Condition.PREGNANCY}):
        return None
    questions: dict[str, Points] = {
        "age": (_over(age, (44, 54, 64), (0, 2, 3, 4)),),
        "bmi": (0, 1, 3) if facts.bmi is None else (_between(facts.bmi, 25, 30, (0, 1, 3)),),
        "waist" if answers.waist_cm is None else "sex": _waist(answers.waist_cm, facts.sex),
        "active": _said(answers.active, yes=0, no=2),
        "greens": _said(answers.greens, yes=0, no=1),
        "pressure_drug": _said(answers.pressure_drug, yes=2, no=0),
        "high_glucose": _said(answers.high_glucose, yes=5, no=0),
        "family": _family(answers.family),
    }
    missing = tuple(name for name, points in questions.items() if len(points) > 1)
    return Score(sum(map(min, questions.values())), sum(map(max, questions.values())), missing)


def _waist(cm: float | None, sex: Sex) -> Points:
    """By the table of men and of women; where the record says neither, what both allow."""
    if cm is None:
        return (0, 3, 4)
    men, women = _between(cm, 94, 102, (0, 3, 4)), _between(cm, 80, 88, (0, 3, 4))
    by_sex = {Sex.MALE: (men,), Sex.FEMALE: (women,)}
    return by_sex.get(sex, tuple(sorted({men, women})))


def _family(closest: Family | None) -> Points:
    points = {Family.NONE: 0, Family.DISTANT: 3, Family.CLOSE: 5}
    return tuple(points.values()) if closest is None else (points[closest],)


def _said(answer: bool | None, *, yes: int, no: int) -> Points:
    return tuple(sorted((yes, no))) if answer is None else (yes if answer else no,)


def _between(value: float, low: float, high: float, points: tuple[int, int, int]) -> int:
    """Below, from `low` to `high` with both, above."""
    return points[0] if value < low else points[1] if value <= high else points[2]


def _over(value: int, bounds: tuple[int, ...], points: tuple[int, ...]) -> int:
    return points[sum(value > bound for bound in bounds)]


_ASKED = MappingProxyType(
    {
        "bmi": Words("la taille ou le poids", "height or weight"),
        "waist": Words("le tour de taille", "the waist"),
        "sex": Words("le sexe, pour le tour de taille", "the sex, for the waist"),
        "active": Words("l’activité physique", "physical activity"),
        "greens": Words("les fruits et légumes", "fruit and vegetables"),
        "pressure_drug": Words("un traitement de la tension", "a drug for blood pressure"),
        "high_glucose": Words("une glycémie élevée par le passé", "a high blood glucose in the past"),
        "family": Words("le diabète dans la famille", "diabetes in the family"),
    }
)


def in_words(score: Score) -> Words:
    """The score or its range, the risk it stands for, and what is missing; that alone while the range tells nothing."""
    if not score.tells:
        return Words(
            "Trop peu est connu pour un score FINDRISC.", "Too little is known for a FINDRISC score."
        ) + _missing(score)
    low, high = (one_in.value.partition("/")[2] for one_in in score.bands)
    fr = f"{score.least}" if score.least == score.most else f"entre {score.least} et {score.most}"
    en = fr.replace("entre", "between").replace(" et ", " and ")
    risk_fr = f"1 personne sur {low}" if low == high else f"1 personne sur {low} à 1 sur {high}"
    risk_en = f"1 person in {low}" if low == high else f"1 person in {low} to 1 in {high}"
    told = Words(
        f"Score FINDRISC {fr} sur 26 : selon le questionnaire, {risk_fr} aura un diabète de type 2 d’ici 10 ans.",
        f"FINDRISC score {en} of 26: by the questionnaire, {risk_en} will have type 2 diabetes within 10 years.",
    )
    return told + _missing(score) if score.missing else told


def _missing(score: Score) -> Words:
    asked = [_ASKED[name] for name in score.missing]
    fr, en = ", ".join(words.fr for words in asked), ", ".join(words.en for words in asked)
    return Words(f"Il manque : {fr}.", f"Missing: {en}.")
