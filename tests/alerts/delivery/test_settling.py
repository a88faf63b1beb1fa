"""Addresses, quiet hours, chains and the proof of each attempt, as people settle and see them over HTTP."""

import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from alerts.channel import Means, channels
from alerts.channels.web_push import Subscription
from alerts.delivery.desk import MOST_ADDRESSES, MOST_TRIES
from alerts.delivery.worker import Worker
from alerts.outward import Outward
from alerts.push_encryption import CURVE, public_key
from hub.errors import SettingsError
from ingest_api.app import create_app
from tests.access.world import Somebody
from tests.alerts.delivery.ringing import KEY, NEAR, Scene
from tests.support.http import Api
from tests.support.sinks import Fate, Sink

CONTACTS, HOURS = "/v1/me/contacts", "/v1/me/quiet-hours"


def opened(scene: Scene, outward: Outward = NEAR) -> Api:
    """Ada's calls, where every channel is open."""
    means = Means("https://hub.test", scene.mail.smtp, "vigie@hub.test", KEY, outward)
    scene.worker = Worker(scene.world.database, means)
    token = scene.world.hub.access.create(scene.ada.account.role, scene.ada.name)
    return Api(create_app(replace(scene.world.hub, means=means)), token)


def add(api: Api, channel: str, address: str, **said: Any) -> httpx.Response:
    return api.post(CONTACTS, {"channel": channel, "address": address, **said})


def code_of(scene: Scene) -> str:
    """The last code that was sent."""
    rows = scene.world.as_administrator("SELECT code FROM contact ORDER BY created_at DESC LIMIT 1")
    return str(rows[0][0])


def test_channels_are_found_by_being_in_their_folder() -> None:
    assert {"email", "web_push", "webhook"} <= set(channels())
    assert all(name == channel.name for name, channel in channels().items())


def test_an_address_is_told_nothing_before_its_code_comes_back(scene: Scene) -> None:
    ada = opened(scene)
    added = add(ada, "email", "ada@home.test", language="fr").json()
    assert added["verified"] is False
    scene.happens()
    scene.deliver()
    assert scene.states() == [("ada", "verify", "sent", None)]
    assert code_of(scene).encode() in scene.mail.took[0].body
    answer = ada.post(f"{CONTACTS}/{added['id']}/verify", {"code": code_of(scene)})
    assert answer.status_code == 200
    scene.happens("rang")
    scene.deliver()
    assert scene.states()[-1] == ("ada", "rang", "sent", None)
    assert "Vigie\N{NO-BREAK SPACE}: une alerte urgente." in scene.mail.took[-1].body.decode()


def test_a_code_may_be_guessed_five_times(scene: Scene) -> None:
    ada = opened(scene)
    contact = add(ada, "email", "ada@home.test").json()["id"]
    right = code_of(scene)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    guesses = [wrong] * MOST_TRIES + [right]
    came = [ada.post(f"{CONTACTS}/{contact}/verify", {"code": guess}).status_code for guess in guesses]
    assert came == [422] * 6
    assert add(ada, "email", "ada@home.test").json()["id"] == contact
    assert ada.post(f"{CONTACTS}/{contact}/verify", {"code": code_of(scene)}).status_code == 200


def test_a_code_is_compared_in_constant_time(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = opened(scene)
    contact = add(ada, "email", "ada@home.test").json()["id"]
    monkeypatch.setattr("alerts.delivery.desk.compare_digest", lambda *_: False)
    assert ada.post(f"{CONTACTS}/{contact}/verify", {"code": code_of(scene)}).status_code == 422


def test_a_code_holds_for_an_hour(scene: Scene) -> None:
    ada = opened(scene)
    contact = add(ada, "email", "ada@home.test").json()["id"]
    scene.world.as_administrator("UPDATE contact SET code_until = now()")
    assert ada.post(f"{CONTACTS}/{contact}/verify", {"code": code_of(scene)}).status_code == 422


def test_an_address_that_works_is_not_added_again_and_a_dead_one_is(scene: Scene) -> None:
    ada = opened(scene)
    contact = scene.address(scene.ada, "email", address="ada@home.test")
    assert add(ada, "email", "ada@home.test").status_code == 409
    scene.mail.fates.append(Fate.GONE)
    scene.happens()
    scene.deliver()
    assert ada.get(CONTACTS).json()["contacts"][0]["dead_at"] is not None
    assert add(ada, "email", "ada@home.test").json() == {"id": str(contact), "verified": False, "secret": None}


def test_there_are_ten_addresses_at_most(scene: Scene) -> None:
    ada = opened(scene)
    came = [add(ada, "email", f"ada{n}@home.test").status_code for n in range(MOST_ADDRESSES + 1)]
    assert came == [201] * MOST_ADDRESSES + [409]


def test_codes_are_sent_to_twenty_addresses_an_hour_at_most_though_each_was_taken_away_again(scene: Scene) -> None:
    ada = opened(scene)
    for n in range(20):
        contact = add(ada, "email", f"ada{n}@home.test").json()["id"]
        assert ada.request("DELETE", f"{CONTACTS}/{contact}").status_code == 200
    assert add(ada, "email", "stranger@home.test").status_code == 429


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "ada"), ("email", "ada@home"), ("email", "ada@home.test\r\nBcc: eve@home.test"),
        ("email", "Ada <ada@home.test>"), ("email", "ada@home.test, eve@home.test"), ("pigeon", "loft"),
        ("webhook", "http://hook.example/"), ("webhook", "https://127.0.0.1/"), ("webhook", "https://localhost/"),
        ("web_push", "{}"), ("web_push", json.dumps({"endpoint": "https://push.example/", "keys": {}})),
    ],
)  # fmt: skip
def test_what_nothing_may_be_sent_to_is_refused_when_it_is_given(scene: Scene, channel: str, address: str) -> None:
    answer = add(opened(scene, Outward()), channel, address)
    assert (answer.status_code, answer.json()["code"]) == (422, "address_refused")


