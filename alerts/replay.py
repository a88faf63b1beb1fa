"""Thresholds tried on readings there are already: the journal they would have made, and what it was worth.

Replay walks the same way as the watch does, from the same functions, so that what it shows is what would have rung.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

import numpy as np

from alerts.advance import Walk, steps
from alerts.alert import Event, What
from alerts.forecast.replay import versions
from alerts.history import NOTHING, History
from alerts.history import history as history_of
from alerts.rule import Subject
from alerts.thresholds import Thresholds
from hub.quantities import UNIT_NUMBER, Kind, Unit
from timeseries.glucose.episodes import Episode, EpisodeKind, episodes
from timeseries.glucose.grid import grid
from timeseries.glucose.one_source import Samples, one_source
from timeseries.glucose.series import GAP, Series, minutes_between

DEFINITIONS = {
    "urgent_low": EpisodeKind.HYPO_LEVEL_2,
    "low": EpisodeKind.HYPO_LEVEL_1,
    "long_low_at_night": EpisodeKind.HYPO_LEVEL_1,
    "fast_fall": EpisodeKind.HYPO_LEVEL_1,
    "predicted_low": EpisodeKind.HYPO_LEVEL_1,
    "high": EpisodeKind.HYPER_LEVEL_1,
    "very_high": EpisodeKind.HYPER_LEVEL_2,
    "prolonged_high": EpisodeKind.HYPER_EXTENDED,
    "fast_rise": EpisodeKind.HYPER_LEVEL_1,
}
"""The episodes of the consensus that each rule is there for (Battelino 2023; timeseries.glucose.episodes)."""

AHEAD = timedelta(minutes=60)
"""How long before an episode an alert may come and still be about it. [own rule]"""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a rule's alerts were worth over so many days.

    `found` and `missed` count episodes of the definition; `other` alerts that met none. `minutes` is the median,
    of the episodes found, from the first alert to the episode's begin: negative when it rang after.
    """

    rule: str
    definition: EpisodeKind
    alerts: int
    rings: int
    alerts_per_day: float
    found: int
    missed: int
    other: int
    other_per_day: float
    minutes: float | None


def replay(
    history: History, since: datetime, until: datetime, progress: Callable[[datetime], None] = lambda _: None
) -> list[Event]:
    """The journal of that time, by a hub that begins to watch at `since`; `progress` hears of each instant."""
    journal: list[Event] = []
    for walk, events in steps(Walk(at=since), history, until):
        journal += events
        progress(walk.at)
    return journal


def tried(history: History, thresholds: Iterable[Thresholds]) -> History:
    """The same readings under those thresholds alone, and with nobody acting: a fair trial of one beside another."""
    return replace(history, thresholds=tuple(thresholds), acts=())


def in_that_time(history: History, since: datetime, until: datetime) -> tuple[list[Episode], float]:
    """The sensor's episodes of that time, and the days it was heard (gaps over 45 minutes left out)."""
    received = history.glucose.get(Kind.GLUCOSE_INTERSTITIAL, NOTHING)
    series = one_source(received, history.subject.zone).between(since, until)
    apart = minutes_between(series.distinct().at)
    slots = grid(series) if len(series) else None
    return ([] if slots is None else episodes(slots)), float(apart[apart <= GAP].sum()) / 1440


def of_series(series: Series, subject: Subject, thresholds: Iterable[Thresholds] = ()) -> History:
    """The history of a sensor's readings, each received as it was taken, with the forecast learnt on the way."""
    return replace(sensed(series, subject, thresholds), foresights=tuple(versions(series.distinct())))


def sensed(series: Series, subject: Subject, thresholds: Iterable[Thresholds] = ()) -> History:
    """The same without a forecast, which takes seconds to learn."""
    told = series.distinct()
    at = told.at.astype(np.int64)
    unit = np.where(told.in_mmol, UNIT_NUMBER[Unit.MMOL_L], UNIT_NUMBER[Unit.MG_DL]).astype(np.int16)
    samples = Samples(
        at=at,
        value=told.values,
        raw_value=told.levels.numbers,
        raw_unit=unit,
        condition=np.zeros(len(at), np.int16),
        device=np.zeros(len(at), np.int32),
        received=at,
        key=np.array([f"{each:016x}" for each in at.tolist()], "S16"),
    )
    return history_of(subject, thresholds, {Kind.GLUCOSE_INTERSTITIAL: samples})


def worth(journal: Sequence[Event], there: Sequence[Episode], days: float) -> list[Worth]:
    """One row a rule that has a definition, by name; `days` (above 0) is how long the journal is."""
    return [_worth(rule, kind, journal, there, days) for rule, kind in sorted(DEFINITIONS.items())]


def _worth(rule: str, kind: EpisodeKind, journal: Sequence[Event], there: Sequence[Episode], days: float) -> Worth:
    raised = [event for event in journal if event.rule == rule and event.what is What.RAISED]
    meant = [episode for episode in there if episode.kind is kind]
    met = [(episode, [event for event in raised if _about(event, episode)]) for episode in meant]
    firsts = [(episode.since - min(event.at for event in about), about) for episode, about in met if about]
    about_any = {event.alert for _, about in met for event in about}
    other = sum(event.alert not in about_any for event in raised)
    return Worth(
        rule=rule,
        definition=kind,
        alerts=len(raised),
        rings=sum(event.rule == rule and event.what.rings for event in journal),
        alerts_per_day=len(raised) / days,
        found=len(firsts),
        missed=len(meant) - len(firsts),
        other=other,
        other_per_day=other / days,
        minutes=median(early / timedelta(minutes=1) for early, _ in firsts) if firsts else None,
    )


def _about(event: Event, episode: Episode) -> bool:
    return episode.since - AHEAD <= event.at <= episode.until
