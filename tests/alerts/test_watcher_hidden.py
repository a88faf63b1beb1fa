"""Alerts as others see them: what is hidden has no part in them, as if it had never been measured."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hub.database import Database
from hub.quantities import Kind
from tests.alerts.making import NOON, Row, after
from tests.alerts.test_against_the_oracle import STREAMS
from tests.alerts.watching import Home, a_home
from tests.support.examples import so_many

FEW = settings(
    max_examples=so_many(6),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SECOND = timedelta(seconds=1)
LOW = [Row(after(n), value, after(n) + 5 * SECOND) for n, value in enumerate([90, 80, 53, 52, 51, 50])]


def _live(home: Home, rows: Sequence[Row], instants: Sequence[float]) -> None:
    """Keep each as it comes, and look at those minutes, whether anything came or not."""
    waiting = sorted(rows, key=lambda row: row.received)
    for minute in instants:
        home.keep([row for row in waiting if row.received <= after(minute)])
        waiting = [row for row in waiting if row.received > after(minute)]
        home.look(after(minute) + SECOND)


MINUTES = [*range(0, 600, 30), 900]


@FEW
@given(STREAMS, st.integers(0, 300), st.integers(0, 300), st.sampled_from((None, None, 1, 2)), st.integers(0, 19))
def test_what_is_hidden_is_as_if_it_had_never_been_measured(
    lasting_database: Database, rows: list[Row], begin: int, length: int, device: int | None, hidden_at: int
) -> None:
    end = after(begin + length + 1)
    told = [row for row in rows if not (after(begin) <= row.at < end and device in (None, row.device))]
    # one after the other: whoever looks looks at everybody, by their own clock
    hider = a_home(lasting_database)
    clinician = hider.let_in()
    _live(hider, rows, MINUTES[:hidden_at])
    item = hider.hide(device=device, since=after(begin), until=end)
    at_once = hider.seen_by(clinician)
    hider.look(hider.clock.now)
    _live(hider, rows, MINUTES[hidden_at:])
    hidden, journal = hider.seen_by(clinician), hider.journal()
    hider.unhide(item)
    hider.look(hider.clock.now)
    shown_again = hider.seen_by(clinician)

    whole, twin = (_after_all(lasting_database, each) for each in (rows, told))
    assert (at_once, hidden) == ([], twin.seen_by(twin.let_in()))
    assert (journal, shown_again) == (whole.journal(), whole.seen_by(whole.let_in()))


def _after_all(database: Database, rows: Sequence[Row]) -> Home:
    """Somebody else, of whom these were measured, once all is over."""
    home = a_home(database)
    _live(home, rows, MINUTES)
    return home


def test_nothing_rings_again_as_it_is_made_anew(database: Database) -> None:
    home = a_home(database)
    _live(home, LOW, range(8))
    home.hide(device=2)
    home.look(after(8))
    home.look(after(30))
    rings = home.ask("SELECT at > %s, planned_at IS NULL FROM alert_event WHERE shown AND rings", after(8))
    assert {to_be_told for later, to_be_told in rings if not later} == {False}
    assert True in {to_be_told for later, to_be_told in rings if later}


def test_of_what_is_made_anew_nobody_is_told_that_it_was(database: Database) -> None:
    home = a_home(database)
    _live(home, LOW, range(8))
    home.look(after(200))
    home.hide(device=2)
    home.look(after(230))
    ended = home.ask("SELECT shown, planned_at IS NULL FROM alert_event WHERE what = 'resolved'")
    assert set(ended) == {(False, True), (True, False)}


def test_an_alert_is_seen_only_with_a_grant_for_all_that_decided_it(database: Database) -> None:
    home = a_home(database)
    home.keep([*LOW, Row(after(5), 50, after(5) + SECOND, 2, kind=Kind.GLUCOSE_CAPILLARY)])
    home.keep([Row(after(4), 49, after(5) + SECOND, 2, kind=Kind.GLUCOSE_CAPILLARY)])
    home.look(after(6))
    assert home.seen_by(home.let_in())
    assert home.seen_by(home.let_in([Kind.WEIGHT])) == []
    sensor = {rule for _, rule, *_ in home.seen_by(home.let_in([Kind.GLUCOSE_INTERSTITIAL]))}
    assert sensor == {"urgent_low"}


def test_whoever_was_let_in_to_nothing_or_bears_no_ticket_sees_nothing(database: Database) -> None:
    home, other = a_home(database), a_home(database)
    home.keep(LOW)
    home.look(after(6))
    assert home.seen_by(other.let_in()) == []
    home.ask("UPDATE person SET closed_at = now() WHERE number = %s", home.person)
    assert home.seen_by(home.let_in()) == []


def test_alerts_are_made_anew_from_ninety_days_and_no_more(database: Database) -> None:
    begin = NOON - timedelta(days=120)
    home = a_home(database, begin=begin)
    for days in (119, 30, 0):
        early = NOON - timedelta(days=days)
        home.keep([Row(early + (row.at - NOON), row.value, early + (row.received - NOON)) for row in LOW])
        home.look(early + timedelta(hours=5))
    home.hide(device=2)
    home.look(NOON + timedelta(hours=5))
    clinician, person = home.seen_by(home.let_in()), home.journal()
    raised = [at for at, rule, what, _ in person if (rule, what) == ("urgent_low", "raised")]
    seen = [at for at, rule, what, *_ in clinician if (rule, what) == ("urgent_low", "raised")]
    assert [NOON - at > timedelta(days=90) for at in raised] == [True, False, False]
    assert seen == raised[1:]
