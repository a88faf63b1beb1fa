"""What people do on pages: alerts, prevention, an administrator's first steps, likings, signing in."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from hub.accounts import ActorRole
from ingest_api.pages.forms import local
from tests.access.world import Holder, World, glucose
from tests.pages.browser import Page
from tests.pages.conftest import Opens
from tests.support.readings import a_reading, mg_dl

WORDS = "<i>on my way</i>"


# ── Alerts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def low(world: World) -> tuple[Holder, UUID]:
    """Somebody whose glucose fell just now, and the alert that the watch raised."""
    ada = world.holder()
    fallen: dict[str, Any] = {"raw": mg_dl(45), "taken_at": datetime.now(UTC)}
    world.keep(a_reading("low", person=ada.number, device=ada.sensor.number, **fallen))
    world.settle()
    ((alert,),) = world.as_administrator("SELECT id FROM alert WHERE person = %s", ada.number)
    return ada, alert


def test_an_alert_is_taken_in_hand_with_a_word_to_the_others(world: World, opens: Opens) -> None:
    (ada, alert), carer = low(world), world.somebody(ActorRole.CAREGIVER)
    world.grant(ada, carer)
    answer = opens(carer).post(f"/alerts/{alert}/acknowledge", note=WORDS)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{ada.id}/alerts?done=acknowledged")
    page = opens(carer).page(answer.headers["location"])
    assert "You took it in hand" in page.one("p", role="status").text
    hers = opens(ada, "fr.mgdl.device").page(f"/people/{ada.id}/alerts")
    assert f"prise en charge par {carer.name}" in hers.said
    assert hers.one("q").text == WORDS
    assert hers.all("form", action=f"/alerts/{alert}/acknowledge") == []


def test_a_rest_is_ones_own(world: World, opens: Opens) -> None:
    (ada, alert), carer = low(world), world.somebody(ActorRole.CAREGIVER)
    world.grant(ada, carer)
    assert opens(carer).post(f"/alerts/{alert}/snooze", rest="15").status_code == 303
    rests, rings = (opens(each).page(f"/people/{ada.id}/alerts").said for each in (carer, ada))
    assert ("you rest from it until" in rests, "you rest from it until" in rings) == (True, False)
    assert "nobody has taken it in hand" in rings


@pytest.mark.parametrize("rest", ["", "-5", "17", "999999999", "x"])
def test_a_rest_that_is_not_offered_is_refused(world: World, opens: Opens, rest: str) -> None:
    ada = world.measured()
    assert opens(ada).post(f"/alerts/{world.alert(ada)}/snooze", rest=rest).status_code == 422


def test_a_form_without_its_token_or_from_elsewhere_changes_nothing(world: World, opens: Opens) -> None:
    ada = world.measured()
    alert, browser = world.alert(ada), opens(ada)
    forged = [
        browser.post(f"/alerts/{alert}/acknowledge", csrf="forged"),
        browser.ask("POST", f"/alerts/{alert}/acknowledge", headers={"Sec-Fetch-Site": "cross-site"}),
    ]
    assert [answer.status_code for answer in forged] == [403, 403]
    assert "nobody has taken it in hand" in browser.page(f"/people/{ada.id}/alerts").said


# ── Prevention ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_done_is_noted_and_can_be_taken_back(world: World, opens: Opens) -> None:
    ada = world.holder()
    path = f"/people/{ada.id}/prevention"
    due = opens(ada).page(path)
    form = next(each for each in due.all("form", class_="row"))
    assert "Due" in [heading.text for heading in due.all("h2")]
    answer = opens(ada).post(form["action"], on="2026-01-15")
    assert answer.headers["location"] == f"{path}?done=done"
    noted = opens(ada, "fr.mgdl.device").page(path)
    assert "Fait le jeu. 15 janv. 2026, d’après vous." in noted.said
    back = next(each["action"] for each in noted.all("form", class_="said"))
    assert opens(ada).post(back).headers["location"] == f"{path}?done=taken_back"
    assert opens(ada).page(path).all("form", class_="said") == []


@pytest.mark.parametrize(("on", "status"), [("2126-01-15", 409), ("yesterday", 422)])
def test_a_day_that_cannot_be_is_refused(world: World, opens: Opens, on: str, status: int) -> None:
    ada = world.holder()
    form = next(each for each in opens(ada).page(f"/people/{ada.id}/prevention").all("form", class_="row"))
    assert opens(ada).post(form["action"], on=on).status_code == status


def test_what_only_the_person_knows_is_kept_and_shown_again(world: World, opens: Opens) -> None:
    ada = world.holder()
    path = f"/people/{ada.id}/prevention"
    said = {"active": "yes", "greens": "no", "family": "close", "waist_cm": "88,5", "last_period": "2026-01-02"}
    assert opens(ada).post(f"{path}/answers", **said).headers["location"] == f"{path}?done=answered"
    page = opens(ada).page(path)
    chosen = [option["value"] for option in page.all("option", selected="")]
    assert chosen == ["yes", "no", "", "", "close"]
    entered = {each["name"]: each["value"] for each in page.all("input") if each.attributes.get("name") in said}
    assert entered == {"waist_cm": "88.5", "last_period": "2026-01-02"}


@pytest.mark.parametrize("wrong", [{"waist_cm": "8"}, {"waist_cm": "wide"}, {"family": "aunt"}, {"last_period": "x"}])
def test_an_answer_that_cannot_be_is_refused_whole(world: World, opens: Opens, wrong: dict[str, str]) -> None:
    ada = world.holder()
    assert opens(ada).post(f"/people/{ada.id}/prevention/answers", active="yes", **wrong).status_code == 422
    assert "Yes" not in [
        each.text for each in opens(ada).page(f"/people/{ada.id}/prevention").all("option", selected="")
    ]


def test_who_may_only_read_is_offered_nothing_to_settle(world: World, opens: Opens) -> None:
    ada, doctor = world.holder(), world.clinician()
    world.grant(ada, doctor)
    page = opens(doctor).page(f"/people/{ada.id}/prevention")
    assert [form["action"] for form in page.all("form")] == ["/sign-out"]


# ── First steps ──────────────────────────────────────────────────────────────────────────────────────────────────────


SOMEBODY = {
    "given": "Nora", "family": WORDS, "birth_date": "1984-05-04", "sex": "female", "time_zone": "Europe/Paris",
    "height_cm": "168,5", "condition-1": "type 1 diabetes",
}  # fmt: skip


def test_from_nothing_to_a_first_reading(world: World, opens: Opens) -> None:
    admin = opens(world.somebody(ActorRole.ADMIN, "administrator"))
    opened = admin.post("/first-run/person", **SOMEBODY)
    (nora,) = parse_qs(urlsplit(opened.headers["location"]).query)["person"]
    device = {"person": nora, "kind": "cgm", "address": "First 1", "since": "2026-11-01"}
    paired = admin.post("/first-run/device", **device)
    assert [answer.status_code for answer in (opened, paired)] == [303, 303]
    waiting = admin.page(paired.headers["location"])
    assert waiting.one("li", aria_current="step").text.count("Waiting for a first reading")
    assert WORDS in waiting.said
    assert world.somebody(ActorRole.ADMIN, "administrator").api.get(f"/v1/people/{nora}").json()["height_cm"] == 168.5


def test_an_invitation_is_shown_once_and_in_no_address(world: World, opens: Opens) -> None:
    ada, admin = world.holder(), opens(world.somebody(ActorRole.ADMIN, "administrator"))
    answer = admin.post("/first-run/invitation", person=str(ada.id))
    invitation = Page(answer).one("code").text
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert len(invitation) >= 40
    assert invitation not in str(answer.url)
    assert Page(admin.get(f"/first-run?person={ada.id}")).all("code") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given", ""), ("birth_date", "04/05/1984"), ("sex", "F"), ("time_zone", "Paris"), ("height_cm", "1.68"),
        ("height_cm", "nan"), ("height_cm", "tall"), ("family", "\0"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_marked_and_the_rest_kept(world: World, opens: Opens, field: str, value: str) -> None:
    admin = opens(world.somebody(ActorRole.ADMIN, "administrator"))
    answer = admin.post("/first-run/person", **SOMEBODY | {field: value})
    page = Page(answer)
    assert answer.status_code == 422
    assert [each["name"] for each in page.elements if "aria-invalid" in each.attributes] in ([field], [])
    assert page.one("p", role="alert").text
    kept = {each["name"]: each.attributes.get("value") for each in page.all("input") if "name" in each.attributes}
    assert {name: kept[name] for name in ("given", "family") if name != field} == {
        name: SOMEBODY[name] for name in ("given", "family") if name != field
    }


# ── Likings ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_likings_are_kept_and_followed(opens: Opens) -> None:
    answer = opens().post("/preferences", language="fr", glucose="mmoll", theme="dark", next="/sign-in")
    assert answer.headers["location"] == "/sign-in"
    kept = re.match("vigie-preferences=([^;]+);", answer.headers["set-cookie"])
    assert kept
    assert kept[1] == "fr.mmoll.dark"
    chosen = opens(likes=kept[1]).page("/preferences").all("input", checked="")
    assert [each["value"] for each in chosen] == ["fr", "mmoll", "dark"]


@pytest.mark.parametrize("wrong", [{}, {"language": "de"}, {"glucose": "mg/dL"}, {"theme": "<script>"}])
def test_likings_that_there_are_not_are_refused(opens: Opens, wrong: dict[str, str]) -> None:
    right = {"language": "fr", "glucose": "mmoll", "theme": "dark"} if wrong else {}
    assert opens().post("/preferences", **right | wrong).status_code == 422


@pytest.mark.parametrize("likes", ["", "fr", "fr.mgdl", "xx.mgdl.dark", "fr.mgdl.dark.more", "%00..", "fr;mgdl;dark"])
def test_a_cookie_that_says_nothing_is_as_none(opens: Opens, likes: str) -> None:
    page = Page(opens(likes=likes).get("/sign-in", headers={"Accept-Language": "fr-FR, en;q=0.5"}))
    assert page.one("html")["lang"] == "fr"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/people/x?days=3", "/people/x?days=3"), ("//evil.example", "/"), ("/\\evil.example", "/"),
        ("https://evil.example", "/"), ("evil", "/"), ("", "/"), ("/a\r\nSet-Cookie: x", "/"), ("/é", "/"),
        ("/" + "x" * 600, "/"), ("/\t/evil.example", "/"),
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(path: str, kept: str) -> None:
    assert local(path) == kept


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("base.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("live.js", "text/javascript; charset=utf-8"),
    ],
)
def test_a_file_of_ours_may_be_kept(opens: Opens, name: str, type_: str) -> None:
    answer = opens().get(f"/static/{name}")
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == (type_, "nosniff")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_page_can_be_installed_under_a_name_of_its_language(opens: Opens, language: str) -> None:
    page = opens(likes=f"{language}.mgdl.device").page("/preferences")
    [href] = [each["href"] for each in page.all("link") if each["rel"] == "manifest"]
    answer = opens().get(href)
    told = answer.json()
    assert answer.headers["content-type"] == "application/manifest+json"
    assert (told["lang"], told["start_url"], told["scope"]) == (language, "/", "/")
    assert told["name"].startswith("Vigie, ")
    assert [opens().get(icon["src"]).headers["content-type"] for icon in told["icons"]] == ["image/svg+xml"]
    assert "manifest-src 'self'" in page.answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["nothing.css", "..%2frender.py", "%2e%2e/render.py", "base.css%00"])
def test_no_other_file_is_told(opens: Opens, name: str) -> None:
    assert opens().get(f"/static/{name}").status_code == 404


def test_a_reading_that_came_ends_the_waiting(world: World, opens: Opens) -> None:
    nora, admin = world.holder("Nora"), opens(world.somebody(ActorRole.ADMIN, "administrator"))
    world.keep(glucose(nora, 111, timedelta(minutes=5)))
    page = admin.page(f"/first-run?person={nora.id}")
    assert "Arrived. The last reading:" in page.said
    assert "111" not in page.said
