"""What is due, and when: each schedule at its borders."""

from datetime import date, timedelta

import pytest

from alerts.prevention import Condition, Facts, State
from hub.records import Sex
from tests.alerts.prevention.making import BORN, DAY, concerned, declined, done, item, man, state, woman

TODAY = date(2026, 11, 22)


def test_the_check_up_is_due_from_the_birthday_and_soon_sixty_days_before() -> None:
    person = man(born=date(2008, 11, 22))
    assert state("bilan-18-25", person, TODAY) is State.DUE
    assert state("bilan-18-25", person, TODAY - DAY) is State.SOON
    assert state("bilan-18-25", person, TODAY - 60 * DAY) is State.SOON
    assert state("bilan-18-25", person, TODAY - 61 * DAY) is State.NOT_YET


def test_the_check_up_ends_on_the_eve_of_the_26th_birthday() -> None:
    person = man(born=date(2000, 11, 23))
    assert item("bilan-18-25", person, TODAY).until == TODAY
    assert "bilan-18-25" not in concerned(person, TODAY + DAY)


def test_somebody_born_on_29_february_is_18_on_1_march_of_a_common_year() -> None:
    person = man(born=date(2008, 2, 29))
    assert state("bilan-18-25", person, date(2026, 2, 28)) is State.SOON
    assert state("bilan-18-25", person, date(2026, 3, 1)) is State.DUE


def test_one_check_up_a_window_and_another_in_the_next() -> None:
    person, at_45, at_60 = man(), date(2021, 6, 15), date(2036, 6, 15)
    assert state("bilan-45-50", person, at_45 + DAY, done("bilan-45-50", at_45)) is State.DONE
    assert state("bilan-60-65", person, at_60, done("bilan-45-50", at_45)) is State.DUE


def test_a_check_up_before_the_window_does_not_count_for_it() -> None:
    person = man(born=date(1980, 1, 1))
    assert state("bilan-45-50", person, TODAY, done("bilan-45-50", date(2024, 12, 31))) is State.DUE
    assert state("bilan-45-50", person, TODAY, done("bilan-45-50", date(2025, 1, 1))) is State.DONE


def test_mammography_is_due_two_years_after_the_last_to_the_day() -> None:
    last = done("mammography", date(2024, 11, 23))
    person = woman(born=date(1970, 1, 1))
    assert state("mammography", person, TODAY, last) is State.SOON
    assert item("mammography", person, TODAY + DAY, last).since == TODAY + DAY


def test_mammography_is_not_asked_again_when_the_next_would_be_after_74() -> None:
    person = woman(born=date(1952, 6, 1))
    assert item("mammography", person, TODAY, done("mammography", date(2025, 5, 31))).next == date(2027, 5, 31)
    assert item("mammography", person, TODAY, done("mammography", date(2025, 6, 1))).next is None


def test_screenings_of_women_are_not_for_men() -> None:
    assert concerned(man(), TODAY).isdisjoint({"mammography", "cervical-hpv"})


@pytest.mark.parametrize("sex", [Sex.OTHER, Sex.UNKNOWN])
def test_a_sex_the_record_does_not_say_makes_a_screening_a_question(sex: Sex) -> None:
    person = Facts(BORN, sex)
    asked = item("mammography", person, TODAY)
    assert asked.state is State.ASK
    assert "does not say" in asked.why.en
    assert state("mammography", person, TODAY, done("mammography", TODAY - DAY)) is not State.ASK
    assert state("mammography", person, TODAY, declined("mammography", TODAY - DAY)) is State.DECLINED


def test_a_question_about_the_sex_is_not_asked_before_its_time() -> None:
    assert "mammography" not in concerned(Facts(date(1990, 1, 1), Sex.UNKNOWN), TODAY)


def test_the_second_smear_comes_after_a_year_and_the_third_after_three() -> None:
    person, first = woman(born=date(2000, 1, 1)), date(2025, 1, 10)
    assert item("cervical-cytology", person, first + DAY, done("cervical-cytology", first)).next == date(2026, 1, 10)
    both = done("cervical-cytology", first, date(2026, 1, 12))
    assert item("cervical-cytology", person, date(2026, 2, 1), both).next == date(2029, 1, 12)


def test_a_smear_repeated_soon_is_not_the_second_of_two() -> None:
    person = woman(born=date(2000, 1, 1))
    repeated = done("cervical-cytology", date(2025, 1, 10), date(2025, 3, 10))
    assert item("cervical-cytology", person, date(2025, 4, 1), repeated).next == date(2026, 3, 10)


