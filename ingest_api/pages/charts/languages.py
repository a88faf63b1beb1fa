"""The languages that charts are told in: `charts.toml` of the words of pages."""

from types import MappingProxyType
from typing import Any

from ingest_api.pages.charts.words import Words
from ingest_api.pages.words import Language, words_of
from timeseries.weight.bmi import BmiClass


def _words(language: Language) -> Words:
    said = words_of(language, "charts")
    told: dict[str, Any] = {name: said[name] for name in said}
    told |= {name: tuple(told[name].split()) for name in ("weekdays", "months")}
    told["zones"] = MappingProxyType(told["zones"])
    told["bmi_classes"] = MappingProxyType({BmiClass(name): word for name, word in told["bmi_classes"].items()})
    return Words(**told)


ENGLISH, FRENCH = _words(Language.EN), _words(Language.FR)
