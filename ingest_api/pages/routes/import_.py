"""Bringing in a vendor's export file: handed in, looked into, imported once its holder says so; what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.database import Connection
from hub.errors import Conflict, Refusal
from ingest_api.context import TheHub
from ingest_api.import_desk import ImportDesk, looked_into
from ingest_api.intake import Fate
from ingest_api.opened import acting_for, enter
from ingest_api.pages.forms import done
from ingest_api.pages.render import page
from ingest_api.pages.settings import Choice, frame
from ingest_api.pages.visitor import Guest, TheVisitor, Visitor
from ingest_api.parts import Hub
from ingest_api.uploads import MOST_FILE_BYTES, TheUpload

router = APIRouter(prefix="/people/{person}/import", tags=["pages"])

UNITS = ("mg/dL", "mmol/L", "kg", "lb", "st")
"""Those that some exports do not say."""


@dataclass(frozen=True, slots=True)
class File:
    """The file handed in last, as the database says it."""

    id: UUID
    name: str
    preview: Mapping[str, Any]
    wanted: bool
    ended: bool
    outcome: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """What was recognised, in words; each kind with how many readings of it."""

    format: str
    rows: str
    days: str | None
    kinds: tuple[str, ...]
    devices: str
    unreadable: str | None
    unmeasured: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the rows so far, in words; `refused` says where and why, for the first of them."""

    done: int
    rows: int
    progress: str
    fault: str | None
    fates: tuple[str, ...]
    refused: tuple[str, ...]
    further: str | None


@router.get("", response_class=HTMLResponse)
def import_(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
    """Hand a file in, or see how far the last one is."""
    return _shown(person, request, hub, visitor)


@router.post("", response_class=RedirectResponse)
def hand_in(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor, upload: TheUpload) -> Response:
    """Look into a file; nothing is imported yet."""
    with acting_for(hub, visitor.actor, person):
        pass  # nobody else's file is looked into, and while one is, no transaction waits
    try:
        file = looked_into(plain_name(upload.name), upload.fields.get("unit") or None, upload.content)
        with acting_for(hub, visitor.actor, person) as record, hub.registering(visitor.actor) as connection:
            ImportDesk(connection).hand_in(record.whose.number, visitor.actor.account, file)
    except Conflict:
        return _shown(person, request, hub, visitor, "under_way")
    except Refusal as why:
        return _shown(person, request, hub, visitor, why.code)
    return RedirectResponse(f"/people/{person}/import", 303)


@router.post("/{file}/start", response_class=RedirectResponse)
def start(person: UUID, file: UUID, hub: TheHub, visitor: TheVisitor) -> Response:
    """Import it."""
    with acting_for(hub, visitor.actor, person) as record, hub.registering(visitor.actor) as connection:
        ImportDesk(connection).want(record.whose.number, file)
        enter(connection, [record.whose.number], "import")
    return RedirectResponse(f"/people/{person}/import", 303)


@router.post("/{file}/drop", response_class=RedirectResponse)
def drop(person: UUID, file: UUID, hub: TheHub, visitor: TheVisitor) -> Response:
    """Import it not, or forget what became of it."""
    with acting_for(hub, visitor.actor, person) as record, hub.registering(visitor.actor) as connection:
        ImportDesk(connection).drop(record.whose.number, file)
    return done(f"/people/{person}/import", "dropped")


def plain_name(name: str) -> str:
    """A file's name without its folders, cut to what is shown; browsers send what they like."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[:200]


def preview_told(visitor: Guest, said: Mapping[str, Any]) -> Preview:
    """What was recognised, in words."""
    words, kinds = visitor.words("import"), visitor.words("settling")["kind"]
    days = None
    if said["first"] is not None:
        first, last = (visitor.numbers.long_day(date.fromisoformat(said[key])) for key in ("first", "last"))
        days = first if first == last else words.say("days", first=first, last=last)
    return Preview(
        format=words["format"].get(said["format"], said["format"]),
        rows=words.count("rows", said["rows"]),
        days=days,
        kinds=tuple(
            words.say("of_kind", kind=kinds.get(kind, words["other_kind"]), n=n)
            for kind, n in sorted(said["kinds"].items())
        ),
        devices=words.count("devices", said["devices"]),
        unreadable=words.count("unreadable", said["unreadable"]) if said["unreadable"] else None,
        unmeasured=words.count("unmeasured", said["unmeasured"]) if said["unmeasured"] else None,
    )


def outcome_told(visitor: Guest, file: File) -> Outcome:
    """What became of it so far, in words."""
    words, said, rows = visitor.words("import"), file.outcome, file.preview["rows"]
    fates, why = said.get("fates", {}), said.get("why", [])
    done_, refused = said.get("handed_in", 0), said.get("refused", 0)
    fault = said.get("fault")
    return Outcome(
        done=done_,
        rows=rows,
        progress=words.say("progress", done=done_, rows=rows),
        fault=None if fault is None else problem_told(visitor, fault),
        fates=(
            *(words.count(f"fate.{fate}", fates[fate]) for fate in Fate if fates.get(fate)),
            *((words.count("fate.refused", refused),) if refused else ()),
        ),
        refused=tuple(
            words.say(
                "refused_row", place=words["place"].get(file.preview["place"], ""), n=place, why=_why(visitor, code)
            )
            for place, code in why
        ),
        further=words.count("further", refused - len(why)) if refused > len(why) else None,
    )


def problem_told(visitor: Guest, code: str) -> str:
    """Why a file cannot be imported, by the error's name."""
    problems = visitor.words("import").table("problem")
    return problems.get(code, problems["other"])


def _why(visitor: Guest, code: str) -> str:
    whys = visitor.words("import").table("why")
    return whys.get(code, whys["other"])


def _file(connection: Connection, person: int) -> File | None:
    row = connection.execute(
        "SELECT id, name, preview, wanted_at IS NOT NULL, ended_at IS NOT NULL, outcome FROM import_file "
        "WHERE person = %s",
        (person,),
    ).fetchone()
    return None if row is None else File(*row)


def _shown(person: UUID, request: Request, hub: Hub, visitor: Visitor, problem: str | None = None) -> HTMLResponse:
    with acting_for(hub, visitor.actor, person) as record:
        enter(record.connection, [record.whose.number], "read", [])
        file = _file(record.connection, record.whose.number)
        model = frame(visitor, record)
    model |= {
        "file": file,
        "preview": None if file is None else preview_told(visitor, file.preview),
        "outcome": None if file is None or not file.wanted else outcome_told(visitor, file),
        "units": [Choice(unit, unit) for unit in UNITS],
        "most": MOST_FILE_BYTES // 1024**2,
        "base": f"/people/{person}/import",
        "still": "still" in request.query_params,
        "problem": None if problem is None else problem_told(visitor, problem),
    }
    return page(request, visitor, "import.html", 200 if problem is None else 422, **model)
