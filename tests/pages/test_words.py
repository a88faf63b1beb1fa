"""The words of pages: the same in both languages, and templates that know no others."""

import re
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from jinja2 import nodes

from alerts.prevention.schedule import schedules
from alerts.wording import catalog
from ingest_api.pages import words
from ingest_api.pages.render import environment
from ingest_api.pages.words import Catalog, Language, words_of

PAGES = sorted(file.stem for file in words.FOLDER.glob("*/*.toml"))
TEMPLATES = environment.list_templates()
TAKEN = {name for name in {*dir(dict), *dir(Catalog)} if not name.startswith("_")}
"""What Jinja would find on the objects before it looked for a key."""


def leaves(entries: dict[str, Any], before: str = "") -> dict[str, str]:
    """Every sentence by its dotted key."""
    told: dict[str, str] = {}
    for key, value in entries.items():
        told |= leaves(value, f"{before}{key}.") if isinstance(value, dict) else {before + key: value}
    return told


def sentences(language: Language, page: str) -> dict[str, str]:
    return leaves(tomllib.loads((words.FOLDER / language / f"{page}.toml").read_text("utf-8")))


def places(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_say_the_same_things(page: str) -> None:
    english, french = (sentences(language, page) for language in Language)
    assert english.keys() == french.keys()
    assert {key: places(each) for key, each in english.items()} == {key: places(each) for key, each in french.items()}
    assert [key for key, each in (english | french).items() if not each.strip()] == []


@pytest.mark.parametrize("page", PAGES)
def test_no_key_hides_behind_a_method(page: str) -> None:
    parts = {part for key in sentences(Language.EN, page) for part in key.split(".")}
    assert parts & TAKEN == set()


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_uses_known_words_only(template: str) -> None:
    source = (Path(words.FOLDER).parent / "templates" / template).read_text("utf-8")
    found = environment.parse(source).find_all(nodes.Getattr)
    asked = {(of.node.name, of.attr) for of in found if isinstance(of.node, nodes.Name)}
    files = {"w": template.removesuffix(".html"), "common": "common"}
    known = {(name, key) for name, file in files.items() for key in words_of(Language.EN, file)}
    frame: set[tuple[str, str]] = set() if files["w"] in PAGES else {("w", "title")}
    assert {each for each in asked if each[0] in files} - known <= frame


@pytest.mark.parametrize("said", [*(f"pages/{page}" for page in PAGES), "alerts", "prevention"])
def test_no_french_line_begins_with_a_mark_and_apostrophes_are_curved(said: str) -> None:
    assert re.findall(r"\S [:;!?»%]|« |\w'\w", " | ".join(french(said))) == []


def french(said: str) -> list[str]:
    """All that is said there, as it is read out of the files."""
    if said == "alerts":
        told = catalog(Language.FR)
        return [*told.titles.values(), *chain(*told.reasons.values()), *told.discreet.values(), *told.messages.values()]
    if said == "prevention":
        entries = chain(*(each.entry for each in schedules()))
        return [
            each.said(Language.FR) for of in entries for each in (of.title, of.reason, of.source, of.recheck) if each
        ]
    page = words_of(Language.FR, said.removeprefix("pages/"))
    return list(leaves({key: page[key] for key in page}).values())


def test_french_counts_zero_as_one() -> None:
    entries = {"n": {"one": "{n} a", "other": "{n} b"}}
    told = {(of, n): Catalog(of, entries).count("n", n) for of in Language for n in (0, 1, 2)}
    assert told == {
        (Language.EN, 0): "0 b", (Language.EN, 1): "1 a", (Language.EN, 2): "2 b",
        (Language.FR, 0): "0 a", (Language.FR, 1): "1 a", (Language.FR, 2): "2 b",
    }  # fmt: skip
