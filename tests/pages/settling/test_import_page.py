"""Bringing a file in over a page: looked into, said go, imported once; nothing lost, nothing twice, no value told."""

import json
from pathlib import Path

import pytest

from hub.accounts import ActorRole
from ingest_api import import_desk
from ingest_api.import_desk import Importing
from ingest_api.pages.routes.import_ import plain_name
from ingest_api.signin.guard import csrf_token
from tests.access.world import Holder, World
from tests.pages.settling.visit import Html, Visit, visit

EXPORTS = Path(__file__).parents[2] / "captures" / "exports"
FRENCH = EXPORTS / "libreview-fr-mg-dl.csv"


@pytest.fixture
def importing(world: World) -> Importing:
    """Who does the work; nobody's file waits yet."""
    world.as_administrator("DELETE FROM import_file")
    return Importing(world.database, world.hub.intake)


@pytest.fixture
def cleo(world: World, importing: Importing) -> Holder:
    """Somebody without readings."""
    return world.holder("Cleo")


def hand_in(browser: Visit, holder: Holder, content: bytes, name: str = "export.csv", **fields: str) -> Html:
    return browser.done(f"/people/{holder.id}/import", fields, files={"file": (name, content)})


def form(page: Html, ending: str) -> str:
    """Where the form of that act leads."""
    (action,) = [at["action"] or "" for at in page.of("form") if (at.get("action") or "").endswith(ending)]
    return action


def stored(world: World, holder: Holder) -> int:
    ((count,),) = world.as_administrator("SELECT count(*) FROM reading WHERE person = %s", holder.number)
    return int(count)


def waiting(world: World) -> list[bytes]:
    rows = world.as_administrator("SELECT payload FROM quarantine WHERE resolved_at IS NULL ORDER BY id")
    return [bytes(payload) for (payload,) in rows]


def with_a_broken_row() -> bytes:
    """The French export with a row whose number is none."""
    head, names, *rows = FRENCH.read_text("utf-8").splitlines()
    broken = rows[0].replace("112", "a lot")
    assert broken != rows[0]
    return "\n".join([head, names, broken, *rows[1:]]).encode()


def test_a_file_is_shown_as_recognised_and_nothing_is_in_the_record_yet(world: World, cleo: Holder) -> None:
    page = hand_in(visit(world, cleo), cleo, FRENCH.read_bytes())
    assert "Format LibreView Holds 6 readings" in page.text
    assert "Days Wed 1 May 2024 Devices 1 device" in page.text
    assert "glucose from the sensor: 3" in page.text
    assert "goes into the record of Cleo Martin" in page.text
    assert stored(world, cleo) == 0


def test_once_they_say_so_it_is_imported_and_what_became_of_it_is_told(
    world: World, cleo: Holder, importing: Importing
) -> None:
    browser = visit(world, cleo, "fr")
    running = browser.done(form(hand_in(browser, cleo, FRENCH.read_bytes()), "/start"))
    assert "0 lignes sur 6" in running.text
    assert [at["content"] for at in running.of("meta") if at.get("http-equiv") == "refresh"] == ["2"]
    still = browser.page(f"/people/{cleo.id}/import?still=yes")
    assert [at for at in still.of("meta") if at.get("http-equiv") == "refresh"] == []
    assert importing.turn()
    ended = browser.page(f"/people/{cleo.id}/import")
    assert "6 mesures importées" in ended.text
    assert [at for at in ended.of("meta") if at.get("http-equiv") == "refresh"] == []
    assert stored(world, cleo) == 6
    assert not importing.turn()


def test_the_same_file_again_changes_nothing_and_says_so(world: World, cleo: Holder, importing: Importing) -> None:
    browser = visit(world, cleo)
    for _ in range(2):
        browser.done(form(hand_in(browser, cleo, FRENCH.read_bytes()), "/start"))
        importing.turn()
    assert "6 were already there" in browser.page(f"/people/{cleo.id}/import").text
    assert stored(world, cleo) == 6


