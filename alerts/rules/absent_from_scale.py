"""Absent from the shared scale: others used it, this person did not for 14 days. [own rule]

Unlike a missed weigh-in the scale is known to work and to be heard; perhaps their weighings go to somebody else.
"""

from alerts.rule import ALWAYS, Because, Finding, Known, Level, Looks, Number, Rule, Source
from alerts.weights import confirmed, local_days_since, newest, unconfirmed

NAME = "absent_from_scale"


def find(known: Known) -> tuple[Finding, ...]:
    """The absence of somebody who used to weigh themselves, while others still do."""
    longest, last = known.thresholds.weigh_in.shared_days, newest(confirmed(known))
    used = known.heard.get(Source.SHARED_SCALE)
    if longest is None or last is None or used is None or used <= last.taken_at:
        return ()
    days = local_days_since(known, last.taken_at)
    if days < longest or local_days_since(known, used) >= longest:
        return ()
    waiting = sum(w.taken_at > last.taken_at for w in unconfirmed(known))
    return (
        Finding(
            rule=NAME,
            level=Level.NOTICE,
            since=last.taken_at,
            last=last.taken_at,
            because=Because(NAME, (Number("days", days, "d"), Number("unconfirmed", waiting, "1"))),
            live=ALWAYS,
        ),
    )


RULE = Rule(NAME, "others use the shared scale, this person has not for 14 days", Looks.WEIGHT, find)
