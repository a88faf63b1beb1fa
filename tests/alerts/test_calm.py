"""Readings that change nothing: whoever leaps over them tells the same, and stands where they would have stood."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import advance as core
from alerts.advance import Walk, advance, steps
from alerts.alert import Event
from alerts.calm import Calm
from alerts.forecast.foresight import Foresight, foresight
from alerts.forecast.model import GENERAL
from alerts.forecast.replay import NEW, versions
from alerts.history import History, moment
from alerts.leap import leap
from alerts.passing import Lately, passing, records
from alerts.thresholds import Above, Fast, Limit, Silence, Thresholds
from hub.measurements import CONDITION_NUMBER, Condition
from hub.quantities import Kind, Unit
from tests.alerts.making import MINUTE, NOON, Row, after, in_mmol, past, real
from tests.support.examples import so_many
from tests.timeseries.glucose.making import trace

BEGIN = NOON - timedelta(hours=1)
EAGER = replace(foresight(GENERAL, NEW, BEGIN), asked=0.4)
HIGH_ON = Above(Limit(180, Unit.MG_DL), 15)
THRESHOLDS = (
    Thresholds(),
    Thresholds(silence=Silence(60)),
    Thresholds(silence=Silence(60), high=HIGH_ON),
    Thresholds(silence=Silence(60), high=HIGH_ON, fast_fall=Fast(on=True)),
)
FEW = settings(max_examples=so_many(30))

# mostly plain readings, so that there is something to leap over; each oddity now and then
APART = st.sampled_from((5, 5, 5, 5, 5, 1, 15, 19, 21, 34, 39, 46))
VALUES = st.sampled_from((120, 120, 110, 130, 125, 100, 90, 80, 72, 70, 69, 53, 181, 240, 251, 400))
DELAYS = st.sampled_from((0.1,) * 12 + (4, 16, 21, 90))
DEVICES = st.sampled_from((1,) * 15 + (2,))
ODD = st.sampled_from(("",) * 15 + ("capillary", "below_range", "mmol"))


def _row(minute: float, value: float, delay: float, device: int, odd: str) -> Row:
    row = Row(after(minute), value, after(minute + delay), device)
    oddities = {
        "capillary": replace(row, kind=Kind.GLUCOSE_CAPILLARY),
        "below_range": replace(row, condition=CONDITION_NUMBER[Condition.BELOW_RANGE]),
        "mmol": in_mmol([row])[0],
    }
    return oddities.get(odd, row)


def _rows(told: Sequence[tuple[float, float, float, int, str]]) -> list[Row]:
    minutes = accumulate(apart for apart, *_ in told)
    return [_row(minute, *rest) for minute, (_, *rest) in zip(minutes, told, strict=True)]  # type: ignore[arg-type]


STREAMS = st.lists(st.tuples(APART, VALUES, DELAYS, DEVICES, ODD), max_size=40).map(_rows)


def _past(rows: Sequence[Row], thresholds: Thresholds, sights: Sequence[Foresight] = ()) -> History:
    return replace(past(rows, thresholds=[thresholds]), foresights=tuple(sights))


def _looking_at_each(of: History, until: datetime, since: datetime = BEGIN) -> tuple[Walk, list[Event]]:
    """What the same core does where nothing is leapt over."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(core, "_leap", lambda *_: None)
        return advance(Walk(at=since), of, until)


def _in_parts(of: History, stops: Sequence[datetime], since: datetime = BEGIN) -> tuple[Walk, list[Event]]:
    walk, events = Walk(at=since), []
    for stop in stops:
        walk, more = advance(walk, of, stop)
        events += more
    return walk, events


@FEW
@given(STREAMS, st.sampled_from(THRESHOLDS), st.booleans(), st.lists(st.integers(0, 1500), max_size=4))
def test_leaping_over_what_changes_nothing_tells_the_same_and_ends_where_each_was_looked_at(
    rows: list[Row], thresholds: Thresholds, foreseen: bool, cuts: list[int]
) -> None:
    end = max((row.received for row in rows), default=NOON) + timedelta(hours=3)
    of = _past(rows, thresholds, [EAGER] * foreseen)
    assert _in_parts(of, sorted({*map(after, cuts), end})) == _looking_at_each(of, max([end, *map(after, cuts)]))


