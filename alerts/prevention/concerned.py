"""Whom an entry concerns, and between which days of their life."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from alerts.prevention.dates import birthday
from alerts.prevention.facts import Facts
from alerts.prevention.schedule import Who
from hub.records import Sex


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to but not including `end`; None where no age bounds it.

    `since`: from when age alone makes it so, None where a condition or a weight does, whose beginning is not known.
    `sure` is false where the record does not say a sex that decides.
    """

    start: date | None
    end: date | None
    since: date | None = None
    sure: bool = True


def concerned(anyone: Iterable[Who], facts: Facts, today: date) -> Span | None:
    """The span that holds today, or else the next to come; None if there is none. Ages of several meet in one span.

    A sex that is other or unknown makes the span unsure, never a no: they may need the screening.
    """
    spans = [_span(who, facts) for who in anyone if _matches(who, facts)]
    sure = _ahead([span for span in spans if span.sure], today)
    return next(iter(sure or _ahead(spans, today)), None)


def _ahead(spans: list[Span], today: date) -> list[Span]:
    """Spans that are not over, earliest first, those that touch as one."""
    return [span for span in _joined(spans) if span.end is None or span.end > today]


def _span(who: Who, facts: Facts) -> Span:
    start = None if who.from_age is None else birthday(facts.birth_date, who.from_age)
    end = None if who.to_age is None else birthday(facts.birth_date, who.to_age + 1)
    by_age_alone = not (who.any_of or who.all_of) and who.bmi_from is None and who.bmi_over is None
    return Span(start, end, start if by_age_alone else None, who.sex is None or who.sex == facts.sex)


def _matches(who: Who, facts: Facts) -> bool:
    of_sex = who.sex is None or facts.sex in (who.sex, Sex.OTHER, Sex.UNKNOWN)
    any_of = not who.any_of or not facts.conditions.isdisjoint(who.any_of)
    none_of = facts.conditions.isdisjoint(who.none_of)
    return of_sex and any_of and none_of and facts.conditions.issuperset(who.all_of) and _heavy(who, facts.bmi)


def _heavy(who: Who, bmi: float | None) -> bool:
    """A BMI that is not known is not over a bound."""
    if who.bmi_from is None and who.bmi_over is None:
        return True
    at_least = who.bmi_from is None or (bmi is not None and bmi >= who.bmi_from)
    over = who.bmi_over is None or (bmi is not None and bmi > who.bmi_over)
    return at_least and over


def _joined(spans: list[Span]) -> list[Span]:
    """Spans that touch or overlap as one, earliest first."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start or date.min):
        last = joined[-1] if joined else None
        if last is not None and (last.end is None or (span.start or date.min) <= last.end):
            end = None if last.end is None or span.end is None else max(last.end, span.end)
            since = min((day for day in (last.since, span.since) if day is not None), default=None)
            joined[-1] = Span(last.start, end, since, last.sure and span.sure)
        else:
            joined.append(span)
    return joined
