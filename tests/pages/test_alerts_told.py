"""Alerts in words: their order, what may be done, and for how long one may rest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import MOST_SNOOZE, AlertState
from alerts.rule import Because, Level, Number
from hub.quantities import Kind
from ingest_api.alerts import Burden, Seen
from ingest_api.pages.preferences import GlucoseUnit, Preferences
from ingest_api.pages.views.alerts import alerts_told, burden_told, pressing, rest_asked
from ingest_api.pages.visitor import Guest
from ingest_api.pages.words import Language
from tests.timeseries.glucose.making import PARIS

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
READER = Guest(Preferences())
LECTEUR = Guest(Preferences(Language.FR, GlucoseUnit.MMOL_L))
LOW = Seen(
    uuid4(), uuid4(), 1, "low@1", "low", (Kind.GLUCOSE_INTERSTITIAL,), Level.WARNING, AlertState.RAISED,
    Because("low", (Number("value", 61, "mg/dL"),)), (), NOW - timedelta(minutes=20), None, NOW,
    NOW - timedelta(minutes=10), None, None, None, None, None, True,
)  # fmt: skip


def test_the_most_pressing_comes_first_and_what_is_in_hand_last() -> None:
    urgent, notice = replace(LOW, level=Level.URGENT), replace(LOW, level=Level.NOTICE)
    in_hand = replace(urgent, state=AlertState.ACKNOWLEDGED, acknowledged_at=NOW)
    over = replace(urgent, state=AlertState.RESOLVED)
    for seen in permutations([in_hand, over, notice, LOW, urgent]):
        assert pressing(seen) == [urgent, LOW, notice, in_hand]


@given(st.sampled_from(Level))
def test_no_rest_is_offered_that_is_longer_than_the_alert_allows(level: Level) -> None:
    (told,) = alerts_told([replace(LOW, level=level)], READER, PARIS, NOW)
    assert told.rests
    assert [rest for rest in told.rests if timedelta(minutes=rest.minutes) > MOST_SNOOZE[level]] == []
    assert [rest_asked(str(rest.minutes), NOW) for rest in told.rests] == [
        NOW + timedelta(minutes=rest.minutes) for rest in told.rests
    ]


@pytest.mark.parametrize(
    "seen",
    [
        replace(LOW, acts=False),
        replace(LOW, state=AlertState.RESOLVED, resolved_at=NOW),
        replace(LOW, state=AlertState.ACKNOWLEDGED, acknowledged_at=NOW, acknowledged_by="Jeanne"),
    ],
)
def test_nothing_is_offered_to_whoever_may_do_nothing_or_need_not(seen: Seen) -> None:
    (told,) = alerts_told([seen], READER, PARIS, NOW)
    assert (told.acknowledges, told.rests) == (False, ())


def test_why_and_since_when_are_told_in_the_readers_words_and_unit() -> None:
    (told,) = alerts_told([LOW], LECTEUR, PARIS, NOW)
    assert (told.title, told.level_word) == ("Glucose bas", "Attention")
    assert told.when == "Depuis dim. 22 nov. 2026 14:40, il y a 20 min"
    assert told.state_word == "personne ne l’a prise en charge"


def test_who_acknowledged_is_told_by_name_and_a_record_is_no_name() -> None:
    by = [replace(LOW, state=AlertState.ACKNOWLEDGED, acknowledged_at=NOW, acknowledged_by=name)
          for name in ("Jeanne", str(LOW.person), str(uuid4()), None)]  # fmt: skip
    assert [told.state_word for told in alerts_told(by, READER, PARIS, NOW)] == [
        "taken in hand by Jeanne, Sun 22 Nov 2026 15:00",
        "taken in hand by the person, Sun 22 Nov 2026 15:00",
        "taken in hand by another person, Sun 22 Nov 2026 15:00",
        "taken in hand by somebody who has left, Sun 22 Nov 2026 15:00",
    ]


def test_what_alerts_asked_of_people_is_told_by_rule_and_not_at_all_where_there_were_none() -> None:
    total, low = Burden(None, 3, 9, 100 / 3, 4.2), Burden("low", 3, 9, 0.0, None)
    assert [(row.rule, row.rings, row.acknowledged) for row in burden_told([total, low], READER)] == [
        ("All", "9", "33%, within 4 min"), ("Low glucose", "9", "0%"),
    ]  # fmt: skip
    assert burden_told([Burden(None, 0, 0, None, None)], READER) == []