def test_a_browsers_endpoint_inside_is_refused_as_any_other(scene: Scene) -> None:
    inside = subscription(scene.sink).replace("http://127", "https://127")
    answer = add(opened(scene, Outward()), "web_push", inside)
    assert (answer.status_code, "open Internet" in answer.json()["detail"]) == (422, True)


def test_a_browser_is_told_what_only_it_can_read(scene: Scene) -> None:
    ada, browser = opened(scene), subscription(scene.sink)
    assert ada.get(CONTACTS).json()["push_key"] == public_key(KEY)
    assert add(ada, "web_push", browser).json()["verified"] is True
    scene.happens()
    scene.deliver()
    took = scene.sink.took[0]
    assert took.headers["content-encoding"] == "aes128gcm"
    assert took.headers["authorization"].startswith("vapid t=")
    assert took.headers["urgency"] == "high"
    assert b"Vigie" not in took.body


@pytest.mark.parametrize("fate", [Fate.FAIL, Fate.HANG, Fate.RESET])
def test_a_push_that_fails_is_sent_again_under_its_topic(scene: Scene, fate: Fate) -> None:
    add(opened(scene), "web_push", subscription(scene.sink))
    scene.sink.fates.append(fate)
    scene.happens()
    scene.fails(scene.sink, 1)
    scene.deliver()
    assert scene.sink.tried >= 2
    assert len(scene.sink.keys) == 1
    assert scene.states() == [("ada", "raised", "sent", None)]


def test_a_subscription_that_is_over_is_dead(scene: Scene) -> None:
    ada = opened(scene)
    add(ada, "web_push", subscription(scene.sink))
    scene.sink.fates.append(Fate.GONE)
    scene.happens()
    scene.deliver()
    assert ada.get(CONTACTS).json()["contacts"][0]["dead_at"] is not None


def subscription(sink: Sink) -> str:
    """As a browser gives it."""
    own = ec.generate_private_key(CURVE).public_key()
    point = own.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": urlsafe_b64encode(point).rstrip(b"=").decode(), "auth": urlsafe_b64encode(b"a" * 16).decode()}
    made = Subscription.model_validate({"endpoint": sink.url, "keys": keys, "expirationTime": None})
    return made.model_dump_json()


def test_a_webhook_is_signed_with_the_secret_it_was_given(scene: Scene) -> None:
    secret = add(opened(scene), "webhook", f"{scene.sink.url}/{uuid4()}").json()["secret"]
    scene.deliver()
    took = scene.sink.took[0]
    seconds, hexed = (part.partition("=")[2] for part in took.headers["vigie-signature"].split(","))
    assert hexed == hmac.new(secret.encode(), f"{seconds}.".encode() + took.body, sha256).hexdigest()
    assert took.key == json.loads(took.body)["id"]


def test_another_manner_holds_from_the_next_message_on(scene: Scene) -> None:
    ada, contact = opened(scene), scene.address(scene.ada)
    manner = {"language": "fr", "glucose_unit": "mmol/L", "reveals": True}
    assert ada.request("PUT", f"{CONTACTS}/{contact}", json=manner).status_code == 200
    scene.happens()
    scene.deliver()
    assert scene.texts() == ["Glucose 2,6\N{NO-BREAK SPACE}mmol/L, sous 3,0\N{NO-BREAK SPACE}mmol/L."]


def test_an_address_taken_away_is_told_nothing_more_and_the_proof_stays(scene: Scene) -> None:
    ada, contact = opened(scene), scene.address(scene.ada)
    scene.happens()
    scene.plan()
    assert ada.request("DELETE", f"{CONTACTS}/{contact}").status_code == 200
    scene.deliver()
    assert scene.states() == [("ada", "raised", "cancelled", "no_address")]


def test_quiet_hours_are_settled_and_taken_back(scene: Scene) -> None:
    hours = {"since": "22:00:00", "until": "07:00:00", "time_zone": "Europe/Paris"}
    for asked in (hours, None):
        assert scene.ada.api.request("PUT", HOURS, json={"quiet_hours": asked}).status_code == 200
        assert scene.ada.api.get(HOURS).json() == {"quiet_hours": asked}