def test_while_the_steps_before_a_spell_leave_the_day_each_reading_is_looked_at() -> None:
    at = [(0, 120), (1, 120), (6, 120), (11, 69), (16, 69), (21, 69), *((26.5 + 5 * n, 120) for n in range(290))]
    of = _past([_row(minute, value, 0.1, 1, "") for minute, value in at], Thresholds())
    walk, _ = _looking_at_each(of, after(1450))
    assert walk.settle_at is not None  # without the first minute's step the fall counts as lasting 15
    assert _in_parts(of, [after(700), after(1450)])[0] == walk


PLAIN = [_row(5.0 * n, 120, 0.1, 1, "") for n in range(50)]
ODD_ONE = 40
FALLING = [*[130] * 14, 118, 104, 88, 78, 85, 92]
ENDS: dict[str, tuple[list[float], int]] = {
    "it comes no more": ([100] * 20, 55),
    "it comes": ([100, 100, 100, 100, 85, 69, 69, 69, 69, 69], 45),
    "it is foreseen again": ([100, 100, 100, 100, 88, 78, *[100] * 20], 95),
    "nobody hears": ([100, *[0] * 10, *[100] * 20], 65),
}


@pytest.mark.parametrize("what", ENDS)
def test_what_is_foreseen_stays_until_it_comes_or_can_come_no_more(what: str) -> None:
    then, lasts = ENDS[what]
    rows = [_row(5.0 * n, value, 0.1, 1, "") for n, value in enumerate([*FALLING, *then]) if value]
    of = _past(rows, THRESHOLDS[1], [EAGER])
    seen = list(steps(Walk(at=BEGIN), of, rows[-1].received))
    events = [event for _, told in seen for event in told]
    raised, resolved = [event.at for event in events if event.rule == "predicted_low"]
    assert round((resolved - raised) / MINUTE) == lasts
    assert (seen[-1][0], events) == _looking_at_each(of, rows[-1].received)
    assert len(seen) < len(rows) / 2


ODDITIES: dict[str, dict[str, object]] = {
    "a fingerstick": {"kind": Kind.GLUCOSE_CAPILLARY},
    "another sensor's": {"device": 2},
    "another unit's": {"in_mmol": True},
    "what the sensor doubts": {"condition": CONDITION_NUMBER[Condition.SENSOR_FAULT]},
}


def _leapt(rows: Sequence[Row]) -> float:
    """Minutes after noon of the receipt to leap to after thirty readings; a doubted one has its number."""
    calm, of = _calm(PLAIN[:30]), past(rows)
    assert calm is not None
    told = of.glucose[Kind.GLUCOSE_INTERSTITIAL]
    numbers = replace(told, value=np.nan_to_num(told.value, nan=120.0))
    glucose = {**of.glucose, Kind.GLUCOSE_INTERSTITIAL: numbers}
    far = leap(calm, PLAIN[29].received, replace(of, glucose=glucose), after(1000))
    return 0.0 if far is None else (far - NOON) / MINUTE


@pytest.mark.parametrize("what", ODDITIES)
def test_nobody_leaps_over_a_reading_of_another_sort(what: str) -> None:
    odd = replace(PLAIN[ODD_ONE], **ODDITIES[what])  # type: ignore[arg-type]
    assert _leapt(PLAIN) == 5 * 49 + 0.1
    assert 5 * (ODD_ONE - 1) < _leapt([*PLAIN[:ODD_ONE], odd, *PLAIN[ODD_ONE + 1 :]]) < 5 * ODD_ONE + 1


@pytest.mark.parametrize("what", ["another unit's", "what the sensor doubts"])
def test_nobody_leaps_while_the_hour_before_is_not_plain(what: str) -> None:
    odd = replace(PLAIN[20], **ODDITIES[what])  # type: ignore[arg-type]
    assert _leapt([*PLAIN[:20], odd, *PLAIN[21:]]) == 0


def test_what_another_sensor_said_before_does_not_keep_anybody_from_leaping() -> None:
    doubted = CONDITION_NUMBER[Condition.SENSOR_FAULT]
    others = [replace(row, device=2, at=row.at - MINUTE, condition=doubted) for row in PLAIN[:20]]
    assert _leapt([*PLAIN, *others]) == 5 * 49 + 0.1


