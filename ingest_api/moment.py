"""Times as the API takes them: written out (RFC 3339), never a number that could be seconds or milliseconds."""

import re
from datetime import date, time
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _written(value: object) -> object:
    if isinstance(value, int | float) or (isinstance(value, str) and not _WRITTEN.match(value)):
        raise ValueError("write the time out, as in 2026-08-21T07:13:00+02:00")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
Day = Annotated[date, BeforeValidator(_written)]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("not an IANA time zone such as Europe/Paris")
    return name


def _of_a_clock(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("a time of the clock has no offset; say the zone beside it")
    return value


Zone = Annotated[str, AfterValidator(_known_zone), Field(examples=["Europe/Paris"])]
Clock = Annotated[time, AfterValidator(_of_a_clock)]
