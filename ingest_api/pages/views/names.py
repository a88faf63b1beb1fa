"""What somebody is called on a page."""

from uuid import UUID

from ingest_api.pages.visitor import Guest, Visitor


def called(name: str | None, visitor: Guest, record: UUID | None = None) -> str:
    """What an account of that name is called on a page of that record; None where only others than people act.

    Accounts of people bear the id of their own record, which says nothing to a reader; some accounts are gone.
    """
    words = visitor.words("common")
    if name is None:
        return words.say("somebody")
    own = _id(name)
    if own is None:
        return name
    if isinstance(visitor, Visitor) and visitor.own == own:
        return words.say("you")
    return words.say("role.person" if own == record else "another_person")


def with_role(name: str, role: str, visitor: Guest, record: UUID) -> str:
    """The same with what they are, where the name does not say it."""
    told = called(name, visitor, record)
    return told if _id(name) else f"{told} ({visitor.words('common').say(f'role.{role}')})"


def _id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