def test_the_smear_gives_way_to_the_hpv_test_on_the_30th_birthday() -> None:
    person = woman(born=date(1996, 11, 22))
    assert "cervical-cytology" not in concerned(person, TODAY)
    assert state("cervical-cytology", person, TODAY - DAY) is State.DUE
    assert state("cervical-hpv", person, TODAY) is State.DUE


def test_the_first_hpv_test_comes_three_years_after_the_last_smear_and_the_next_five_years_later() -> None:
    person = woman(born=date(1996, 1, 1))
    smear = done("cervical-cytology", date(2024, 5, 2))
    assert item("cervical-hpv", person, TODAY, smear).next == date(2027, 5, 2)
    assert item("cervical-hpv", person, TODAY, smear + done("cervical-hpv", date(2026, 5, 2))).next == date(2031, 5, 2)


@pytest.mark.parametrize(
    ("age", "since"),
    [(25, 25), (44, 25), (45, 45), (64, 45), (65, 65), (74, 65), (75, 75), (85, 85), (94, 85), (95, 95)],
)
def test_the_booster_is_due_since_the_last_of_its_ages(age: int, since: int) -> None:
    born = date(1940, 6, 15)
    today = date(1940 + age, 6, 15)
    assert item("dtp", man(born=born), today).since == date(1940 + since, 6, 15)


@pytest.mark.parametrize(("last", "following"), [(30, 45), (39, 45), (40, 65), (43, 65), (60, 75), (70, 85)])
def test_a_booster_stands_for_the_next_age_if_less_than_five_years_before_it(last: int, following: int) -> None:
    """The examples of the transition rules of 2013: last at 30, next at 45; last at 40, next at 65."""
    events = done("dtp", date(1940 + last, 6, 15))
    assert item("dtp", man(born=date(1940, 6, 15)), date(1940 + last, 7, 1), events).next == date(
        1940 + following, 6, 15
    )


def test_a_booster_at_18_leaves_one_due_at_33() -> None:
    assert state("dtp", man(born=date(1993, 1, 1)), TODAY, done("dtp", date(2011, 1, 1))) is State.DUE


def test_pertussis_is_caught_up_until_39_and_then_left_out() -> None:
    assert item("pertussis", man(born=date(1987, 1, 1)), TODAY).until == date(2026, 12, 31)
    assert "pertussis" not in concerned(man(born=date(1986, 11, 22)), TODAY)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 8, 14), State.NOT_YET),
        (date(2026, 8, 15), State.SOON),
        (date(2026, 10, 13), State.SOON),
        (date(2026, 10, 14), State.DUE),
        (date(2027, 1, 31), State.DUE),
        (date(2027, 2, 1), State.NOT_YET),
    ],
)
def test_influenza_is_due_in_its_season_over_the_new_year(day: date, expected: State) -> None:
    assert state("influenza", man(born=date(1950, 1, 1)), day) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (date(2026, 8, 13), State.DUE),
        (date(2026, 8, 14), State.DONE),
        (date(2026, 11, 1), State.DONE),
        (date(2026, 2, 1), State.DUE),
        (date(2026, 1, 20), State.DUE),
    ],
)
def test_a_dose_counts_for_its_own_season_only(given: date, expected: State) -> None:
    assert state("influenza", man(born=date(1950, 1, 1)), TODAY, done("influenza", given)) is expected


def test_somebody_turning_65_within_the_season_is_due_from_the_birthday() -> None:
    person = man(born=date(1961, 12, 1))
    assert item("influenza", person, TODAY).next == date(2026, 12, 1)
    assert item("influenza", person, date(2026, 12, 1)).since == date(2026, 12, 1)


def test_influenza_is_for_any_age_with_diabetes_and_for_adults_from_a_bmi_of_40() -> None:
    assert "influenza" in concerned(man(Condition.DIABETES, born=date(2016, 1, 1)), TODAY)
    assert state("influenza", man(bmi=40.0), TODAY) is State.DUE
    assert state("influenza", man(bmi=39.9), TODAY) is State.NOT_YET
    assert state("influenza", man(), TODAY) is State.NOT_YET


def test_covid_is_for_a_bmi_over_30_and_not_of_30() -> None:
    assert state("covid-autumn", man(bmi=30.1), TODAY) is State.DUE
    assert state("covid-autumn", man(bmi=30.0), TODAY) is State.NOT_YET


def test_the_spring_dose_is_from_80_on_and_waits_three_months_after_the_autumn_one() -> None:
    at_80, at_79 = man(born=date(1947, 4, 15)), man(born=date(1947, 6, 17))
    assert item("covid-spring", at_80, date(2027, 4, 15)).since == date(2027, 4, 15)
    assert state("covid-spring", at_79, date(2027, 6, 16)) is State.NOT_YET
    late = done("covid-autumn", date(2027, 1, 31))
    assert item("covid-spring", at_80, date(2027, 4, 15), late).next == date(2027, 4, 30)


