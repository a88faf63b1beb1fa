"""When the next turn of an entry comes: one pure function a way of repeating, exact at its borders."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from alerts.prevention.concerned import Span
from alerts.prevention.dates import add_months, birthday, latest
from alerts.prevention.facts import LONGEST, Facts, Past
from alerts.prevention.schedule import Entry, Every, FixedAges, InWindow, Once, Season, Weeks, YearDay

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """`settled`: the day that answers the turns so far; `opens`: when the next is due, None where nothing says.

    `closes`: the day from which it is no longer due. `over`: no turn is to come. `unknown`: a date it needs is missing.
    """

    settled: date | None = None
    opens: date | None = None
    closes: date | None = None
    over: bool = False
    unknown: bool = False


def turn(entry: Entry, facts: Facts, past: Past, span: Span, today: date) -> Turn:
    """The turn of an entry that counts today: the one open, or else the next."""
    done = past.done.get(entry.id, ())
    match entry.how:
        case Once() as how:
            return _once(how, done, span)
        case InWindow():
            return _in_window(done, span)
        case FixedAges() as how:
            return _at_fixed_ages(how, facts, done, span, today)
        case Every() as how:
            return _every(how, past, done, span)
        case Season() as how:
            return _in_season(how, past, done, span, today)
        case Weeks() as how:
            return _in_weeks(how, facts, done, today)


def declined_until(entry: Entry, facts: Facts, span: Span, day: date) -> date | None:
    """Until when a refusal of that day stands: it answers one turn, not all to come. None: as long as the span."""
    match entry.how:
        case Once(ask_again_months=months):
            return add_months(day, months)
        case Every(months=months):
            return add_months(day, months[0])
        case FixedAges() as how:
            told = day + timedelta(days=entry.soon_days)
            return next((on for _, on in _fixed(how, facts, span) if on > told), span.end)
        case Season(begins=begins, ends=ends):
            first, end = next(each for each in _seasons(begins, ends, day.year - 1) if each[1] > day)
            return end if first <= day + timedelta(days=entry.soon_days) else day
        case Weeks() as how:
            return _weeks_refused_until(how, facts.last_period, day)
        case InWindow():
            return span.end


def _once(how: Once, done: tuple[date, ...], span: Span) -> Turn:
    doses = _apart(done, how.least_days)
    if len(doses) >= how.doses:
        return Turn(settled=doses[-1], over=True)
    following = add_months(doses[-1], how.months_apart) if doses else None
    return Turn(opens=latest(span.start, following), closes=span.end)


def _in_window(done: tuple[date, ...], span: Span) -> Turn:
    inside = [day for day in done if _within(day, span)]
    if inside:
        return Turn(settled=inside[-1], over=True)
    return Turn(opens=span.start, closes=span.end)


def _at_fixed_ages(how: FixedAges, facts: Facts, done: tuple[date, ...], span: Span, today: date) -> Turn:
    """The last age reached, unless something stands for it; then the first age that nothing stands for."""
    last = max(done, default=None)
    ages = list(_fixed(how, facts, span))
    reached = [each for each in ages if each[1] <= today][-1:]
    open_ones = reached + [each for each in ages if each[1] > today]
    turns = [on for counts_from, on in open_ones if last is None or last < counts_from]
    if not turns:
        return Turn(settled=last, over=True)
    following = next((on for _, on in ages if on > turns[0]), span.end)
    return Turn(settled=last, opens=turns[0], closes=following)


def _fixed(how: FixedAges, facts: Facts, span: Span) -> Iterator[tuple[date, date]]:
    """Each age's birthday within the span, and the day from which something done stands for it."""
    further = range(how.ages[-1] + how.then_every_years, 131, how.then_every_years) if how.then_every_years else ()
    for age in (*how.ages, *further):
        on = birthday(facts.birth_date, age)
        if _within(on, span):
            yield add_months(on, -how.early_months), on


def _every(how: Every, past: Past, done: tuple[date, ...], span: Span) -> Turn:
    """Some months after the last time, and after whatever else it waits for, but not before the span."""
    times = len(_apart(done, how.least_days))
    own = add_months(done[-1], how.months[min(times, len(how.months)) - 1]) if done else None
    opens, settled = latest(own, _waits(how.after, past), span.start), done[-1] if done else None
    if opens is not None and span.end is not None and opens >= span.end:
        return Turn(settled=settled, over=True)
    return Turn(settled=settled, opens=opens, closes=span.end)


def _in_season(how: Season, past: Past, done: tuple[date, ...], span: Span, today: date) -> Turn:
    """The first season that is not over, overlaps the span, and that nothing done stands for."""
    settled, waits = (done[-1] if done else None), _waits(how.after, past)
    earliest = latest(today, span.start) or today
    for begin, end in _seasons(how.begins, how.ends, earliest.year - 1):
        opens = latest(begin, span.start, waits) or begin
        if span.end is not None and opens >= span.end:
            break
        stood_for = settled is not None and settled >= add_months(begin, -how.early_months)
        if end > earliest and opens < end and not stood_for:
            return Turn(settled=settled, opens=opens, closes=end)
    return Turn(settled=settled, over=True)


def _in_weeks(how: Weeks, facts: Facts, done: tuple[date, ...], today: date) -> Turn:
    """Of this pregnancy only. Without a last period: what was done since its first week could have been."""
    start = facts.last_period
    if start is None:
        recent = [day for day in done if day > today - _left(how)]
        return Turn(settled=recent[-1], over=True) if recent else Turn(unknown=True)
    opens, closes = start + how.from_week * _WEEK, start + how.to_week * _WEEK + _DAY
    if how.begins is not None and how.ends is not None:
        seasons = _seasons(how.begins, how.ends, opens.year - 1)
        begin, end = next((begin, end) for begin, end in seasons if end > opens)
        opens, closes = max(opens, begin), min(closes, end)
    settled = max((day for day in done if day >= start), default=None)
    return Turn(settled=settled, opens=opens, closes=closes, over=settled is not None or max(opens, today) >= closes)


def _weeks_refused_until(how: Weeks, start: date | None, day: date) -> date:
    """Until this pregnancy is over; a refusal before it began says nothing of it."""
    if start is None:
        return day + _left(how)
    return day if day < start else start + LONGEST


def _left(how: Weeks) -> timedelta:
    """The longest a pregnancy may last after the first week an entry is for."""
    return LONGEST - how.from_week * _WEEK


def _seasons(begins: YearDay, ends: YearDay, year: int) -> Iterator[tuple[date, date]]:
    """Every season from the one that begins in `year` on: its first day, and the day after its last."""
    over_new_year = (ends.month, ends.day) < (begins.month, begins.day)
    for each in range(max(year, date.min.year), date.max.year):
        yield begins.of(each), ends.of(each + over_new_year) + _DAY


def _waits(after: Mapping[str, int], past: Past) -> date | None:
    """The day until which an entry waits for what was done of others."""
    lasts = ((past.last_done(other), months) for other, months in after.items())
    return latest(*(add_months(last, months) for last, months in lasts if last is not None))


def _apart(done: tuple[date, ...], least_days: int) -> list[date]:
    """The days that count, each at least so many days after the one counted before."""
    counted: list[date] = []
    for day in done:
        if not counted or (day - counted[-1]).days >= least_days:
            counted.append(day)
    return counted


def _within(day: date, span: Span) -> bool:
    return (span.start is None or span.start <= day) and (span.end is None or day < span.end)
