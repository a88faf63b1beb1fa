"""Clinical notes in words."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from ingest_api.clinic import Note
from ingest_api.pages.views.names import called
from ingest_api.pages.visitor import Guest


@dataclass(frozen=True, slots=True)
class Written:
    """A note as it is shown; `own` if its writer looks."""

    id: UUID
    text: str
    by: str
    own: bool


def written(of: Note, visitor: Guest, zone: ZoneInfo) -> Written:
    """One of them."""
    at = visitor.numbers.moment(of.at.astimezone(zone))
    return Written(of.id, of.text, visitor.words("notes").say("by", who=called(of.by, visitor), at=at), of.own)