@pytest.mark.parametrize(
    ("since", "until", "zone", "status"),
    [("22:00", "22:00", "Europe/Paris", 409), ("22:00", "25:00", "Europe/Paris", 422), ("22:00", "07:00", "Mars", 422),
     ("22:00Z", "07:00", "Europe/Paris", 422)],
)  # fmt: skip
def test_quiet_hours_that_are_none_are_refused(scene: Scene, since: str, until: str, zone: str, status: int) -> None:
    hours = {"since": since, "until": until, "time_zone": zone}
    assert scene.ada.api.request("PUT", HOURS, json={"quiet_hours": hours}).status_code == status


def steps(*named: tuple[int, list[Somebody]]) -> dict[str, Any]:
    return {
        "steps": [
            {"after_minutes": minutes, "recipients": [{"account": each.name} for each in told]}
            for minutes, told in named
        ]
    }


def test_a_chain_is_settled_by_names_and_says_who_can_be_told(scene: Scene) -> None:
    scene.address(scene.mother)
    asked = steps((0, [scene.ada]), (5, [scene.mother, scene.doctor]))
    assert scene.ada.api.request("PUT", scene.ada.path("/chain"), json=asked).status_code == 200
    told = scene.ada.api.get(scene.ada.path("/chain")).json()["steps"]
    assert [step["after_minutes"] for step in told] == [0, 5]
    assert {each["account"]: each["has_address"] for step in told for each in step["recipients"]} == {
        scene.ada.name: False, scene.mother.name: True, scene.doctor.name: False,
    }  # fmt: skip
    entries = scene.ada.api.get(scene.ada.path("/access-log")).json()["accesses"]
    assert "chain" in [entry["act"] for entry in entries]


def test_a_chain_that_says_no_order_is_refused(scene: Scene) -> None:
    refused = [
        steps((5, [scene.ada])),
        steps((0, [scene.ada]), (0, [scene.mother])),
        steps((0, [scene.ada]), (9, [scene.mother]), (5, [scene.doctor])),
        steps((0, [scene.ada]), (5, [scene.ada])),
    ]
    came = [scene.ada.api.request("PUT", scene.ada.path("/chain"), json=body).status_code for body in refused]
    assert came == [409] * 4


def test_every_attempt_is_proven_and_no_address_or_value_with_it(scene: Scene) -> None:
    scene.address(scene.mother, reveals=True)
    scene.chain((scene.mother, 0), reveals=True)
    scene.sink.fates.append(Fate.FAIL)
    scene.happens()
    for _ in range(2):
        scene.deliver()
        scene.hurry()
    answer = scene.ada.api.get(scene.ada.path("/notifications"))
    (told,) = answer.json()["notifications"]
    assert (told["to"], told["channel"], told["state"]) == (scene.mother.name, "webhook", "sent")
    assert [each["outcome"] for each in told["attempts"]] == ["try_later", "accepted"]
    assert scene.sink.url not in answer.text
    assert not any(word in answer.text for word in ("glucose", "mg/dL", "urgent_low", "Ada"))


def test_the_proof_is_told_a_page_at_a_time(scene: Scene) -> None:
    for _ in range(3):
        scene.address(scene.ada)
    scene.happens()
    scene.deliver()
    path = scene.ada.path("/notifications")
    first = scene.ada.api.get(path, limit=2).json()
    second = scene.ada.api.get(path, limit=2, cursor=first["next"]).json()
    told = [each["id"] for each in first["notifications"] + second["notifications"]]
    assert (len(set(told)), second["next"]) == (3, None)


def test_a_delegate_who_does_not_see_hidden_things_sees_no_proof_of_them(scene: Scene) -> None:
    delegate = scene.world.clinician()
    scene.world.grant(scene.ada, delegate, delegate=True)
    scene.address(scene.ada)
    scene.world.as_administrator("INSERT INTO hidden (person, kind) VALUES (%s, 4)", scene.ada.number)
    scene.happens(shown=False)
    scene.deliver()
    path = scene.ada.path("/notifications")
    assert [len(who.api.get(path).json()["notifications"]) for who in (scene.ada, delegate)] == [1, 0]


@pytest.mark.parametrize(
    "means",
    [Means(smtp="http://mail.test", mail_from="a@b.test"), Means(smtp="smtp://mail.test"), Means(vapid="short")],
)
def test_means_that_are_wrong_are_said_when_the_hub_starts(scene: Scene, means: Means) -> None:
    with pytest.raises(SettingsError):
        Worker(scene.world.database, means)


def test_a_channel_that_was_closed_is_tried_later(scene: Scene) -> None:
    scene.address(scene.ada, "email")
    scene.worker = Worker(scene.world.database, Means())
    scene.happens()
    scene.deliver()
    assert scene.states() == [("ada", "raised", "waiting", None)]
