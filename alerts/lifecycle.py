"""What becomes of findings: one alert an episode, raised, repeated, acknowledged, snoozed, resolved; a pure step.

Each rule has its own alert, and what people do names one alert: acknowledging one never quiets another, nor the next
episode of the same rule. A finding already old when it came is never raised; once over it is told retrospectively.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.alert import MOST_SNOOZE, Act, Alert, Doing, Event, Snooze, What
from alerts.rule import Ended, Finding, Level

REMEMBERED = timedelta(days=14)
"""How far back an episode is still told: the period of the figures (Battelino 2019). Older ones move trends only."""


@dataclass(frozen=True, slots=True)
class Told:
    """An episode the journal already has, so that no part of it is told again."""

    rule: str
    since: datetime
    until: datetime

    def shares(self, found: Finding) -> bool:
        """True if that finding is, in part, the same episode."""
        return self.rule == found.rule and found.since <= self.until and (found.until or found.last) >= self.since


@dataclass(frozen=True, slots=True)
class State:
    """All that is remembered of a person between two instants: the newest alert of each rule, and what was told.

    `pending`: what holds, of each rule, and has not held long enough.
    """

    alerts: tuple[Alert, ...] = ()
    told: tuple[Told, ...] = ()
    pending: tuple[Finding, ...] = ()

    def alert_of(self, rule: str) -> Alert | None:
        """The newest alert of that rule."""
        return next((alert for alert in self.alerts if alert.rule == rule), None)

    def knows(self, found: Finding) -> bool:
        """True if the journal has any part of that episode."""
        alert = self.alert_of(found.rule)
        ongoing = alert is not None and alert.is_open and (found.until or found.last) >= alert.since
        return ongoing or any(told.shares(found) for told in self.told)

    @property
    def due(self) -> datetime | None:
        """When the next alert rings."""
        return min((due for alert in self.alerts if (due := alert.due) is not None), default=None)


Stepped = tuple[State, tuple[Event, ...]]


def step(state: State, now: datetime, found: Mapping[str, tuple[Finding, ...]], acts: Iterable[Act] = ()) -> Stepped:
    """What these findings (of each rule that was looked at) and acts change, and what the journal says of it.

    First the findings, so that who acts finds the alert; then acts; then what is due to ring, unless just quieted.
    """
    events: list[Event] = []
    if found:
        kept = tuple(told for told in state.told if now - told.until <= REMEMBERED + timedelta(days=1))
        state = replace(state, told=kept)
    for rule in sorted(found):
        state, told = _judge(state, now, rule, found[rule])
        events += told
    for act in sorted(acts):
        state, told = _act(state, act)
        events += told
    for alert in state.alerts:
        if (due := alert.due) is not None and due <= now:
            rung, event = _ring(alert, now)
            state, events = _put(state, rung), [*events, event]
    return state, tuple(events)


def look_back(state: State, now: datetime, found: Iterable[Finding]) -> Stepped:
    """Tell of ended episodes that never rang, because their readings came late: one entry each, and nothing rings."""
    events: list[Event] = []
    for finding in sorted(found, key=lambda f: (f.since, f.rule, f.evidence[0].device if f.evidence else 0)):
        if finding.until is None or state.knows(finding) or now - finding.until > REMEMBERED:
            continue
        state = replace(state, told=(*state.told, Told(finding.rule, finding.since, finding.until)))
        events.append(_event(What.RETROSPECTIVE, now, _key(finding, finding.since), finding))
    return state, tuple(events)


def _judge(state: State, now: datetime, rule: str, found: tuple[Finding, ...]) -> Stepped:
    """One rule's findings against its alert."""
    going = [finding for finding in found if finding.until is None]
    holding = [finding for finding in going if finding.held]
    pending = [finding for finding in going if not finding.held][:1]
    if pending or state.pending:
        state = replace(state, pending=(*(each for each in state.pending if each.rule != rule), *pending))
    alert = state.alert_of(rule)
    if alert is not None and alert.is_open:
        return _go_on(state, now, alert, holding) if holding else _resolve(state, now, alert, found)
    news = [finding for finding in holding if now - finding.last <= finding.live]
    if not news:
        return state, ()
    return _raise(state, now, alert, _worst(news))


def _raise(state: State, now: datetime, before: Alert | None, found: Finding) -> Stepped:
    """A new alert; or the last one again, when later readings show that its episode was not over."""
    if before is not None and found.since <= before.last:
        again = replace(
            before, resolved_at=None, until=None, rang_at=now, last=found.last, level=_worse(before, found),
            because=found.because, snoozes=(),
        )  # fmt: skip
        return _put(state, again), (_event(What.REOPENED, now, before.key, found),)
    alert = Alert(
        key=_key(found, now),
        rule=found.rule,
        level=found.level,
        since=found.since,
        last=found.last,
        raised_at=now,
        rang_at=now,
        because=found.because,
        pace=found.pace,
    )
    return _put(state, alert), (_event(What.RAISED, now, alert.key, found),)


