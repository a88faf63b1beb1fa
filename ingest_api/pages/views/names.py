"""What somebody is called on a page."""

from uuid import UUID

from ingest_api.pages.visitor import Guest


def called(name: str | None, visitor: Guest) -> str:
    """Their name; accounts of people bear the id of their record, which says nothing to a reader, and some are gone."""
    words = visitor.words("common")
    if name is None:
        return words.say("somebody")
    return words.say("role.person") if _is_id(name) else name


def _is_id(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True
