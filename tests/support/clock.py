"""One moment for all tests of a file."""

from datetime import UTC, datetime
from functools import cache


@cache
def begun() -> datetime:
    """When the tests of this file began, in whole seconds; forgotten when the next file's do.

    Not when the file was read: before the last of thousands runs on a busy machine that is an hour ago, and a reading
    of that moment is nothing fresh.
    """
    return datetime.now(UTC).replace(microsecond=0)
