"""Thresholds tried on readings there are already: the journal they would have made, and what it was worth.

Replay walks the same way as the watch does, from the same functions, so that what it shows is what would have rung.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from alerts.advance import Walk, advance
from alerts.alert import Event, What
from alerts.history import History
from timeseries.glucose.episodes import Episode, EpisodeKind

DEFINITIONS = {
    "urgent_low": EpisodeKind.HYPO_LEVEL_2,
    "low": EpisodeKind.HYPO_LEVEL_1,
    "long_low_at_night": EpisodeKind.HYPO_LEVEL_1,
    "fast_fall": EpisodeKind.HYPO_LEVEL_1,
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

    `found` and `missed` count episodes of the definition; `other` alerts that met none. `minutes` is the median, of the
    episodes found, from the first alert to the episode's begin: negative when it rang after.
    """

    rule: str
    definition: EpisodeKind
    alerts: int
    rings: int
    alerts_per_day: float
    found: int
    missed: int
    other: int
    minutes: float | None


def replay(history: History, since: datetime, until: datetime) -> list[Event]:
    """The journal of that time, by a hub that begins to watch at `since`."""
    return advance(Walk(at=since), history, until)[1]


def worth(journal: Sequence[Event], episodes: Sequence[Episode], days: float) -> list[Worth]:
    """One row a rule that has a definition, by name; `days` (above 0) is how long the journal is."""
    return [_worth(rule, kind, journal, episodes, days) for rule, kind in sorted(DEFINITIONS.items())]


def _worth(rule: str, kind: EpisodeKind, journal: Sequence[Event], episodes: Sequence[Episode], days: float) -> Worth:
    raised = [event for event in journal if event.rule == rule and event.what is What.RAISED]
    meant = [episode for episode in episodes if episode.kind is kind]
    met = [(episode, [event for event in raised if _about(event, episode)]) for episode in meant]
    firsts = [(episode.since - min(event.at for event in about), about) for episode, about in met if about]
    about_any = {event.alert for _, about in met for event in about}
    return Worth(
        rule=rule,
        definition=kind,
        alerts=len(raised),
        rings=sum(event.rule == rule and event.what.rings for event in journal),
        alerts_per_day=len(raised) / days,
        found=len(firsts),
        missed=len(meant) - len(firsts),
        other=sum(event.alert not in about_any for event in raised),
        minutes=median(early / timedelta(minutes=1) for early, _ in firsts) if firsts else None,
    )


def _about(event: Event, episode: Episode) -> bool:
    return episode.since - AHEAD <= event.at <= episode.until
