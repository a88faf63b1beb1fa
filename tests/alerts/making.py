"""People, readings and journals to try alerts on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from alerts.advance import Walk, advance
from alerts.alert import Act, Event, What
from alerts.history import Heard, History, history
from alerts.rule import Subject, Weighed
from alerts.thresholds import Thresholds
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, UNIT_NUMBER, Kind, Unit
from tests.timeseries.glucose.making import trace
from timeseries.glucose.one_source import Samples

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
"""Noon in Paris, a Monday."""

SUBJECT = Subject(PARIS, date(1970, 3, 1))
MINUTE = timedelta(minutes=1)
RECEIVED = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Row:
    """One stored glucose record, mg/dL; received five seconds after it was taken unless it says otherwise."""

    at: datetime
    value: float
    received: datetime
    device: int = 1
    in_mmol: bool = False
    kind: Kind = Kind.GLUCOSE_INTERSTITIAL
    condition: int = 0

    @property
    def key(self) -> bytes:
        """What identifies it: the value is part of it, so that a correction is another record."""
        return f"{self.device:02}{self.at.timestamp():.0f}{self.value:.0f}".encode()[:16]


def after(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def row(minute: float, value: float, *, received: float | None = None, device: int = 1) -> Row:
    """mg/dL so many minutes after noon, received at that minute (five seconds later if none is given)."""
    at = after(minute)
    return Row(at, value, at + RECEIVED if received is None else after(received), device)


def every(step: float, values: Sequence[float], start: float = 0, device: int = 1) -> list[Row]:
    """mg/dL every `step` minutes from `start` minutes after noon."""
    return [row(start + step * n, value, device=device) for n, value in enumerate(values)]


def in_mmol(rows: Iterable[Row]) -> list[Row]:
    """The same numbers, taken as mmol/L of a sensor that speaks it."""
    return [replace(each, value=each.value * GLUCOSE_MG_DL_PER_MMOL_L, in_mmol=True) for each in rows]


def samples(rows: Sequence[Row]) -> Samples:
    """The columns of these records."""

    def us(at: datetime) -> int:
        return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)

    said = [each.value / GLUCOSE_MG_DL_PER_MMOL_L if each.in_mmol else each.value for each in rows]
    return Samples(
        at=np.array([us(each.at) for each in rows], np.int64),
        value=np.array([np.nan if each.condition else each.value for each in rows], float),
        raw_value=np.array(said, float),
        raw_unit=np.array([UNIT_NUMBER[Unit.MMOL_L if each.in_mmol else Unit.MG_DL] for each in rows], np.int16),
        condition=np.array([each.condition for each in rows], np.int16),
        device=np.array([each.device for each in rows], np.int32),
        received=np.array([us(each.received) for each in rows], np.int64),
        key=np.array([each.key for each in rows], "S16"),
    )


def past(
    rows: Sequence[Row] = (),
    *,
    thresholds: Iterable[Thresholds] = (),
    weighings: Iterable[Weighed] = (),
    heard: Iterable[Heard] = (),
    acts: Iterable[Act] = (),
    subject: Subject = SUBJECT,
) -> History:
    """A history of these."""
    kinds = {each.kind for each in rows}
    glucose: Mapping[Kind, Samples] = {kind: samples([r for r in rows if r.kind is kind]) for kind in kinds}
    return history(subject, thresholds, glucose, weighings, heard, acts)


def journal(of: History, until: datetime, since: datetime = NOON - timedelta(hours=1)) -> list[Event]:
    """What is told from an hour before noon on."""
    return advance(Walk(at=since), of, until)[1]


def told(events: Iterable[Event], rule: str) -> list[tuple[What, float]]:
    """What is told of a rule, and at which minute after noon."""
    return [(event.what, (event.at - NOON) / MINUTE) for event in events if event.rule == rule]


def weighed(day: float, kg: float | None, *, attribution: int | None = None, late: float = 0) -> Weighed:
    """A weighing so many days after noon, received `late` days after."""
    at = NOON + timedelta(days=day)
    received = at + RECEIVED + timedelta(days=late)
    return Weighed(at, received, kg, 9, f"{day}{kg}{attribution}".encode(), attribution)


@cache
def real(name: str) -> tuple[Row, ...]:
    """A real trace, each reading received five seconds after it was taken."""
    series = trace(name)
    instants = [at.replace(tzinfo=UTC) for at in series.at.tolist()]
    return tuple(Row(at, value, at + RECEIVED) for at, value in zip(instants, series.values.tolist(), strict=True))