def test_zoster_asks_for_the_second_dose_two_months_after_the_first_and_then_for_nothing() -> None:
    person, first = man(born=date(1955, 1, 1)), date(2026, 9, 22)
    once = done("zoster", first)
    assert item("zoster", person, TODAY - DAY, once).state is State.SOON
    assert item("zoster", person, TODAY, once).since == TODAY
    twice = item("zoster", person, TODAY, once + done("zoster", TODAY))
    assert (twice.state, twice.next) == (State.DONE, None)


def test_the_same_dose_marked_twice_is_one_dose() -> None:
    person = man(born=date(1955, 1, 1))
    twice = done("zoster", date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 28))
    assert state("zoster", person, TODAY, twice) is State.DUE
    assert state("zoster", person, TODAY, done("zoster", date(2026, 5, 1), date(2026, 5, 29))) is State.DONE


def test_rsv_is_for_75_or_for_65_with_a_chronic_disease_of_heart_or_lungs() -> None:
    at_70 = date(1956, 1, 1)
    assert item("rsv", man(born=at_70), TODAY).next == date(2031, 1, 1)
    assert state("rsv", man(Condition.LUNG, born=at_70), TODAY) is State.DUE
    assert state("rsv", man(Condition.HEART, born=date(1962, 1, 1)), TODAY) is State.SOON
    assert state("rsv", man(born=date(1951, 11, 22)), TODAY) is State.DUE


def test_where_a_condition_decides_nothing_says_since_when() -> None:
    assert item("pneumococcus", man(Condition.DIABETES), TODAY).since is None
    assert item("pneumococcus", man(Condition.DIABETES, born=date(1956, 1, 1)), TODAY).since == date(2021, 1, 1)


def test_hba1c_comes_every_three_months_with_diabetes_and_never_without() -> None:
    last = done("hba1c", date(2026, 8, 31))
    assert item("hba1c", man(Condition.DIABETES), date(2026, 11, 1), last).next == date(2026, 11, 30)
    assert state("hba1c", man(Condition.DIABETES), date(2026, 11, 15), last) is State.DONE
    assert state("hba1c", man(Condition.DIABETES), date(2026, 11, 16), last) is State.SOON
    assert state("hba1c", man(Condition.DIABETES), date(2026, 11, 30), last) is State.DUE
    assert "hba1c" not in concerned(man(), TODAY)


def test_the_retina_is_yearly_unless_the_record_says_every_two_years() -> None:
    last = done("retina", date(2025, 11, 1))
    assert item("retina", man(Condition.DIABETES), TODAY, last).since == date(2026, 11, 1)
    spaced = man(Condition.DIABETES, Condition.RETINA_TWO_YEARS)
    assert item("retina-two-years", spaced, TODAY, last).next == date(2027, 11, 1)
    assert "retina" not in concerned(spaced, TODAY)


def test_the_retina_is_seen_each_trimester_in_pregnancy_with_diabetes() -> None:
    mother = woman(Condition.DIABETES_1, Condition.DIABETES, Condition.PREGNANCY, born=date(1995, 1, 1))
    assert item("retina-pregnancy", mother, TODAY, done("retina", date(2026, 9, 1))).next == date(2026, 12, 1)
    assert concerned(mother, TODAY).isdisjoint({"retina", "retina-two-years"})
    assert "retina-pregnancy" not in concerned(woman(Condition.PREGNANCY), TODAY)


@pytest.mark.parametrize(
    ("weeks", "days", "expected"), [(11, 2, State.NOT_YET), (19, 6, State.SOON), (20, 0, State.DUE), (36, 0, State.DUE)]
)
def test_pertussis_in_pregnancy_is_due_from_20_to_36_weeks(weeks: int, days: int, expected: State) -> None:
    start = TODAY - timedelta(weeks=weeks, days=days)
    assert state("pertussis-pregnancy", woman(Condition.PREGNANCY, last_period=start), TODAY) is expected


def test_pertussis_in_pregnancy_is_over_after_36_weeks_and_counts_for_one_pregnancy() -> None:
    mother = woman(Condition.PREGNANCY, last_period=TODAY - timedelta(weeks=36, days=1))
    assert "pertussis-pregnancy" not in concerned(mother, TODAY)
    again = woman(Condition.PREGNANCY, last_period=TODAY - timedelta(weeks=24))
    assert state("pertussis-pregnancy", again, TODAY, done("pertussis-pregnancy", date(2025, 3, 1))) is State.DUE
    assert state("pertussis-pregnancy", again, TODAY, done("pertussis-pregnancy", TODAY - 14 * DAY)) is State.DONE
    assert state("pertussis-pregnancy", again, TODAY, declined("pertussis-pregnancy", date(2025, 3, 1))) is State.DUE


