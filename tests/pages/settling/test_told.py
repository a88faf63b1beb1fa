"""How one is told, and who is told of a person, settled on the pages."""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from alerts.channel import Means
from alerts.push_encryption import CURVE, public_key
from ingest_api.app import create_app
from tests.access.world import Holder, Somebody, World
from tests.alerts.delivery.ringing import NEAR
from tests.pages.settling.visit import Visit, visit
from vigie.telling import new_push_key


def mailing(world: World, who: Somebody, language: str = "en") -> Visit:
    """Their browser where mail is open."""
    browser = visit(world, who, language)
    means = Means(smtp="smtp://127.0.0.1:1", mail_from="vigie@hub.test")
    browser.app = create_app(replace(world.hub, means=means))
    return browser


def test_an_address_is_added_confirmed_and_removed(world: World, ada: Holder) -> None:
    browser = mailing(world, ada, "fr")
    added = browser.done("/told/contacts", {"address": "ada@home.test", "reveals": "on"})
    assert "Un code y a été envoyé" in added.text
    ((contact, code, language, reveals),) = world.as_administrator(
        "SELECT id, code, language, reveals FROM contact WHERE account = %s", ada.account.number
    )
    assert (language, reveals) == ("fr", True)
    assert browser.post(f"/told/contacts/{contact}/verify", {"code": "no"}).status_code == 422
    assert "Confirmée" in browser.done(f"/told/contacts/{contact}/verify", {"code": code}).text
    assert "ada@home.test" not in browser.done(f"/told/contacts/{contact}/remove").text


def test_a_browser_is_added_tried_and_told_again_by_what_it_subscribed_to(world: World, ada: Holder) -> None:
    own = ec.generate_private_key(CURVE).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {
        name: urlsafe_b64encode(key).rstrip(b"=").decode() for name, key in {"p256dh": own, "auth": bytes(16)}.items()
    }
    browser, endpoint = visit(world, ada), "http://127.0.0.1:1/push/1"
    key = new_push_key()
    browser.app = create_app(replace(world.hub, means=Means(vapid=key, outward=NEAR)))
    page = browser.done("/told/browser", {"subscription": json.dumps({"endpoint": endpoint, "keys": keys})})
    (contact,) = world.as_administrator("SELECT id FROM contact WHERE account = %s", ada.account.number)[0]
    known = {each.get("data-endpoint") for each in page.of("li")} - {None}
    assert known == {sha256(endpoint.encode()).hexdigest()}
    assert {each.get("data-push") for each in page.of("section")} - {None} == {public_key(key)}
    assert endpoint not in page.text
    assert "A trial is on its way" in browser.done(f"/told/contacts/{contact}/try").text
    tried = world.as_administrator("SELECT what, contact FROM outbox WHERE account = %s", ada.account.number)
    assert tried == [("trial", contact)]
    assert browser.post("/told/browser", {"subscription": "{}"}).status_code == 422


def test_an_address_that_does_not_work_cannot_be_tried(world: World, ada: Holder, doctor: Somebody) -> None:
    (contact,) = world.as_administrator(
        "INSERT INTO contact (account, channel, address, language, glucose_unit) "
        "VALUES (%s, 'email', 'a@b.test', 'en', 'mg/dL') RETURNING id", ada.account.number,
    )[0]  # fmt: skip
    assert visit(world, ada).post(f"/told/contacts/{contact}/try").status_code == 404
    world.as_administrator("UPDATE contact SET verified_at = now()")
    assert visit(world, doctor).post(f"/told/contacts/{contact}/try").status_code == 404


def test_an_address_that_is_none_changes_nothing(world: World, ada: Holder) -> None:
    answer = mailing(world, ada).post("/told/contacts", {"address": "ada"})
    assert answer.status_code == 422
    assert world.as_administrator("SELECT FROM contact WHERE account = %s", ada.account.number) == []


def test_quiet_hours_are_settled_and_taken_back(world: World, ada: Holder) -> None:
    browser = visit(world, ada)
    hours = {"since": "22:00", "until": "07:00", "time_zone": "Europe/Paris"}
    assert {"22:00", "07:00"} <= {at.get("value") for at in browser.done("/told/quiet-hours", hours).of("input")}
    assert "22:00" not in {at.get("value") for at in browser.done("/told/quiet-hours", {"none": "yes"}).of("input")}


@pytest.mark.parametrize("wrong", [{"since": "22:00", "until": "22:00"}, {"until": "x"}, {"time_zone": "Mars"}])
def test_hours_that_are_none_change_nothing(world: World, ada: Holder, wrong: dict[str, str]) -> None:
    hours = {"since": "22:00", "until": "07:00", "time_zone": "Europe/Paris"} | wrong
    assert visit(world, ada).post("/told/quiet-hours", hours).status_code == 422
    assert world.as_administrator("SELECT FROM quiet_hours WHERE account = %s", ada.account.number) == []


def test_a_chain_is_settled_in_steps_and_empty_ones_are_left_out(world: World, ada: Holder, doctor: Somebody) -> None:
    path, browser = f"/people/{ada.id}/chain", visit(world, ada)
    fields = {"names_1": ada.name, "names_2": " ", "names_3": f"{doctor.name}\n", "minutes_3": "15", "reveals_3": "on"}
    page = browser.done(path, fields)
    assert "Saved." in page.text
    assert f"No confirmed address: {doctor.name}" in page.text
    assert world.as_administrator(
        "SELECT account, step, extract(epoch FROM after)::int, reveals FROM chain WHERE person = %s ORDER BY step",
        ada.number,
    ) == [(ada.account.number, 0, 0, False), (doctor.account.number, 1, 900, True)]
    assert "the person alone is told" in browser.done(path, {}).text


@pytest.mark.parametrize(
    "wrong", [{"names_2": "nobody known", "minutes_2": "5"}, {"names_2": "x", "minutes_2": "0"}, {"names_2": "x"}]
)
def test_a_chain_that_says_no_order_changes_nothing_and_keeps_what_was_typed(
    world: World, ada: Holder, wrong: dict[str, str]
) -> None:
    answer = visit(world, ada).post(f"/people/{ada.id}/chain", {"names_1": ada.name} | wrong)
    assert answer.status_code == 422
    assert wrong["names_2"] in answer.text
    assert world.as_administrator("SELECT FROM chain WHERE person = %s", ada.number) == []


def test_what_was_sent_is_told_in_words(world: World, ada: Holder) -> None:
    world.as_administrator(
        "INSERT INTO outbox (key, account, channel, person, kinds, what, level, state, reason) "
        "VALUES (gen_random_uuid(), %s, 'email', %s, '{1}', 'rang', 'urgent', 'cancelled', 'acknowledged')",
        ada.account.number, ada.number,
    )  # fmt: skip
    text = visit(world, ada, "fr").page(f"/people/{ada.id}/chain").text
    assert "alerte, répétée · pas envoyé (quelqu’un a répondu)" in text
