"""The sharing page: letting in, taking away, shutting out, declaring, opposing; in words that name nobody else."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.accounts import ActorRole
from hub.quantities import KINDS, Kind
from ingest_api.pages.preferences import Preferences
from ingest_api.pages.settings import GROUPS, end_of, first_moment, kinds_told, span_told
from ingest_api.pages.visitor import Guest
from ingest_api.pages.words import Language
from tests.access.world import Holder, Somebody, World
from tests.pages.settling.visit import visit

PARIS = ZoneInfo("Europe/Paris")
EN, FR = Guest(Preferences(Language.EN)), Guest(Preferences(Language.FR))


def test_somebody_let_in_sees_from_the_next_request_on_and_no_longer_once_it_is_taken_away(
    world: World, ada: Holder, doctor: Somebody
) -> None:
    browser = visit(world, ada)
    page = browser.done(f"/people/{ada.id}/sharing/grants", {"to": doctor.name, "what": "everything"})
    assert doctor.api.get(ada.path("/latest")).status_code == 200
    assert doctor.name in page.text
    assert "Check in the list below" in page.text
    (end,) = [at["action"] for at in page.of("form") if (at.get("action") or "").endswith("/end")
              and "/grants/" in (at["action"] or "")]  # fmt: skip
    gone = browser.done(end or "")
    assert doctor.api.get(ada.path("/latest")).status_code == 404
    assert doctor.name not in gone.text


def test_only_the_ticked_groups_are_seen(world: World, ada: Holder, doctor: Somebody) -> None:
    asked = {"to": doctor.name, "what": "some", "kind_weight": "on"}
    visit(world, ada).done(f"/people/{ada.id}/sharing/grants", asked)
    told = doctor.api.get(ada.path("/latest")).json()
    assert "weight" in str(told)
    assert "glucose" not in str(told)


def test_a_day_that_is_named_as_the_last_is_seen_whole(world: World, ada: Holder, doctor: Somebody) -> None:
    asked = {"to": doctor.name, "what": "everything", "from": "2026-03-01", "until": "2026-03-29"}
    visit(world, ada).done(f"/people/{ada.id}/sharing/grants", asked)
    ((begin, end),) = world.as_administrator(
        "SELECT lower(during), upper(during) FROM access_grant WHERE person = %s", ada.number
    )
    assert (begin, end) == (datetime(2026, 3, 1, tzinfo=PARIS), datetime(2026, 3, 30, tzinfo=PARIS))
    page = visit(world, ada).page(f"/people/{ada.id}/sharing")
    assert "from Sun 1 Mar 2026 to Sun 29 Mar 2026" in page.text


def test_whoever_cannot_be_let_in_is_answered_alike_and_what_was_typed_stays(world: World, ada: Holder) -> None:
    browser, path = visit(world, ada), f"/people/{ada.id}/sharing/grants"
    names = ["nobody of that name", str(ada.id), "", "x" * 300, "a\x00b", "00000000-0000-0000-0000-000000000000"]
    answers = [browser.post(path, {"to": name, "what": "some", "kind_weight": "on"}) for name in names]
    assert [answer.status_code for answer in answers] == [422] * len(names)
    told = {answer.text.partition('role="alert">')[2].partition("<")[0] for answer in answers}
    assert len(told) == 1
    assert 'value="nobody of that name"' in answers[0].text
    assert 'name="kind_weight" checked' in answers[0].text
    assert world.as_administrator("SELECT 1 FROM access_grant WHERE person = %s", ada.number) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"what": "some"},
        {},
        {"what": "everything", "from": "2026-03-02", "until": "2026-03-01"},
        {"what": "everything", "until": "2020-01-01"},
        {"what": "everything", "until": "soon"},
        {"what": "everything", "until": "9999-12-31"},
    ],
)
def test_nobody_is_let_in_to_nothing_or_for_no_time(
    world: World, ada: Holder, doctor: Somebody, asked: dict[str, str]
) -> None:
    answer = visit(world, ada).post(f"/people/{ada.id}/sharing/grants", {"to": doctor.name} | asked)
    assert answer.status_code == 422
    assert world.as_administrator("SELECT 1 FROM access_grant WHERE person = %s", ada.number) == []


def test_a_delegate_sees_everything_whatever_is_ticked_and_acts_under_their_own_name(
    world: World, ada: Holder, doctor: Somebody
) -> None:
    sister = world.somebody(ActorRole.CAREGIVER)
    asked = {"to": sister.name, "what": "some", "kind_weight": "on", "delegate": "on", "may_share": "on"}
    visit(world, ada).done(f"/people/{ada.id}/sharing/grants", asked)
    visit(world, sister).done(f"/people/{ada.id}/sharing/grants", {"to": doctor.name, "what": "everything"})
    assert doctor.api.get(ada.path("/latest")).status_code == 200
    entries = visit(world, ada).page(f"/people/{ada.id}/access-log").text
    assert f"{sister.name} caregiver Let somebody see everything" in entries


def test_for_a_consultation_somebody_is_let_in_until_tonight_and_it_is_told(
    world: World, ada: Holder, doctor: Somebody
) -> None:
    asked = {"to": doctor.name, "what": "everything", "lasts": "today", "until": "2099-01-01"}
    visit(world, ada).done(f"/people/{ada.id}/sharing/grants", asked)
    ((end, today),) = world.as_administrator(
        "SELECT upper(during) AT TIME ZONE 'Europe/Paris', (lower(during) AT TIME ZONE 'Europe/Paris')::date "
        "FROM access_grant WHERE person = %s", ada.number
    )  # fmt: skip
    assert end == datetime.combine(today, datetime.min.time()) + timedelta(days=1)
    entries = visit(world, ada).page(f"/people/{ada.id}/access-log").text
    assert "Let somebody see for a consultation, that day alone everything" in entries


def test_a_delegate_to_whom_sharing_was_not_given_is_shown_what_stands_and_can_change_nothing(
    world: World, ada: Holder, doctor: Somebody
) -> None:
    sister = world.somebody(ActorRole.CAREGIVER)
    asked = {"to": sister.name, "what": "everything", "delegate": "on", "may_hide": "on"}
    shown = visit(world, ada).done(f"/people/{ada.id}/sharing/grants", asked)
    browser = visit(world, sister)
    page = browser.page(f"/people/{ada.id}/sharing")
    assert "May also act for this person: alerts, devices, weights; hide readings." in shown.text
    assert sister.name in page.text
    assert [at for at in page.of("form") if f"/people/{ada.id}/" in (at.get("action") or "")] == []
    assert (
        browser.post(f"/people/{ada.id}/sharing/grants", {"to": doctor.name, "what": "everything"}).status_code == 404
    )
    assert browser.page(f"/people/{ada.id}/hidden").of("select") != []


def test_a_minors_representative_is_entered_by_who_keeps_the_records_on_a_page_that_asks_nobody_else(
    world: World, ada: Holder
) -> None:
    mother, path = world.somebody(ActorRole.CAREGIVER), f"/people/{ada.id}/sharing"
    office = visit(world, world.somebody(ActorRole.ADMIN, "administrator"))
    grown_up = office.page(path)
    world.as_administrator("UPDATE person SET birth_date = now() - interval '17 years' WHERE number = %s", ada.number)
    offered = [[at for at in page.of("input") if at.get("name") == "representative"]
               for page in (grown_up, visit(world, ada).page(path), office.page(path))]  # fmt: skip
    asked = {"to": mother.name, "what": "everything", "representative": "on"}
    refused = visit(world, ada).post(f"{path}/grants", asked)
    assert [len(each) for each in offered] == [0, 0, 1]
    assert refused.status_code == 422
    assert "Legal representative, until this person is 18" in office.done(f"{path}/grants", asked).text


def test_what_a_profession_keeps_from_somebody_is_said_to_the_person_and_to_them(
    world: World, ada: Holder, doctor: Somebody
) -> None:
    world.as_administrator("UPDATE account SET profession = '70' WHERE number = %s", doctor.account.number)
    world.grant(ada, doctor)
    told = visit(world, ada).page(f"/people/{ada.id}/sharing").text
    seen = visit(world, doctor).page(f"/people/{ada.id}/alerts").text
    assert "Does not see, by their profession, whatever is given: alerts, clinical notes." in told
    assert "Your profession does not let you see: alerts, clinical notes. There may be some." in seen


def test_somebody_shut_out_sees_nothing_until_they_are_let_in_again(
    world: World, ada: Holder, doctor: Somebody
) -> None:
    world.grant(ada, doctor)
    browser = visit(world, ada)
    page = browser.done(f"/people/{ada.id}/sharing/blocks", {"whom": doctor.name})
    assert doctor.api.get(ada.path("/latest")).status_code == 404
    assert page.text.count(doctor.name) == 2
    browser.done(f"/people/{ada.id}/sharing/blocks/end", {"whom": doctor.name})
    assert doctor.api.get(ada.path("/latest")).status_code == 200
    assert browser.post(f"/people/{ada.id}/sharing/blocks", {"whom": str(ada.id)}).status_code == 422


def test_the_attending_physician_is_a_professional_declared_by_name_or_nobody(
    world: World, ada: Holder, doctor: Somebody
) -> None:
    browser, path = visit(world, ada), f"/people/{ada.id}/sharing/attending"
    sister = world.somebody(ActorRole.CAREGIVER)
    assert f"Declared: {doctor.name}" in browser.done(path, {"physician": doctor.name}).text
    assert [browser.post(path, {"physician": name}).status_code for name in (sister.name, "", "nobody")] == [422] * 3
    assert f"Declared: {doctor.name}" in browser.page(f"/people/{ada.id}/sharing").text
    assert "Nobody is declared." in browser.done(path, {"nobody": "yes"}).text


def test_each_way_in_an_emergency_is_opposed_by_itself(world: World, ada: Holder, doctor: Somebody) -> None:
    browser, path = visit(world, ada), f"/people/{ada.id}/sharing/oppositions"
    asked = {"way": "break_glass", "reason": "found unconscious"}
    opposed = browser.done(path, {"break_glass": "on"})
    assert [at["name"] for at in opposed.of("input") if "checked" in at and at["type"] == "checkbox"] == ["break_glass"]
    assert doctor.api.post(ada.path("/emergency"), asked).status_code == 404
    browser.done(path, {"regulation": "on"})
    assert doctor.api.post(ada.path("/emergency"), asked).status_code == 201


def test_every_kind_is_in_one_group_and_has_a_name_in_both_languages() -> None:
    assert sorted(kind for kinds in GROUPS.values() for kind in kinds) == sorted(KINDS)
    told = [guest.words("settling")["kind"][kind] for guest in (EN, FR) for kind in Kind]
    assert len(told) == len(set(told)) + 1  # HbA1c is HbA1c


def test_kinds_are_told_by_their_groups_where_these_are_whole() -> None:
    assert kinds_told(EN, None) == "everything"
    assert kinds_told(EN, [*GROUPS["glucose"], Kind.WEIGHT]) == "glucose, weight"
    assert kinds_told(FR, [Kind.STEPS, Kind.HEIGHT, Kind.TEMPERATURE]) == "taille, température et nombre de pas"


def test_a_last_day_is_told_as_it_was_chosen_on_the_days_when_clocks_change() -> None:
    for day in ("2026-03-29", "2026-10-25", "2026-07-01"):
        begin, end = first_moment(day, PARIS), end_of(day, PARIS)
        assert begin is not None
        assert end is not None
        assert end - begin >= timedelta(hours=23)
        told = EN.numbers.long_day(begin.astimezone(PARIS).date())
        assert span_told(EN, begin, end, PARIS) == f"from {told} to {told}"
