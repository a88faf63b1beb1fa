"""What holds of every settings page, in both languages: nothing inline, all named, in order; and of every form."""

from collections import Counter
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi.routing import APIRoute

from hub.accounts import ActorRole
from hub.database import Role
from hub.quantities import Kind
from hub.records import DeviceKind
from hub.sharing import Sharing, Veil
from ingest_api.import_desk import ImportDesk, looked_into
from ingest_api.pages.routes import access_log, chain, devices, hidden, import_, inbox, leave, sharing, told
from ingest_api.signin.guard import csrf_token
from tests.access.world import Holder, World
from tests.pages.settling.visit import HOSTILE, Html, visit
from tests.support.clock import begun
from tests.support.readings import a_reading, kg
from timeseries.postgres_store import PostgresStore

MODULES = (access_log, chain, devices, hidden, import_, inbox, leave, sharing, told)
PAGES = ["sharing", "chain", "hidden", "hidden?day=2026-11-22&group=weight", "access-log", "devices", "import", "leave"]
FORMS = sorted(
    {route.path for module in MODULES for route in module.router.routes
     if isinstance(route, APIRoute) and "POST" in (route.methods or ())}
)  # fmt: skip
LANGUAGES = ["en", "fr"]
EXPORT = (Path(__file__).parents[2] / "captures" / "exports" / "libreview-fr-mg-dl.csv").read_bytes()


@pytest.fixture(scope="module")
def full(world: World) -> tuple[Holder, UUID]:
    """Somebody with some of everything, each bearing a hostile name; and their home."""
    ada = world.measured(HOSTILE)
    evil = world.somebody(ActorRole.CAREGIVER, HOSTILE)
    former = world.record.device(DeviceKind.METER)
    world.record.pair(former, ada.person, until=begun())
    scale = world.record.device(DeviceKind.SCALE)
    world.as_administrator("UPDATE device SET model = %s WHERE number = %s", HOSTILE, scale.number)
    world.as_administrator("UPDATE device SET model = %s WHERE number = %s", HOSTILE, ada.sensor.number)
    home = world.record.household([ada.person], [scale]).id
    world.as_administrator("UPDATE household SET name = %s WHERE id = %s", HOSTILE, home)
    waits = a_reading("w", person=None, household=world.record.number_of_household(home), device=scale.number,
                      kind=Kind.WEIGHT, raw=kg(70), taken_at=begun(), hint=HOSTILE)  # fmt: skip
    with world.database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep([waits])
    world.grant(ada, evil, delegate=True)
    world.block(ada, world.somebody(ActorRole.CLINICIAN, f"{HOSTILE}, shut out"))
    world.open_in_emergency(ada, world.somebody(ActorRole.CLINICIAN, f"{HOSTILE} in a hurry"))
    evil.api.get(ada.path("/latest"))
    doctor = world.somebody(ActorRole.CLINICIAN, f"Dr {HOSTILE}")
    world.as_administrator("INSERT INTO chain VALUES (%s, 0, %s, '0')", ada.number, evil.account.number)
    with world.database.transaction(Role.REGISTER) as connection:
        desk = Sharing(connection)
        desk.hide(ada.number, Veil(Kind.WEIGHT, ada.sensor.id), ada.account.number)
        desk.declare(ada.number, doctor.account)
        ImportDesk(connection).hand_in(ada.number, ada.account.number, looked_into(HOSTILE, None, EXPORT))
    return ada, home


def addresses(full: tuple[Holder, UUID]) -> list[str]:
    ada, home = full
    return [*(f"/people/{ada.id}/{page}" for page in PAGES), "/told", f"/households/{home}/inbox"]