@pytest.mark.parametrize(("name", "first"), [("cgmq_dexcom", 1500), ("cgmq_libre", 1330)])
def test_on_a_real_trace_few_readings_need_the_rules_and_what_is_told_is_the_same(name: str, first: int) -> None:
    rows, chance = real(name)[first : first + 450], Random(first)
    rows = tuple(replace(row, received=row.received + chance.choice((0,) * 30 + (8, 30)) * MINUTE) for row in rows)
    of = _past(rows, Thresholds(), versions(trace(name)))
    since, until = rows[0].at - MINUTE, max(row.received for row in rows)
    stops = sorted(chance.sample([row.received for row in rows], 12))
    assert _in_parts(of, [*stops, until], since) == _looking_at_each(of, until, since)
    assert len(list(steps(Walk(at=since), of, until))) < len(rows) / 2


# ── Which reading passes ─────────────────────────────────────────────────────────────────────────────────────────────

UNTIL_SILENT = 60
CALM = Calm(NOON, 1, in_mmol=False, least=70, most=250, fresh=UNTIL_SILENT * 60_000_000)


def _passes(minute: float, value: float = 120, received: float | None = None, calm: Calm = CALM) -> bool:
    """Whether a reading at that minute passes, after two hours of 120 up to minute 0, looked at by minute 1."""
    at = [*range(-120, 1, 5), minute]
    heard = [*at[:-1], minute + 0.1 if received is None else received]
    columns = [np.array([round(each * 60e6) for each in column]) for column in (at, heard)]
    said = Lately(np.zeros(26, int), columns[0], np.array([120.0] * 25 + [value]), columns[1], np.arange(26) == 25)
    (passes,) = passing(records(calm), np.array([60_000_000]), said).tolist()
    return bool(passes)


def test_a_plain_reading_in_turn_passes() -> None:
    assert _passes(5)
    assert _passes(5, 70)
    assert _passes(5, 250)
    assert _passes(59.8)
    assert _passes(5, received=25)


def test_what_is_beyond_late_ahead_out_of_turn_or_after_silence_does_not() -> None:
    assert not _passes(5, 69.9)
    assert not _passes(5, 250.1)
    assert not _passes(5, received=25.1)
    assert not _passes(5, received=4.9)
    assert not _passes(0, received=5)
    assert not _passes(0.5, received=1)
    assert not _passes(59.9, received=60)


def test_what_was_taken_after_the_latest_does_not() -> None:
    assert _passes(5, calm=replace(CALM, latest=moment(300_000_000)))
    assert not _passes(5, calm=replace(CALM, latest=moment(299_999_999)))


def test_a_number_is_held_against_bounds_in_its_sensors_unit() -> None:
    assert _passes(5, 70.1, calm=replace(CALM, in_mmol=True, least=3.8, most=13.9))
    assert not _passes(5, 70.1, calm=replace(CALM, in_mmol=True, least=3.9, most=13.9))


def test_a_reading_that_bodes_a_low_does_not() -> None:
    # twice the newest root, less that of five minutes ago
    foreseeing = replace(CALM, weights=(0.0, 2.0, -1.0, *[0.0] * 10), floor=-4.3)
    assert _passes(5, 90, calm=foreseeing)
    assert not _passes(5, 80, calm=foreseeing)
    assert _passes(2.5, 90, calm=foreseeing)
    assert not _passes(2.5, 80, calm=foreseeing)


# ── What ends calm ───────────────────────────────────────────────────────────────────────────────────────────────────


def _calm(rows: Sequence[Row], thresholds: Thresholds = THRESHOLDS[0]) -> Calm | None:
    return advance(Walk(at=BEGIN), _past(rows, thresholds, [EAGER]), rows[-1].received)[0].calm


def test_nothing_is_calm_while_something_goes_on_or_where_a_rule_wants_every_reading() -> None:
    even = [_row(5.0 * n, 120, 0.1, 1, "") for n in range(20)]
    assert _calm(even) is not None
    assert _calm([*even, _row(100, 69, 0.1, 1, "")]) is None
    assert _calm([*even, _row(100, 300, 0.1, 1, "")]) is None
    assert _calm(even, THRESHOLDS[3]) is None
    assert _calm([*even, _row(100, 120, 21, 1, "")]) is None


def test_each_pair_of_neighbouring_readings_is_leapt_over_at_most_once() -> None:
    rows = [_row(5.0 * n, 120, 0.1, 1, "") for n in range(200)]
    seen = [walk.at for walk, _ in steps(Walk(at=BEGIN), _past(rows, Thresholds()), rows[-1].received)]
    assert seen[-1] == rows[-1].received
    assert all(before < then for before, then in pairwise(seen))
    assert len(seen) < 6
