"""How long ago: as text, and as the sentences by which a browser goes on counting."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ingest_api.pages.visitor import Guest

_MINUTE = timedelta(minutes=1)
_HOUR, _DAY = 60, 24 * 60


def ago(visitor: Guest, at: datetime, now: datetime) -> str:
    """just now, 95 min ago, 3 h ago, 2 days ago; what a clock that is ahead says is now."""
    minutes = max((now - at) // _MINUTE, 0)
    words = visitor.words("common")
    if minutes < 1:
        return words.say("age.now")
    if minutes < 2 * _HOUR:
        return words.say("age.minutes", m=minutes)
    if minutes < 2 * _DAY:
        return words.say("age.hours", h=minutes // _HOUR)
    return words.say("age.days", d=minutes // _DAY)


def counting(visitor: Guest, now: datetime) -> Mapping[str, str]:
    """What a browser goes on counting by: what time it is here, and sentences, places `{m}`, `{h}`, `{d}` open."""
    sentences = {f"ago-{key}": sentence for key, sentence in visitor.words("common").table("age").items()}
    return {"told-at": moment(now), "silent": visitor.words("person").say("silent")} | sentences


def moment(at: datetime) -> str:
    """As browsers read it, UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
