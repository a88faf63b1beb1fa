"""No weigh-in: nobody stepped on the scale for so many days as were agreed (heart failure: order of 22 June 2023).

A weighing that waits for somebody to confirm it is not counted, but its number is told: confirming may be all it takes.
"""

from alerts.rule import ALWAYS, Because, Finding, Known, Level, Looks, Number, Rule
from alerts.weights import confirmed, local_days_since, newest, unconfirmed

NAME = "no_weigh_in"


def find(known: Known) -> tuple[Finding, ...]:
    """The absence, from the last weighing, or from when it was agreed where there is none."""
    agreed, last = known.thresholds.weigh_in.days, newest(confirmed(known))
    since = known.thresholds.valid_from if last is None else last.taken_at
    if agreed is None or (days := local_days_since(known, since)) < agreed:
        return ()
    waiting = sum(w.taken_at > since for w in unconfirmed(known))
    return (
        Finding(
            rule=NAME,
            level=Level.WARNING,
            since=since,
            last=since,
            because=Because(NAME, (Number("days", days, "d"), Number("unconfirmed", waiting, "1"))),
            live=ALWAYS,
        ),
    )


RULE = Rule(NAME, "no weighing for the days agreed", Looks.WEIGHT, find)
