"""Every rule's findings have words in both languages, in every unit, and what goes outside tells nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import alerts
from alerts.rule import Because, Level, Number, rules
from alerts.wording import Language, _names, catalog, discreet, sentence, title
from hub.quantities import Unit

ROOT = Path(alerts.__file__).parent
HARD = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
GLUCOSE_UNITS = (Unit.MG_DL, Unit.MMOL_L, Unit.G_L)

GLUCOSE = (Number("glucose", 52, Unit.MG_DL), Number("bound", 54, Unit.MG_DL), Number("minutes", 5, "min"))
LASTED = (Number("minutes", 25, "min"),)
ABSENCE = (Number("days", 14, "d"), Number("unconfirmed", 2, "1"))
EVERY = {
    **dict.fromkeys(("urgent_low", "low", "high", "very_high", "prolonged_high", "long_low_at_night"), GLUCOSE),
    "fast_fall": (Number("rate", -3.4, "mg/dL/min"), Number("bound", -3, "mg/dL/min")),
    "fast_rise": (Number("rate", 3.4, "mg/dL/min"), Number("bound", 3, "mg/dL/min")),
    "below_range": tuple(
        Number(name, value, "%")
        for figure in ("tbr", "tbr2", "below_pregnancy")
        for name, value in ((figure, 6.2), (f"{figure}_goal", 4))
    ),
    "off_target": tuple(
        Number(name, value, "%")
        for figure in ("tir", "pregnancy")
        for name, value in ((figure, 61), (f"{figure}_goal", 70))
    ),
    "predicted_low": (*GLUCOSE, Number("chance", 46, "%")),
    **{f"sensor_silence_{cause}": LASTED for cause in ("late", "sensor", "gateway", "network", "unknown")},
    "no_weigh_in": ABSENCE,
    "absent_from_scale": ABSENCE,
    "weight_gain_days": (Number("gain", 2.3, "kg"), Number("days", 3, "d"), Number("above_trend", 1.9, "kg")),
    "weight_gain_trend": (Number("gain", 1.7, "kg"), Number("days", 3, "d"), Number("above_trend", 1.9, "kg")),
    "weight_loss": (Number("lost_30d", 5.4, "%"), Number("lost_180d", 11, "%")),
}
"""A reason with every number that the rules give it."""


def said(key: str, *numbers: Number, language: Language = Language.EN, unit: Unit = Unit.MG_DL) -> str:
    return sentence(Because(key, numbers or EVERY[key]), language, unit).replace(HARD, " ").replace(NARROW, " ")


def names_made() -> Iterator[str]:
    """The names that the rules' own code gives to numbers, where they are written out."""
    for path in [*ROOT.glob("*.py"), *(ROOT / "rules").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Number":
                yield from (str(part.value) for part in node.args[:1] if isinstance(part, ast.Constant))


@pytest.mark.parametrize("language", Language)
def test_every_rule_has_a_title_and_reasons_in_both_languages(language: Language) -> None:
    words = catalog(language)
    assert {rule.name for rule in rules()} <= words.titles.keys()
    assert all(any(key.startswith(rule.name) for key in words.reasons) for rule in rules())
    assert EVERY.keys() <= words.reasons.keys()
    assert all(title(rule.name, language) for rule in rules())


def test_both_languages_have_the_same_keys_and_use_the_same_numbers() -> None:
    english, french = catalog(Language.EN), catalog(Language.FR)
    assert english.titles.keys() == french.titles.keys()
    assert english.discreet.keys() == french.discreet.keys()
    assert {key: [_names(p) for p in phrases] for key, phrases in english.reasons.items()} == {
        key: [_names(p) for p in phrases] for key, phrases in french.reasons.items()
    }


def test_every_number_that_rules_name_is_one_the_examples_have() -> None:
    assert set(names_made()) <= {number.name for numbers in EVERY.values() for number in numbers}


@pytest.mark.parametrize("unit", GLUCOSE_UNITS)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", EVERY)
def test_every_reason_is_a_sentence_that_uses_all_its_numbers(key: str, language: Language, unit: Unit) -> None:
    text = said(key, language=language, unit=unit)
    assert not re.search(r"[{}]|  |\.\.", text)
    assert text.endswith(".")
    assert text[0].isupper() or text[0].isdigit()
    assert re.search(r"\d", text)


def test_glucose_is_said_in_the_readers_unit() -> None:
    assert said("low") == "Glucose 52 mg/dL, under 54 mg/dL for 5 min."
    assert said("low", unit=Unit.MMOL_L, language=Language.FR) == "Glucose 2,9 mmol/L, sous 3,0 mmol/L depuis 5 min."
    assert said("low", unit=Unit.G_L) == "Glucose 0.52 g/L, under 0.54 g/L for 5 min."


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [(39, Unit.MG_DL, "< 40 mg/dL"), (401, Unit.MG_DL, "> 400 mg/dL"), (40, Unit.MG_DL, "40 mg/dL"),
     (2.1, Unit.MMOL_L, "< 2.2 mmol/L"), (2.2, Unit.MMOL_L, "2.2 mmol/L"), (22.3, Unit.MMOL_L, "> 22.2 mmol/L")],
)  # fmt: skip
def test_what_a_sensor_prints_as_lo_or_hi_is_never_a_number(value: float, unit: Unit, told: str) -> None:
    assert said("urgent_low", Number("glucose", value, unit), Number("bound", 3, Unit.MMOL_L), unit=unit).startswith(
        f"Glucose {told}, under "
    )


