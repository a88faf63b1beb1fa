"""Which names and topics an account of the broker may have."""

from collections.abc import Sequence

from device_adapters.adapter import topic_filters
from hub.errors import RecordError
from hub.records import GATEWAY_NAME

MOST_TOPICS = 20
_NATIVE = "vigie/"


def checked_name(name: str) -> str:
    """A name that may stand in a topic as itself; raises RecordError."""
    if not GATEWAY_NAME.fullmatch(name):
        raise RecordError("a gateway's name is 1 to 64 letters and digits, with . _ - among them; choose such a one")
    return name


def checked_topics(topics: Sequence[str]) -> Sequence[str]:
    """Topics of other people's software, each understood by an adapter; raises RecordError saying which is not.

    A topic is spelled out. Its last level may be `+` (the devices a gateway hears) where an earlier level is the
    sender's own: `home/kitchen/BTtoMQTT/+`, but not `dexpy/+`, which is everybody.
    """
    if not 1 <= len(set(topics)) <= MOST_TOPICS:
        raise RecordError(f"a sender needs 1 to {MOST_TOPICS} topics")
    return [_checked(topic) for topic in dict.fromkeys(topics)]


def _checked(topic: str) -> str:
    spelled_out = not {"+", "#"} & set(topic.removesuffix("/+"))
    if not spelled_out or len(topic) > 200 or not topic.isprintable() or topic.startswith(("$", _NATIVE)):
        raise RecordError(
            f"{topic[:200]!r} cannot be a sender's topic: spell it out, with + for its last level at most; "
            "vigie/… is for Vigie's own gateways"
        )
    if not any(_within(topic, claimed) for claimed in topic_filters()):
        raise RecordError(
            f"no adapter understands {topic!r}; docs/devices.md lists the topics that are (+ stands for all there may "
            "be at a level: for everybody's, if no other level is the sender's own)"
        )
    return topic


def _within(topic: str, claimed: str) -> bool:
    """True if an adapter that claims this hears that topic, and a `+` in it leaves somebody else's aside."""
    levels, claimed_levels = topic.split("/"), claimed.split("/")
    own = claimed.count("+") > topic.count("+") or "+" not in topic
    return (
        own
        and all(levels)
        and len(levels) == len(claimed_levels)
        and all(level == claims or claims == "+" for level, claims in zip(levels, claimed_levels, strict=True))
    )


def overlap(one: str, other: str) -> bool:
    """True if a message could be on both topics."""
    levels, others = one.split("/"), other.split("/")
    return len(levels) == len(others) and all(a == b or "+" in (a, b) for a, b in zip(levels, others, strict=True))
