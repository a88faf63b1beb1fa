"""All that was ever received of a person, and what of it was known at an instant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from alerts.alert import Act
from alerts.forecast.foresight import Foresight
from alerts.forecast.foresight import in_force as foresight_in_force
from alerts.rule import Known, Source, Subject, Trace, Weighed
from alerts.thresholds import Thresholds, in_force
from hub.quantities import Kind
from timeseries.glucose.one_source import Integers, Samples, one_source
from timeseries.glucose.steps import usual_step
from timeseries.glucose.tally import Tally, tally_by_day
from timeseries.local_time import date_of, start_of_day

DAY_BACK = timedelta(days=1)
"""How far back glucose is judged for an alert."""

WEIGHT_BACK = timedelta(days=200)
"""Six months and the slack of the trend's own change (timeseries.weight.change)."""

TALLY_DAYS = 16
"""Whole local days handed to rules: fourteen, as they end on each of three days."""

_COLUMNS = tuple(field.name for field in fields(Samples))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Heard:
    """A sign of life of that source."""

    at: datetime
    source: Source


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What came of one person, by when it was received; each reading once (see `history`).

    `received` must be when the row could be seen: whoever reads a row that was committed late lifts it to the instant
    of reading, or it would be known at once and looked at with the next only. `taken_out`: when a reading left the
    record again.
    """

    subject: Subject
    thresholds: tuple[Thresholds, ...]
    glucose: Mapping[Kind, Samples]
    weighings: tuple[Weighed, ...]
    heard: tuple[Heard, ...]
    acts: tuple[Act, ...]
    taken_out: tuple[datetime, ...] = ()
    foresights: tuple[Foresight, ...] = ()

    def known(self, now: datetime, back: timedelta = DAY_BACK) -> Known:
        """What was known at that instant, glucose as far back as that."""
        return Known(
            now=now,
            subject=self.subject,
            thresholds=in_force(self.thresholds, now),
            traces=tuple(trace for kind in sorted(self.glucose) for trace in self._traces(kind, now, back)),
            newest=self._newest(now),
            arrived=self._arrived(now),
            weighings=tuple(w for w in self.weighings if w.received_at <= now and now - w.taken_at <= WEIGHT_BACK),
            heard={heard.source: heard.at for heard in self.heard if heard.at <= now},
            tallies=lambda: self._tallies(now),
            foresight=foresight_in_force(self.foresights, now),
        )

    def receipts(self, after: datetime) -> datetime | None:
        """When the first glucose after that instant was received; None when nothing more was."""
        firsts = (_first(samples.received, us(after)) for samples in self.glucose.values())
        return min((first for first in firsts if first is not None), default=None)

    def arriving(self, now: datetime) -> list[datetime]:
        """When the glucose received at exactly that instant was taken."""
        found: list[datetime] = []
        for samples in self.glucose.values():
            first, after = np.searchsorted(samples.received, (us(now), us(now) + 1))
            found += [moment(at) for at in samples.at[first:after].tolist()]
        return found

    def _traces(self, kind: Kind, now: datetime, back: timedelta) -> list[Trace]:
        samples = self._until(kind, now)
        recent = _chosen(samples, samples.at >= us(now - back))
        devices = np.unique(recent.device).tolist()
        own = [recent] if len(devices) == 1 else [_chosen(recent, recent.device == device) for device in devices]
        told = [one_source(each, self.subject.zone) for each in own]
        return [Trace(device, kind, s, s.levels, usual_step(s)) for device, s in zip(devices, told, strict=True)]

    def _newest(self, now: datetime) -> datetime | None:
        """Of those that came within a day: an import of old ones is no sign of a sensor that is worn. [own rule]"""
        samples = self._until(Kind.GLUCOSE_INTERSTITIAL, now)
        at = samples.at[samples.received - samples.at <= DAY_BACK // _MICROSECOND]
        return moment(int(at.max())) if len(at) else None

    def _arrived(self, now: datetime) -> datetime | None:
        received = self._until(Kind.GLUCOSE_INTERSTITIAL, now).received
        return moment(int(received[-1])) if len(received) else None

    def _tallies(self, now: datetime) -> Mapping[date, Tally]:
        """Of the whole local days before the one at `now`."""
        zone = self.subject.zone
        today = (now.astimezone(zone).date() - date_of(0)).days
        since, until = (us(start_of_day(day, zone)) for day in (today - TALLY_DAYS, today))
        samples = self._until(Kind.GLUCOSE_INTERSTITIAL, now)
        recent = _chosen(samples, (samples.at >= since) & (samples.at < until))
        return {date_of(day): told for day, told in tally_by_day(one_source(recent, zone)).items()}

    def _until(self, kind: Kind, now: datetime) -> Samples:
        samples = self.glucose.get(kind, NOTHING)
        return _chosen(samples, slice(int(np.searchsorted(samples.received, us(now), side="right"))))


def history(
    subject: Subject,
    thresholds: Iterable[Thresholds] = (),
    glucose: Mapping[Kind, Samples] | None = None,
    weighings: Iterable[Weighed] = (),
    heard: Iterable[Heard] = (),
    acts: Iterable[Act] = (),
    taken_out: Iterable[datetime] = (),
    foresights: Iterable[Foresight] = (),
) -> History:
    """The history of these, in whatever order and however often they come: of one key the first received counts."""
    return History(
        subject=subject,
        thresholds=tuple(thresholds),
        glucose={kind: _in_order(samples) for kind, samples in (glucose or {}).items()},
        weighings=_once(weighings),
        heard=tuple(sorted(set(heard))),
        acts=tuple(sorted(set(acts))),
        taken_out=tuple(sorted(set(taken_out))),
        foresights=tuple(foresights),
    )


def _once(weighings: Iterable[Weighed]) -> tuple[Weighed, ...]:
    first: dict[bytes, Weighed] = {}
    for weighed in sorted(weighings, key=lambda w: (w.received_at, w.key)):
        first.setdefault(weighed.key, weighed)
    return tuple(first.values())


def _in_order(samples: Samples) -> Samples:
    by_receipt = _chosen(samples, np.lexsort((samples.key, samples.received)))
    first = np.unique(by_receipt.key, return_index=True)[1]
    return _chosen(by_receipt, np.sort(first))


def _chosen(samples: Samples, chosen: Integers | NDArray[np.bool_] | slice) -> Samples:
    return Samples(*(getattr(samples, name)[chosen] for name in _COLUMNS))


def _first(received: Integers, after: int) -> datetime | None:
    place = int(np.searchsorted(received, after, side="right"))
    return moment(int(received[place])) if place < len(received) else None


def us(of: datetime) -> int:
    """Microseconds since 1970."""
    return (of - _EPOCH) // _MICROSECOND


def moment(us: int) -> datetime:
    """When that was."""
    return _EPOCH + us * _MICROSECOND


NOTHING = Samples(
    at=np.empty(0, np.int64),
    value=np.empty(0),
    raw_value=np.empty(0),
    raw_unit=np.empty(0, np.int16),
    condition=np.empty(0, np.int16),
    device=np.empty(0, np.int32),
    received=np.empty(0, np.int64),
    key=np.empty(0, "S16"),
)
"""No records."""
