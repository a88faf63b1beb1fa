"""Everything of a person as one file, as whoever asks may see it; entered in their log before a byte is sent."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from hub.accounts import Scope
from ingest_api.access import Actor
from ingest_api.context import Policy, TheHub, asked_again
from ingest_api.opened import enter, refuse
from ingest_api.portability import csv_zip, fhir_bundle
from ingest_api.portability.source import Source, Writer
from ingest_api.whose import whose

router = APIRouter(prefix="/v1/people/{person}", tags=["leaving"])

Exporter = Annotated[Actor, Depends(Policy(scope=Scope.EXPORT))]


class Format(StrEnum):
    """How it is written: a ZIP of CSV files, or a FHIR R4 Bundle."""

    CSV = "csv"
    FHIR = "fhir"


_WRITERS: dict[Format, tuple[Writer, str, str]] = {
    Format.CSV: (csv_zip.write, "application/zip", "zip"),
    Format.FHIR: (fhir_bundle.write, "application/fhir+json", "json"),
}


@router.get("/export", response_class=StreamingResponse)
def get_export(
    person: UUID, request: Request, hub: TheHub, actor: Exporter, format_: Annotated[Format, Query(alias="format")]
) -> StreamingResponse:
    """Everything: readings, devices, pairings, who may see it, what is hidden, who saw it.

    The person and administrators get all of it; others what their grant shows.
    """
    with hub.reading(actor) as connection:
        found = whose(connection, person)
        if found is not None:
            enter(connection, [found.number], "export")
    if found is None:
        refuse(hub, actor, person)
    write, media, ending = _WRITERS[format_]
    name = f"vigie-{datetime.now(UTC):%Y-%m-%d}.{ending}"
    told = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(
        write(Source(hub, asked_again(request, hub), person, found)), media_type=media, headers=told
    )
