"""The opaque cursor of a list that is read page by page: where the last page ended."""

import base64
import binascii
import json
from datetime import UTC, datetime
from uuid import UUID

from hub.errors import Malformed
from timeseries.store import Place


def write_cursor(place: Place) -> str:
    """The text that stands for that place outside."""
    text = json.dumps([place.taken_at.isoformat(), str(UUID(bytes=place.key))])
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_cursor(cursor: str | None) -> Place | None:
    """The place of that text, None for none; raises Malformed."""
    if cursor is None:
        return None
    try:
        taken_at, key = json.loads(base64.urlsafe_b64decode(cursor))
        return Place(datetime.fromisoformat(taken_at).astimezone(UTC), UUID(key).bytes)
    except (binascii.Error, ValueError, TypeError, AttributeError, OverflowError):
        raise Malformed("cursor must be the `next` of an earlier page") from None
