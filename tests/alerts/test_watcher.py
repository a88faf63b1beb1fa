"""The watch on a real database: what it writes is what the pure core says, however it is cut, stopped or shared."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.alert import Event
from hub.database import Database
from tests.alerts.making import Row, after, journal, past
from tests.alerts.watching import Entry, Home, a_home


def _told(events: Sequence[Event]) -> list[Entry]:
    return [(event.at, event.rule, event.what.value, event.alert) for event in events]


def _live(home: Home, rows: Sequence[Row], until: datetime) -> None:
    """Keep each as it comes, and look a second later."""
    for row in sorted(rows, key=lambda row: row.received):
        home.keep([row])
        home.look(row.received + timedelta(seconds=1))
    home.look(until)


def test_the_first_low_is_told(database: Database) -> None:
    home = a_home(database)
    rows = [Row(after(n), value, after(n) + timedelta(seconds=5)) for n, value in enumerate([80, 53, 52])]
    _live(home, rows, after(40))
    assert home.journal() == _told(journal(past(rows), after(40)))
    assert [what for _, rule, what, _ in home.journal() if rule == "urgent_low"][:2] == ["raised", "rang"]
