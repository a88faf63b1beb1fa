"""How far back the watch reads: as far as rules look from where somebody's alerts stand, and no further."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from alerts.advance import Walk
from alerts.calm import Calm
from alerts.watched import Watched
from tests.alerts.making import MINUTE, NOON, SUBJECT, after

DAY = timedelta(days=1)
CALM = Calm(after(-300), 1, in_mmol=False, least=70, most=250, fresh=60_000_000)
LOOKING_BACK = Walk(at=NOON, settle_at=after(3), old_since=NOON - 3 * DAY)

WALKS = {
    "a day, of what was looked at": (Walk(at=NOON), after(5), NOON - DAY),
    "a day, of what calm was told of": (Walk(at=NOON, calm=CALM), after(5), after(-300) - DAY),
    "a day before the old readings that are looked back at": (LOOKING_BACK, after(5), NOON - 4 * DAY),
    "a day, where it is not time to look back": (LOOKING_BACK, after(2), NOON - DAY),
    "a fortnight and what it is told from, after a standstill": (Walk(at=NOON), after(46), NOON - 16 * DAY),
    "a day, after no standstill": (Walk(at=NOON), after(45), NOON - DAY),
}


def _watched(walk: Walk, now: datetime, shown: Walk | None = None) -> Watched:
    return Watched(
        now=now, number=1, id=UUID(int=1), subject=SUBJECT, collecting=True, anew=False, walk=walk, shown=shown,
        remade_at=now, glanced_at=walk.at,
    )  # fmt: skip


@pytest.mark.parametrize("what", WALKS)
def test_glucose_is_read_as_far_back_as_rules_look(what: str) -> None:
    walk, now, since = WALKS[what]
    assert _watched(walk, now).since == since
    assert _watched(Walk(at=now - MINUTE), now, shown=walk).since == since


def test_once_a_day_whole_days_are_read_as_far_back_as_their_figures_go() -> None:
    nine = (NOON + DAY).astimezone(SUBJECT.zone).replace(hour=9, minute=0)
    before, at = _watched(Walk(at=nine - MINUTE), nine - MINUTE / 2), _watched(Walk(at=nine - MINUTE), nine)
    assert before.since == nine - MINUTE - DAY
    midnight = nine.replace(hour=0)
    assert at.since == midnight - 16 * DAY
    assert (before.weighed, at.weighed) == (False, True)