def test_a_row_that_is_refused_is_told_by_its_line_and_kept_with_its_text(
    world: World, cleo: Holder, importing: Importing
) -> None:
    world.as_administrator("DELETE FROM quarantine")
    browser = visit(world, cleo)
    preview = hand_in(browser, cleo, with_a_broken_row())
    assert "1 row cannot be read" in preview.text
    browser.done(form(preview, "/start"))
    importing.turn()
    ended = browser.page(f"/people/{cleo.id}/import").text
    assert "5 readings brought in" in ended
    assert "1 refused" in ended
    assert "line 3: no number" in ended
    assert "a lot" not in ended
    assert [json.loads(payload)["raw"].count("a lot") for payload in waiting(world)] == [1]


def test_rows_of_somebody_who_stopped_collection_are_kept_aside_with_the_reason(
    world: World, cleo: Holder, importing: Importing
) -> None:
    browser = visit(world, cleo)
    cleo.api.post(cleo.path("/collection"), {"stopped": True})
    browser.done(form(hand_in(browser, cleo, FRENCH.read_bytes()), "/start"))
    importing.turn()
    assert "6 refused" in browser.page(f"/people/{cleo.id}/import").text
    assert "collection is stopped" in browser.page(f"/people/{cleo.id}/import").text
    assert stored(world, cleo) == 0


def test_one_file_at_a_time_and_one_not_yet_wanted_gives_way(world: World, cleo: Holder, importing: Importing) -> None:
    browser, path = visit(world, cleo), f"/people/{cleo.id}/import"
    hand_in(browser, cleo, FRENCH.read_bytes(), "first.csv")
    second = hand_in(browser, cleo, FRENCH.read_bytes(), "second.csv")
    assert "first.csv" not in second.text
    browser.done(form(second, "/start"))
    third = browser.post(path, files={"file": ("third.csv", FRENCH.read_bytes())})
    assert third.status_code == 422
    assert "being brought in already" in third.text
    importing.turn()
    assert "third.csv" in hand_in(browser, cleo, FRENCH.read_bytes(), "third.csv").text


