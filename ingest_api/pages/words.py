"""The words of pages: one TOML file a page and language, the same keys in each."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from alerts.prevention.words import Language, typeset

__all__ = ["FOLDER", "Catalog", "Language", "words_of"]

FOLDER = Path(__file__).parent / "words"


class Catalog:
    """The words of one page; templates read them as attributes, `w.title`."""

    def __init__(self, language: Language, entries: Mapping[str, Any]) -> None:
        """Over what the file says."""
        self._language, self._entries = language, entries

    def __getitem__(self, key: str) -> Any:
        """A sentence, or a table of sentences; raises KeyError."""
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        """Its keys."""
        return iter(self._entries)

    def table(self, key: str) -> Mapping[str, str]:
        """A table of sentences, empty if the page has none."""
        found: Mapping[str, str] = self._entries.get(key, {})
        return found

    def say(self, key: str, **places: object) -> str:
        """A sentence with its places filled; `a.b` is b of table a. Raises KeyError."""
        found: Any = self._entries
        for part in key.split("."):
            found = found[part]
        told: str = found.format(**places)
        return told

    def count(self, key: str, n: int, **places: object) -> str:
        """The sentence for that many, `one` or `other` of the table; French counts zero as one."""
        single = n == 1 or (n == 0 and self._language is Language.FR)
        return self.say(f"{key}.{'one' if single else 'other'}", n=n, **places)


@cache
def words_of(language: Language, page: str) -> Catalog:
    """The words of that page; none if it has no file."""
    file = FOLDER / language / f"{page}.toml"
    return Catalog(language, tomllib.loads(typeset(file.read_text("utf-8"), language)) if file.exists() else {})