def test_a_fall_is_said_without_its_sign_and_per_minute_in_the_readers_unit() -> None:
    assert said("fast_fall") == "Glucose is falling by 3.4 mg/dL/min (alert from 3.0 mg/dL/min)."
    assert said("fast_fall", unit=Unit.MMOL_L).startswith("Glucose is falling by 0.19 mmol/L/min")


def test_only_the_goals_that_are_missed_are_said() -> None:
    missed = (Number("tbr2", 1.5, "%"), Number("tbr2_goal", 1, "%"))
    assert said("below_range", *missed) == "Over 14 days: time very low 1.5% (goal: under 1%)."
    assert said("below_range", *missed, language=Language.FR) == (
        "Sur 14 jours : temps très bas 1,5 % (objectif : moins de 1 %)."
    )


def test_what_was_gained_meanwhile_is_not_called_lost() -> None:
    assert said("weight_loss", Number("lost_30d", 6, "%"), Number("lost_180d", -2, "%")) == (
        "6% of the weight lost in a month."
    )


def test_nothing_is_said_of_weighings_when_none_waits() -> None:
    assert said("no_weigh_in", Number("days", 1, "d"), Number("unconfirmed", 0, "1")) == "No weighing for 1 day."
    assert said("no_weigh_in", language=Language.FR) == "Aucune pesée depuis 14 jours. Pesées à confirmer : 2."


@pytest.mark.parametrize("minutes", [(59, "59 min"), (60, "1 h"), (125, "2 h 05")])
def test_long_times_are_said_in_hours(minutes: tuple[int, str]) -> None:
    assert said("very_high", *GLUCOSE[:2], Number("minutes", minutes[0], "min")).endswith(f"for {minutes[1]}.")


OUTSIDE = (
    "glucose",
    "sugar",
    "sucre",
    "poids",
    "weight",
    "diab",
    "capteur",
    "sensor",
    "balance",
    "scale",
    "mg",
    "mmol",
)


@pytest.mark.parametrize("language", Language)
def test_what_is_said_outside_names_no_number_illness_or_device(language: Language) -> None:
    texts = catalog(language).discreet
    assert set(Level) <= texts.keys()
    for text in texts.values():
        bare = text.format(code="", since="", until="")
        assert not re.search(r"\d", bare)
        assert not any(word in bare.lower() for word in OUTSIDE)
    assert discreet("urgent", Language.EN) == "Vigie: an urgent alert. Sign in to read it."


@given(st.floats(1, 30), st.sampled_from(GLUCOSE_UNITS), st.sampled_from(Language))
def test_any_glucose_is_said_with_its_unit(value: float, unit: Unit, language: Language) -> None:
    text = said("urgent_low", Number("glucose", value, Unit.MMOL_L), Number("bound", 3, Unit.MMOL_L),
                language=language, unit=unit)  # fmt: skip
    assert text.count(unit) == 2