def _go_on(state: State, now: datetime, alert: Alert, holding: list[Finding]) -> Stepped:
    """The same episode: nothing to say, unless it presses more than before; then nobody has acknowledged that."""
    worst = _worst(holding)
    seen = replace(alert, last=max(alert.last, *(finding.last for finding in holding)))
    if not worst.level.worse_than(alert.level):
        return _put(state, seen), ()
    worse = replace(
        seen, level=worst.level, because=worst.because, pace=worst.pace, rang_at=now, snoozes=(),
        acknowledged_at=None, acknowledged_by=None,
    )  # fmt: skip
    return _put(state, worse), (_event(What.WORSENED, now, alert.key, worst),)


def _resolve(state: State, now: datetime, alert: Alert, found: tuple[Finding, ...]) -> Stepped:
    """Over: back, lost, or no longer what the record says."""
    ends = [f for f in found if f.until is not None and f.until >= alert.since and f.since <= alert.last]
    end = max(ends, key=lambda f: (f.until or f.last, f.since), default=None)
    until = now if end is None or end.until is None else end.until
    ended = Ended.BACK if end is None or end.ended is None else end.ended
    resolved = replace(alert, resolved_at=now, until=until, snoozes=())
    told = (*state.told, Told(alert.rule, alert.since, max(until, alert.last)))
    event = _of_alert(What.RESOLVED, now, alert)
    return replace(_put(state, resolved), told=told), (replace(event, until=until, ended=ended),)


def _act(state: State, act: Act) -> Stepped:
    """What somebody did; an act on an alert that is over, or gone, quiets nothing."""
    alert = next((alert for alert in state.alerts if alert.key == act.alert), None)
    if alert is None or not alert.is_open:
        return state, ()
    if act.doing is Doing.ACKNOWLEDGE:
        if alert.acknowledged_at is not None:
            return state, ()
        done = replace(alert, acknowledged_at=act.at, acknowledged_by=act.by, rang_at=act.at)
        return _put(state, done), (replace(_of_alert(What.ACKNOWLEDGED, act.at, alert), by=act.by),)
    until = min(act.until, act.at + MOST_SNOOZE[alert.level])
    others = tuple(snooze for snooze in alert.snoozes if snooze.by != act.by)
    done = replace(alert, snoozes=(*others, Snooze(act.by, until)))
    return _put(state, done), (replace(_of_alert(What.SNOOZED, act.at, alert), by=act.by, until=until),)


def _ring(alert: Alert, now: datetime) -> tuple[Alert, Event]:
    """It rings: for all who do not rest, or only for those whose snooze has just ended."""
    for_all = alert.next_for_all is not None and alert.next_for_all <= now
    rested = tuple(sorted(snooze.by for snooze in alert.snoozes if snooze.until <= now))
    rung = alert.without_ended(now)
    event = _of_alert(What.RANG, now, alert)
    if not for_all:
        return rung, replace(event, only=rested)
    return replace(rung, rang_at=now), replace(event, quiet=tuple(sorted(snooze.by for snooze in rung.snoozes)))


def _put(state: State, alert: Alert) -> State:
    others = [other for other in state.alerts if other.rule != alert.rule]
    return replace(state, alerts=tuple(sorted([*others, alert], key=lambda each: each.rule)))


def _worst(found: list[Finding]) -> Finding:
    """The most pressing, then the one that began first."""
    worst = found[0]
    for finding in sorted(found, key=lambda f: f.since):
        if finding.level.worse_than(worst.level) or (finding.level is worst.level and finding.since < worst.since):
            worst = finding
    return worst


def _worse(alert: Alert, found: Finding) -> Level:
    return found.level if found.level.worse_than(alert.level) else alert.level


def _key(found: Finding, at: datetime) -> str:
    return f"{found.rule}@{at.isoformat()}"


def _event(what: What, now: datetime, key: str, found: Finding) -> Event:
    return Event(
        at=now,
        what=what,
        alert=key,
        rule=found.rule,
        level=found.level,
        since=found.since,
        because=found.because,
        evidence=found.evidence,
        until=found.until,
        ended=found.ended,
    )


def _of_alert(what: What, now: datetime, alert: Alert) -> Event:
    return Event(
        at=now, what=what, alert=alert.key, rule=alert.rule, level=alert.level, since=alert.since, because=alert.because
    )
