"""What each profession may see of what it is given: read from one file, kept in one table, applied by the views."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hub.database import Connection
from hub.errors import SettingsError
from hub.quantities import GLUCOSE_KINDS, KINDS, Kind

UNKNOWN = "unknown"
"""The row of professionals for whose profession nobody vouches."""
OTHER = "other"
"""The row of professions that no row names."""


class Category(StrEnum):
    """What a record holds, as professions are allowed it."""

    IDENTITY = "identity"
    GLUCOSE = "glucose"
    WEIGHT = "weight"
    VITALS = "vitals"
    ALERTS = "alerts"
    NOTES = "notes"


_GLUCOSE = (*GLUCOSE_KINDS, Kind.HBA1C, Kind.KETONES)
_WEIGHT = (
    Kind.WEIGHT, Kind.HEIGHT, Kind.BODY_FAT, Kind.BODY_WATER, Kind.MUSCLE_MASS, Kind.MUSCLE_PERCENT, Kind.BONE_MASS,
    Kind.IMPEDANCE,
)  # fmt: skip
MEASURED: Mapping[Category, tuple[Kind, ...]] = MappingProxyType(
    {
        Category.GLUCOSE: _GLUCOSE,
        Category.WEIGHT: _WEIGHT,
        Category.VITALS: tuple(kind for kind in Kind if kind not in {*_GLUCOSE, *_WEIGHT}),
    }
)
"""The kinds of each category that has kinds: every kind is in one."""


@dataclass(frozen=True, slots=True)
class Profession:
    """One row: by which code or spelling it is known, and what it may see."""

    code: str
    also: tuple[str, ...]
    sees: frozenset[Category]

    @property
    def spelled(self) -> tuple[str, ...]:
        """As an identity provider may say it, in small letters; nobody can say they are `unknown` or `other`."""
        code = () if self.code in (UNKNOWN, OTHER) else (self.code,)
        return tuple(each.lower() for each in (*code, *self.also))

    @property
    def kinds(self) -> tuple[Kind, ...] | None:
        """The kinds it may see; None for all there are and will be."""
        if self.sees >= MEASURED.keys():
            return None
        return tuple(chain.from_iterable(kinds for category, kinds in MEASURED.items() if category in self.sees))


def professions(file: Path | None = None) -> tuple[Profession, ...]:
    """The table in that file, in ours unless told; raises SettingsError, saying what is wrong with it."""
    try:
        text = (file or resources.files("hub") / "professions.toml").read_text("utf-8")
        table = _Table.model_validate(tomllib.loads(text))
    except (OSError, ValueError) as error:
        raise SettingsError(f"cannot use the table of professions, VIGIE_PROFESSIONS: {_why(error)}") from None
    return tuple(Profession(row.code, tuple(row.also), frozenset(row.sees)) for row in table.profession)


def keep(connection: Connection, table: Sequence[Profession]) -> None:
    """Make the database's table that one, whole or not at all (role `vigie_owner`); the same again writes nothing."""
    with connection.transaction():
        connection.execute("DELETE FROM profession WHERE code <> ALL(%s)", ([each.code for each in table],))
        for each in table:
            kinds = None if each.kinds is None else [KINDS[kind].number for kind in each.kinds]
            connection.execute(_KEEP, (each.code, list(each.spelled), sorted(each.sees), kinds))


_KEEP = """
    INSERT INTO profession AS p (code, spelled, sees, kinds) VALUES (%s, %s, %s, %s)
    ON CONFLICT (code) DO UPDATE SET spelled = EXCLUDED.spelled, sees = EXCLUDED.sees, kinds = EXCLUDED.kinds
    WHERE p IS DISTINCT FROM EXCLUDED
"""

_Text = Annotated[str, Field(min_length=1, max_length=200)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: _Text
    also: list[_Text] = []
    sees: list[Category]

    @model_validator(mode="after")
    def _hangs_together(self) -> "_Row":
        sees = set(self.sees)
        if sees and Category.IDENTITY not in sees:
            raise ValueError(f"{self.code}: nothing is seen without identity")
        if Category.NOTES in sees and sees != set(Category):
            raise ValueError(f"{self.code}: notes may tell of anything, so are for those who see everything")
        return self


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    profession: list[_Row]

    @model_validator(mode="after")
    def _is_whole(self) -> "_Table":
        codes, names = [row.code for row in self.profession], list(self._names())
        if len(set(codes)) < len(codes) or len(set(names)) < len(names):
            raise ValueError("a code or a spelling is there twice")
        if not {UNKNOWN, OTHER} <= set(codes):
            raise ValueError(f"the rows {UNKNOWN!r} and {OTHER!r} must be there")
        return self

    def _names(self) -> Iterator[str]:
        return (name.lower() for row in self.profession for name in (row.code, *row.also))


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, each['loc']))} {each['msg']}" for each in error.errors())
    return str(error)
