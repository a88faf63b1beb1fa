"""What stands above every page of a person's record: whose it is, where one can go, and a warning in an emergency."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.accounts import ActorRole
from hub.professions import Category
from ingest_api.opened import Opened, acts_for
from ingest_api.pages.visitor import Guest, Visitor

PAGES = ("", "glucose", "weight", "alerts")
"""For everybody who may see anything of the record: parts of its address."""

WHOLLY = (*PAGES, "prevention")
"""For whoever may see all kinds of it (ingest_api.prevention)."""

READING = ("report",)
NOTES = ("notes",)
"""For whoever sees all kinds of it (ingest_api.clinic)."""

ACTING = ("chain", "sharing", "hidden", "access-log", "devices", "import", "leave")
"""For those who settle things in it."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where one can go."""

    href: str
    label: str


@dataclass(frozen=True, slots=True)
class Head:
    """For templates that extend person-frame.html. `emergency` and `withheld` are sentences to warn with, or None.

    What a profession may not see is said, or no alert would look like nothing amiss.
    """

    id: UUID
    name: str
    own: bool
    acts: bool
    wholly: bool
    pages: tuple[Link, ...]
    more: tuple[Link, ...]
    emergency: str | None
    withheld: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What the record says for it; `wholly` if all kinds of it may be seen, `inbox` the household's."""

    id: UUID
    given: str
    family: str
    acts: bool
    wholly: bool
    inbox: UUID | None
    emergency_until: datetime | None
    withheld: tuple[Category, ...]


def head_of(record: Opened, visitor: Visitor) -> Head:
    """The head of an opened record."""
    return told(_found(record), record, visitor)


def _found(record: Opened) -> Found:
    number, acts = record.whose.number, acts_for(record.connection, record.whose.number)
    row = record.connection.execute(_HEAD, {"person": number, "acts": acts}).fetchone()
    assert row is not None  # noqa: S101 - the record is open
    id_, given, family, wholly, inbox, until, withheld = row
    return Found(id_, given, family, acts, wholly, inbox, until, tuple(map(Category, withheld)))


def told(found: Found, record: Opened, visitor: Visitor) -> Head:
    """The same in the visitor's words."""
    words, until = visitor.words("common"), found.emergency_until
    time = None if until is None else f"{until.astimezone(record.whose.zone):%H:%M}"
    return Head(
        id=found.id,
        name=f"{found.given} {found.family}",
        own=visitor.own == found.id,
        acts=found.acts,
        wholly=found.wholly,
        pages=tuple(_links(found, WHOLLY if found.wholly else PAGES, visitor)),
        more=tuple(_more(found, visitor)),
        emergency=None if time is None else words.say("emergency", time=time),
        withheld=words.say("withheld", what=categories_told(found.withheld, visitor)) if found.withheld else None,
    )


def categories_told(categories: Iterable[Category], visitor: Guest) -> str:
    """Categories in words."""
    return ", ".join(visitor.words("common")["category"][each] for each in categories)


def _links(found: Found, names: tuple[str, ...], visitor: Visitor) -> Iterator[Link]:
    words = visitor.words("common")
    for name in names:
        yield Link(f"/people/{found.id}/{name}".rstrip("/"), words.say(f"nav.{name or 'overview'}"))


def _more(found: Found, visitor: Visitor) -> Iterator[Link]:
    """What is looked for now and then."""
    yield from _links(found, READING, visitor)
    if found.wholly:
        yield from _links(found, NOTES, visitor)
    if found.acts or visitor.actor.role is ActorRole.CLINICIAN:
        yield from _links(found, ("thresholds",), visitor)
    if found.acts:
        if found.inbox is not None:
            yield Link(f"/households/{found.inbox}/inbox", visitor.words("common").say("nav.inbox"))
        yield from _links(found, ACTING, visitor)
    yield Link("/people", visitor.words("common").say("people"))


_HEAD = """
    SELECT p.id, p.given, p.family, EXISTS (SELECT FROM wholly_seen w WHERE w.person = p.number),
           (SELECT h.id FROM household_member m JOIN household h ON h.number = m.household
            WHERE m.person = p.number ORDER BY h.number LIMIT 1),
           -- of a record one does not act for, one sees one's own openings alone
           (SELECT max(e.until) FROM emergency e WHERE e.person = p.number AND e.until > now() AND NOT %(acts)s),
           ARRAY(SELECT category FROM withheld)
    FROM person p WHERE p.number = %(person)s
"""