@pytest.mark.parametrize("start", [None, TODAY - timedelta(weeks=44), TODAY + DAY])
def test_without_a_last_period_that_can_be_this_pregnancys_it_is_asked(start: date | None) -> None:
    assert state("pertussis-pregnancy", woman(Condition.PREGNANCY, last_period=start), TODAY) is State.ASK


def test_a_last_period_of_today_is_this_pregnancys() -> None:
    assert state("pertussis-pregnancy", woman(Condition.PREGNANCY, last_period=TODAY), TODAY) is State.NOT_YET


def test_rsv_in_pregnancy_is_due_within_its_season_only() -> None:
    in_season = woman(Condition.PREGNANCY, last_period=TODAY - timedelta(weeks=33))
    assert state("rsv-pregnancy", in_season, TODAY) is State.DUE
    spring = date(2026, 4, 10)
    assert "rsv-pregnancy" not in concerned(
        woman(Condition.PREGNANCY, last_period=spring - timedelta(weeks=33)), spring
    )
    late_august = woman(Condition.PREGNANCY, last_period=date(2026, 8, 25) - timedelta(weeks=33))
    assert item("rsv-pregnancy", late_august, date(2026, 8, 25)).next == date(2026, 9, 1)


def test_a_refusal_stands_for_its_turn_and_is_then_asked_again() -> None:
    person = woman(born=date(1970, 1, 1))
    refused = declined("mammography", date(2025, 1, 10))
    assert item("mammography", person, date(2027, 1, 9), refused).next == date(2027, 1, 10)
    assert state("mammography", person, date(2027, 1, 10), refused) is State.DUE


def test_a_refusal_of_a_season_says_nothing_of_the_next() -> None:
    person, refused = man(born=date(1950, 1, 1)), declined("influenza", date(2026, 11, 1))
    assert state("influenza", person, date(2027, 1, 31), refused) is State.DECLINED
    assert state("influenza", person, date(2027, 10, 14), refused) is State.DUE


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2027, 3, 1), State.DUE), (date(2027, 8, 14), State.DUE), (date(2027, 8, 15), State.DECLINED)],
)
def test_a_refusal_answers_a_coming_season_once_it_is_soon(day: date, expected: State) -> None:
    person = man(born=date(1950, 1, 1))
    assert state("influenza", person, date(2027, 10, 14), declined("influenza", day)) is expected


def test_a_refusal_of_the_booster_stands_until_its_next_age() -> None:
    person = man(born=date(1976, 6, 15))
    assert item("dtp", person, TODAY, declined("dtp", date(2021, 7, 1))).next == date(2041, 6, 15)
    shortly_before = declined("dtp", date(2021, 6, 1))
    assert state("dtp", person, TODAY, shortly_before) is State.DECLINED
    assert state("dtp", person, TODAY, declined("dtp", date(2021, 1, 1))) is State.DUE


def test_what_is_done_once_in_a_life_is_asked_again_a_year_after_a_refusal() -> None:
    person, refused = man(born=date(1955, 1, 1)), declined("pneumococcus", TODAY)
    assert state("pneumococcus", person, date(2027, 11, 21), refused) is State.DECLINED
    assert state("pneumococcus", person, date(2027, 11, 22), refused) is State.DUE


def test_a_refused_check_up_is_refused_for_its_whole_window() -> None:
    person = man(born=date(1978, 1, 1))
    assert item("bilan-45-50", person, TODAY, declined("bilan-45-50", date(2023, 2, 1))).next == date(2029, 1, 1)


def test_done_on_the_day_of_a_refusal_is_done_and_the_later_word_counts() -> None:
    person = man(Condition.DIABETES)
    assert state("ecg", person, TODAY, declined("ecg", TODAY) + done("ecg", TODAY)) is State.DONE
    later = done("ecg", date(2025, 11, 1)) + declined("ecg", date(2026, 11, 10))
    assert state("ecg", person, TODAY, later) is State.DECLINED


def test_why_says_the_reason_where_it_stands_and_what_is_known_of_the_last_time() -> None:
    told = item("mammography", woman(born=date(1970, 1, 1)), TODAY, done("mammography", date(2024, 3, 1))).why
    assert told.fr.endswith("À faire depuis le 1er mars 2026. Dernière fois connue : 1er mars 2024.")
    assert told.en.endswith("Due since 1 March 2026. Last known: 1 March 2024.")
    assert item("ecg", man(Condition.DIABETES), TODAY).why.en.endswith("Due. Vigie knows no date of it.")
