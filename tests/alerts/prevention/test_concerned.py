"""Whom an entry concerns, where several of its lines speak of one person."""

from datetime import date

from alerts.prevention import Condition, Facts
from alerts.prevention.concerned import Span, concerned
from alerts.prevention.schedule import Who
from hub.records import Sex
from tests.alerts.prevention.making import man

TODAY = date(2026, 11, 22)
SEVENTY = date(1956, 1, 1)


def test_a_line_for_everybody_makes_sure_what_a_line_for_women_leaves_open() -> None:
    lines = (Who(from_age=30, sex=Sex.FEMALE), Who(from_age=65))
    assert concerned(lines, Facts(SEVENTY, Sex.UNKNOWN), TODAY) == Span(date(2021, 1, 1), None, date(2021, 1, 1))


def test_lines_that_touch_are_one_span_and_what_lies_apart_is_the_next() -> None:
    touching = (Who(from_age=60, to_age=69), Who(from_age=70, to_age=74))
    assert concerned(touching, man(born=SEVENTY), TODAY) == Span(date(2016, 1, 1), date(2031, 1, 1), date(2016, 1, 1))
    apart = (Who(from_age=60, to_age=65), Who(from_age=72, to_age=74))
    assert concerned(apart, man(born=SEVENTY), TODAY) == Span(date(2028, 1, 1), date(2031, 1, 1), date(2028, 1, 1))


def test_a_span_that_is_over_is_none() -> None:
    assert concerned((Who(to_age=69),), man(born=SEVENTY), TODAY) is None


def test_since_is_known_where_age_alone_decides_and_not_where_a_condition_does() -> None:
    lines = (Who(from_age=65), Who(from_age=18, any_of=(Condition.DIABETES,)))
    found = concerned(lines, man(Condition.DIABETES, born=SEVENTY), TODAY)
    assert found == Span(date(1974, 1, 1), None, date(2021, 1, 1))