@pytest.fixture(params=LANGUAGES)
def pages(request: pytest.FixtureRequest, world: World, full: tuple[Holder, UUID]) -> dict[str, Html]:
    """Every page, as its holder sees it."""
    browser = visit(world, full[0], request.param)
    return {address: browser.page(address) for address in addresses(full)}


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(pages: dict[str, Html]) -> None:
    elements = [element for page in pages.values() for element in page.elements]
    assert {name for name, _ in elements} & {"style", "iframe", "object", "embed", "base"} == set()
    assert [at for _, at in elements if "style" in at or any(key.startswith("on") for key in at)] == []
    assert [at for name, at in elements if name == "script" and not (at.get("src") or "").startswith("/static/")] == []
    linked = [at.get(key) or "" for _, at in elements for key in ("href", "src", "action") if key in at]
    assert [link for link in linked if not link.startswith(("/", "#"))] == []


def test_whatever_somebody_calls_themselves_is_text(pages: dict[str, Html]) -> None:
    assert [at for page in pages.values() for at in page.of("img")] == []
    inbox_, sharing_ = list(pages)[-1], next(iter(pages))
    assert HOSTILE in pages[sharing_].text
    assert pages[inbox_].text.count(HOSTILE) >= 3


def test_every_form_that_changes_something_holds_the_sessions_token(pages: dict[str, Html]) -> None:
    for page in pages.values():
        forms = [at for at in page.of("form") if at.get("method") == "post"]
        tokens = [at for at in page.of("input") if at.get("name") == "csrf"]
        assert len(tokens) == len(forms) > 0


def test_the_keyboard_goes_through_a_page_as_it_is_read(pages: dict[str, Html]) -> None:
    for page in pages.values():
        tabs = [at["tabindex"] for _, at in page.elements if "tabindex" in at]
        assert tabs == ["-1"]
        assert [at for _, at in page.elements if "autofocus" in at] == []
        assert Counter(name for name, _ in page.elements)["h1"] == 1


def test_ids_are_said_once_and_whatever_is_referred_to_is_there(pages: dict[str, Html]) -> None:
    for page in pages.values():
        ids = [at["id"] for _, at in page.elements if "id" in at]
        assert len(ids) == len(set(ids))
        told = [at.get(key) for _, at in page.elements for key in ("aria-labelledby", "aria-describedby") if key in at]
        assert set(told) <= set(ids)


def test_a_page_says_its_language_and_no_hole_is_left_in_a_sentence(
    world: World, full: tuple[Holder, UUID], pages: dict[str, Html]
) -> None:
    for page in pages.values():
        assert page.of("html")[0]["lang"] in LANGUAGES
        assert "{" not in page.text


def test_the_languages_differ_on_every_page(world: World, full: tuple[Holder, UUID]) -> None:
    english, french = (visit(world, full[0], language) for language in LANGUAGES)
    assert [address for address in addresses(full) if english.page(address).text == french.page(address).text] == []


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_the_token_or_from_another_site_changes_nothing(
    world: World, full: tuple[Holder, UUID], path: str
) -> None:
    ada, home = full
    names = {name: uuid4() for name in ("grant", "pairing", "file", "reading", "contact")} | {
        "person": ada.id,
        "household": home,
    }
    browser, address = visit(world, ada), path.format(**names)
    token = {"csrf": csrf_token(browser.cookie)}
    before = world.as_administrator("SELECT * FROM access_grant, person WHERE person.number = %s", ada.number)
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert browser.forged(address, data={"csrf": "0" * 64, "to": "x"}).status_code == 403
    assert browser.forged(address, data={"to": "x"}).status_code == 403
    assert browser.forged(address, headers=elsewhere, data=token).status_code == 403
    assert world.as_administrator("SELECT * FROM access_grant, person WHERE person.number = %s", ada.number) == before


@pytest.mark.parametrize("page", PAGES)
def test_somebody_who_is_let_in_to_look_finds_no_settings(world: World, full: tuple[Holder, UUID], page: str) -> None:
    ada, _ = full
    looker = world.clinician()
    world.grant(ada, looker)
    stranger, nobody = visit(world, looker), visit(world, world.clinician())
    answers = [each.get(f"/people/{ada.id}/{page}") for each in (stranger, nobody)]
    absent = stranger.get(f"/people/{uuid4()}/{page}")
    assert [answer.status_code for answer in (*answers, absent)] == [404] * 3
    assert Html(answers[0].text).text == Html(absent.text).text
