"""Who is told of a ring and when: the chain, its delays, quiet hours, those who rest; pure.

Each ring is planned whole: who has been reached by now is told now, who comes later is told later unless somebody
acknowledges it first, and a newer ring takes the place of an older one that has not been sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.rule import Level


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From and until when somebody is not to be woken by what is not urgent, by the clock of their zone."""

    since: time
    until: time
    zone: ZoneInfo

    def ends_after(self, at: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours it falls into."""
        local = at.astimezone(self.zone)
        clock = local.time()
        over_midnight = self.since > self.until
        if over_midnight and clock >= self.since:
            return self._end(local + timedelta(days=1))
        quiet = clock < self.until if over_midnight else self.since <= clock < self.until
        return self._end(local) if quiet else at

    def _end(self, day: datetime) -> datetime:
        return datetime.combine(day.date(), self.until, self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the chain: told `after` the alert began to ring; `reachable` if an address of theirs works."""

    account: int
    step: int
    after: timedelta
    quiet: QuietHours | None = None
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class Ring:
    """An alert rings: since when it has (`began`), and whether somebody has acknowledged it since (`stopped`).

    `quiet` are accounts that rest; `only`, if any, those whose rest has just ended: nobody else is told.
    """

    at: datetime
    began: datetime
    level: Level
    stopped: datetime | None = None
    quiet: frozenset[int] = frozenset()
    only: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to tell, as which step of the chain, not before when."""

    account: int
    step: int
    not_before: datetime


def escalate(ring: Ring, chain: Sequence[Member]) -> list[Call]:
    """Whom to tell of this ring and when, each once.

    Nobody waits for somebody who cannot be told: while no earlier step has anybody reachable, the next is due at once.
    Once acknowledged, an alert that goes on rings for those it had reached, and for nobody new.
    """
    calls: dict[int, Call] = {}
    for member in sorted(chain, key=lambda each: (each.step, each.account)):
        due = _due(ring, member, chain)
        if member.account in ring.quiet or member.account in calls or due is None:
            continue
        if member.quiet is not None and ring.level is not Level.URGENT:
            due = member.quiet.ends_after(due)
        calls[member.account] = Call(member.account, member.step, due)
    return list(calls.values())


def missed(ring: Ring, over: datetime, chain: Sequence[Member], reached: frozenset[int]) -> list[Call]:
    """Whom to tell, afterwards, of what rang until it was over: whose turn had come, and whom nothing had reached.

    Had nobody been reached, it is the next step's to know too. What is over wakes nobody: no quiet hours are broken.
    """
    hours = {member.account: member.quiet for member in chain}
    able = {member.account for member in chain if member.reachable}
    calls = escalate(ring, [replace(member, quiet=None) for member in chain])
    steps = {call.step for call in calls if call.not_before <= over}
    if not reached:
        steps.add(min((c.step for c in calls if c.step not in steps and c.account in able), default=0))
    return [
        replace(call, not_before=over if (quiet := hours[call.account]) is None else quiet.ends_after(over))
        for call in calls
        if call.step in steps and call.account not in reached
    ]


def _due(ring: Ring, member: Member, chain: Iterable[Member]) -> datetime | None:
    if ring.only:
        return ring.at if member.account in ring.only else None
    waited_for = any(other.reachable and other.step < member.step for other in chain)
    reached = ring.began + (member.after if waited_for else timedelta())
    if ring.stopped is not None and reached > ring.stopped:
        return None
    return max(reached, ring.at)
