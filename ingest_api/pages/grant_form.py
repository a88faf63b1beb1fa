"""Who is to be let in, as a form says it: to what, for how long, as what they act."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hub.errors import Malformed
from hub.quantities import Kind
from hub.sharing import REPRESENTATIVE, Delegation, May
from ingest_api.pages.settings import GROUPS, end_of, first_moment


def kinds_chosen(form: Mapping[str, str], delegate: bool) -> list[Kind] | None:
    """The kinds of the groups that are ticked; everything for a delegate. Raises Malformed if nothing is."""
    if delegate or form.get("what") == "everything":
        return None
    kinds = [kind for group, members in GROUPS.items() if f"kind_{group}" in form for kind in members]
    if not kinds:
        raise Malformed("choose what may be seen")
    return kinds


def during_chosen(form: Mapping[str, str], zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """From now unless told, without an end unless told; days in the person's zone, whole. Raises Malformed.

    Whoever is not of the care team is let in at each consultation anew, until tonight: the Code de la santé publique,
    L. 1110-4 III, wants consent before anything is shared with them.
    """
    if for_today(form):
        now = datetime.now(zone)
        return now, end_of(now.date().isoformat(), zone)
    begin = first_moment(form.get("from", ""), zone) or datetime.now(UTC)
    end = end_of(form.get("until", ""), zone)
    if end is not None and end <= begin:
        raise Malformed("it must end after it begins")
    return begin, end


def delegation_chosen(form: Mapping[str, str]) -> Delegation | None:
    """As what they act for the person, if they do: only what is ticked."""
    if "representative" in form:
        return REPRESENTATIVE
    if "delegate" not in form:
        return None
    return Delegation(frozenset(may for may in May if f"may_{may}" in form))


def for_today(form: Mapping[str, str]) -> bool:
    """For a consultation, until tonight."""
    return form.get("lasts") == "today"