def test_a_file_that_is_not_wanted_is_forgotten_and_anothers_cannot_be_touched(world: World, cleo: Holder) -> None:
    browser, eve = visit(world, cleo), world.holder("Eve")
    page = hand_in(browser, cleo, FRENCH.read_bytes())
    start, drop = form(page, "/start"), form(page, "/drop")
    for action in (start, drop):
        theirs = action.replace(str(cleo.id), str(eve.id))
        assert visit(world, eve).post(theirs).status_code == 404
        assert visit(world, eve).post(action).status_code == 404
    assert "The file is forgotten." in browser.done(drop).text
    assert world.as_administrator("SELECT 1 FROM import_file WHERE person = %s", cleo.number) == []
    assert browser.post(start).status_code == 404


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a,b\n1,2\n", "no file we understand"),
        (b"", "no file we understand"),
        (b"\x00\x01\x02", "cannot be read"),
        (b"PK\x03\x04 nothing", "cannot be read"),
        ((EXPORTS / "xdrip-mg-dl.csv").read_bytes(), "does not say its unit"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(world: World, cleo: Holder, content: bytes, told: str) -> None:
    answer = visit(world, cleo).post(f"/people/{cleo.id}/import", files={"file": ("x", content)})
    assert answer.status_code == 422
    assert told in Html(answer.text).text
    assert world.as_administrator("SELECT 1 FROM import_file WHERE person = %s", cleo.number) == []


def test_the_unit_is_asked_for_and_then_taken(world: World, cleo: Holder) -> None:
    page = hand_in(visit(world, cleo), cleo, (EXPORTS / "xdrip-mg-dl.csv").read_bytes(), unit="mg/dL")
    assert "Format xDrip+" in page.text


def test_a_hostile_name_is_text_without_its_folders(world: World, cleo: Holder) -> None:
    page = hand_in(visit(world, cleo), cleo, FRENCH.read_bytes(), "C:\\home\\<img src=x onerror=alert(1)>.csv")
    assert page.of("img") == []
    assert "<img src=x onerror=alert(1)>" in page.text
    assert "home" not in page.text.partition("File ")[2][:20]
    assert plain_name("../../etc/\x00pass\nwd" + "x" * 300) == ("passwd" + "x" * 300)[:200]


def test_a_file_with_kinds_of_its_own_making_is_counted_not_named(world: World, cleo: Holder) -> None:
    text = (EXPORTS / "vigie-readings.csv").read_text("utf-8")
    page = hand_in(visit(world, cleo), cleo, text.replace("weight", "wishful").encode())
    assert "wishful" not in page.text
    assert "other measures:" in page.text


def test_a_file_longer_than_may_be_is_refused_while_it_comes(world: World, cleo: Holder) -> None:
    browser, path = visit(world, cleo), f"/people/{cleo.id}/import"
    answer = browser.post(path, files={"file": ("x.csv", b"x" * (18 * 1024 * 1024))})
    assert answer.status_code == 413
    assert "too large" in answer.text
    assert browser.post(f"/people/{cleo.id}/sharing/grants", {"to": "x" * 2_000_000}).status_code == 413


def test_nobodys_file_is_read(world: World, cleo: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []

    async def reads(*args: object) -> None:
        read.append(args)

    monkeypatch.setattr("ingest_api.uploads._read", reads)
    stranger = Visit(world._app, "x" * 43)
    answer = stranger.forged(f"/people/{cleo.id}/import", data={"csrf": csrf_token("x" * 43)}, files={"file": b"x"})
    assert answer.status_code == 401
    assert read == []


def test_another_process_begins_again_where_one_died_and_nothing_is_twice(
    world: World, cleo: Holder, importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = visit(world, cleo)
    browser.done(form(hand_in(browser, cleo, FRENCH.read_bytes()), "/start"))

    class Killed(BaseException):
        """As a process is."""

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Importing, "_end", dies)
        with pytest.raises(Killed):
            importing.turn()
    assert stored(world, cleo) == 6
    assert not importing.turn()
    world.as_administrator("UPDATE import_file SET leased_until = now() - interval '1 second'")
    assert importing.turn()
    assert stored(world, cleo) == 6
    assert "6 were already there" in browser.page(f"/people/{cleo.id}/import").text


def test_a_fault_of_ours_ends_it_and_says_so_and_the_next_is_unharmed(
    world: World, cleo: Holder, importing: Importing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    browser = visit(world, cleo)
    browser.done(form(hand_in(browser, cleo, FRENCH.read_bytes()), "/start"))

    def fails(*_: object) -> None:
        raise ZeroDivisionError("112 mg/dL")

    with monkeypatch.context() as patch:
        patch.setattr(import_desk, "take_in", fails)
        assert importing.turn()
    assert "Something broke on our side" in browser.page(f"/people/{cleo.id}/import").text
    assert "112" not in caplog.text
    browser.done(form(hand_in(browser, cleo, FRENCH.read_bytes()), "/start"))
    importing.turn()
    assert stored(world, cleo) == 6


def test_the_file_is_kept_no_longer_than_it_is_needed(world: World, cleo: Holder, importing: Importing) -> None:
    browser = visit(world, cleo)
    browser.done(form(hand_in(browser, cleo, FRENCH.read_bytes()), "/start"))
    importing.turn()
    said = world.as_administrator("SELECT content, preview::text, outcome::text FROM import_file")
    assert [content for content, _, _ in said] == [None]
    assert [word for word in ("112", "118") if word in str(said)] == []
    forgotten = world.holder("Dora")
    hand_in(visit(world, forgotten), forgotten, FRENCH.read_bytes())
    world.as_administrator("UPDATE import_file SET handed_in_at = now() - interval '25 hours'")
    importing.turn()
    assert world.as_administrator("SELECT person FROM import_file") == [(cleo.number,)]


def test_a_delegate_imports_under_their_own_name_and_whoever_is_deleted_leaves_no_file(
    world: World, cleo: Holder, importing: Importing
) -> None:
    sister = world.somebody(ActorRole.CAREGIVER)
    world.grant(cleo, sister, delegate=True)
    browser = visit(world, sister)
    browser.done(form(hand_in(browser, cleo, FRENCH.read_bytes()), "/start"))
    assert f"{sister.name} caregiver Imported a file" in visit(world, cleo).page(f"/people/{cleo.id}/access-log").text
    cleo.api.request("DELETE", cleo.path(), json={"confirm": str(cleo.id)})
    assert world.as_administrator("SELECT 1 FROM import_file WHERE person = %s", cleo.number) == []
    assert not importing.turn()
