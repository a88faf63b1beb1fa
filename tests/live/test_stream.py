"""What a stream tells, to whom, and that nothing is lost or told twice."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from alerts.wording import Language, title
from hub.database import Role
from hub.measurements import Condition
from hub.quantities import Kind
from hub.readings import Reading
from hub.records import DeviceKind
from ingest_api.live import news
from tests.access.world import Holder, World, weight
from tests.live.following import heard, look
from tests.support.readings import a_reading, kg, mg_dl
from timeseries.postgres_store import PostgresStore
from timeseries.upkeep import Upkeep

MINUTE = timedelta(minutes=1)


def sensed(holder: Holder, value: float, minutes_ago: float) -> Reading:
    """What the sensor said."""
    at = datetime.now(UTC) - minutes_ago * MINUTE
    return a_reading(str(uuid4()), person=holder.number, device=holder.sensor.number, raw=mg_dl(value), taken_at=at)


@pytest.fixture
def ada(world: World) -> Holder:
    """Somebody new, whose sensor said 100 and 104 five minutes apart."""
    holder = world.holder()
    world.keep(sensed(holder, 100, 6), sensed(holder, 104, 1))
    return holder


# ── What is told ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_stream_opens_with_the_glucose_they_have_now(world: World, ada: Holder) -> None:
    [opening] = look(ada.api, ada.path()).heard
    assert opening.name == "reading"
    told = {name: opening.data[name] for name in ("kind", "value", "unit", "status", "arrow", "condition")}
    assert told == {
        "kind": "glucose_interstitial", "value": 104.0, "unit": "mg/dL", "status": "target", "arrow": "Flat",
        "condition": None,
    }  # fmt: skip
    shown = opening.data["now"]
    assert (shown["value"], shown["unit"], shown["zone"], shown["age"]) == ("104", "mg/dL", "target", "fresh")


def test_a_record_without_glucose_opens_with_nothing(world: World) -> None:
    bob = world.holder("Bob")
    assert look(bob.api, bob.path()).heard == []


def test_what_came_since_is_told_once(world: World, ada: Holder) -> None:
    opened = look(ada.api, ada.path())
    assert look(ada.api, ada.path(), opened.mark).heard == []
    world.keep(sensed(ada, 190, 0))
    later = look(ada.api, ada.path(), opened.mark)
    assert later.values == [190.0]
    assert later.heard[0].data["now"]["value"] == "190"
    assert look(ada.api, ada.path(), later.mark).heard == []


@pytest.mark.parametrize(
    ("unit", "language", "value", "shown", "ago"),
    [("mg/dL", "en", 190.0, "190", "just now"), ("mmol/L", "fr", 10.5463, "10,5", "à l’instant")],
)
def test_every_word_is_in_the_language_and_unit_asked(
    world: World, ada: Holder, unit: str, language: str, value: float, shown: str, ago: str
) -> None:
    opened = look(ada.api, ada.path())
    world.keep(sensed(ada, 190, 0))
    [reading] = look(ada.api, ada.path(), opened.mark, unit=unit, language=language).heard
    now = reading.data["now"]
    assert (reading.data["value"], reading.data["unit"]) == (pytest.approx(value, abs=1e-3), unit)
    assert (now["value"], now["unit"], now["ago"]) == (shown, unit, ago)


def test_what_is_displayed_is_what_a_page_made_now_displays(world: World, ada: Holder) -> None:
    opened = look(ada.api, ada.path())
    world.keep(sensed(ada, 251, 0))
    [reading] = look(ada.api, ada.path(), opened.mark).heard
    page, now = ada.api.get(f"/people/{ada.id}").text, reading.data["now"]
    keys = ("value", "unit", "arrow", "status", "arrow_word", "source", "ago", "at")
    assert [f">{now[key]}</" in page for key in keys] == [True] * len(keys)
    assert [f'data-{name}="{now[key]}"' in page for name, key in (("zone", "zone"), ("age", "age"))] == [True, True]


def test_a_page_goes_on_from_where_it_was_made_and_is_told_what_it_draws(world: World, ada: Holder) -> None:
    page = ada.api.get(f"/people/{ada.id}").text
    world.keep(weight(ada, 70, timedelta()), sensed(ada, 251, 0))
    [_, after] = page.split('data-after="', 1)
    answer = ada.api.get(ada.path("/stream"), stay=0, drawn=True, after=after.partition('"')[0]).text
    told = [each.data for each in heard(answer.splitlines()) if each.name == "reading"]
    assert [each["value"] for each in told] == [70, 251]
    parts = told[-1]["parts"]
    assert [name for name, part in parts.items() if part] == ["day", "weight"]
    name, attributes, [svg, labelled, *_] = parts["day"]["chart"]
    assert (name, attributes["class"], svg, "251" in labelled["aria-label"]) == ("div", "chart chart-line", "svg", True)
    assert [parts["day"]["table"][0], parts["weight"]["value"]] == ["table", "70.0\N{NO-BREAK SPACE}kg"]


def test_beyond_what_the_sensor_can_measure_no_number_is_told(world: World, ada: Holder) -> None:
    opened = look(ada.api, ada.path())
    low = a_reading(str(uuid4()), person=ada.number, device=ada.sensor.number, raw=mg_dl(39), value=None,
                    condition=Condition.BELOW_RANGE, taken_at=datetime.now(UTC))  # fmt: skip
    world.keep(low)
    [told] = look(ada.api, ada.path(), opened.mark).heard
    assert (told.data["value"], told.data["condition"], told.data["status"]) == (None, "below_range", "very-low")
    assert told.data["now"]["value"] == "LO"


def test_a_unit_in_which_glucose_is_not_followed_is_refused(ada: Holder) -> None:
    assert ada.api.get(ada.path("/stream"), unit="kg", stay=0).status_code == 422
    assert ada.api.get(ada.path("/stream"), unit="g/L", stay=0).status_code == 422


def test_readings_of_long_ago_are_told_and_are_not_what_they_have_now(world: World, ada: Holder) -> None:
    opened = look(ada.api, ada.path())
    world.keep(sensed(ada, 55, 3000), sensed(ada, 60, 2990))
    old = look(ada.api, ada.path(), opened.mark)
    assert old.values == [55.0, 60.0]
    assert [each.data.get("now", {}).get("value") for each in old.heard] == [None, "104"]
    assert [each.data["arrow"] for each in old.heard] == [None, None]


def test_other_kinds_are_told_in_their_own_unit(world: World, ada: Holder) -> None:
    opened = look(ada.api, ada.path())
    world.keep(weight(ada, 71.5, timedelta()))
    [told] = look(ada.api, ada.path(), opened.mark, unit="mmol/L").heard
    assert (told.data["kind"], told.data["value"], told.data["unit"]) == ("weight", 71.5, "kg")
    assert (told.data["status"], told.data.get("now")) == (None, None)


# ── Nothing lost, nothing twice ──────────────────────────────────────────────────────────────────────────────────────


def test_what_is_committed_late_is_told_though_it_was_received_and_written_earlier(world: World, ada: Holder) -> None:
    opened = look(ada.api, ada.path())
    with world.database.transaction(Role.INTAKE) as slow:
        PostgresStore(slow).keep([sensed(ada, 111, 2)])
        world.keep(sensed(ada, 122, 1.5))
        before = look(ada.api, ada.path(), opened.mark)
    after = look(ada.api, ada.path(), before.mark)
    assert (before.values, after.values) == ([122.0], [111.0])
    assert look(ada.api, ada.path(), after.mark).values == []


def test_a_stream_cut_anywhere_goes_on_where_it_was(world: World, ada: Holder) -> None:
    opened = look(ada.api, ada.path())
    world.keep(*(sensed(ada, 140 + n, 0.9 - n / 10) for n in range(4)))
    world.keep(weight(ada, 70, timedelta(minutes=3)))
    world.keep(*(sensed(ada, 150 + n, 0.4 - n / 10) for n in range(3)))
    whole = look(ada.api, ada.path(), opened.mark)
    assert whole.values == [140, 141, 142, 143, 70, 150, 151, 152]
    for n, cut in enumerate(whole.heard):
        assert look(ada.api, ada.path(), cut.mark).values == whole.values[n + 1 :]


def test_a_stream_cut_anywhere_is_not_thrown_off_by_what_came_since(world: World, ada: Holder) -> None:
    opened = look(ada.api, ada.path())
    world.keep(*(sensed(ada, 140 + n, 0.9 - n / 10) for n in range(3)))
    whole = look(ada.api, ada.path(), opened.mark)
    world.keep(sensed(ada, 99, 5))
    rest = [look(ada.api, ada.path(), cut.mark) for cut in whole.heard]
    assert [each.values for each in rest[:2]] == [[141, 142], [142]]
    assert [look(ada.api, ada.path(), each.mark).values for each in rest] == [[99], [99], []]
    assert rest[2].values == [99]


def test_more_than_is_told_at_once_is_told_in_the_next_looks(
    world: World, ada: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "AT_ONCE", 2)
    mark, told = look(ada.api, ada.path()).mark, []
    for n in range(5):
        world.keep(sensed(ada, 100 + n, 0.5 - n / 10))
    for _ in range(4):
        each = look(ada.api, ada.path(), mark)
        told.append(each.values)
        mark = each.mark
    assert told == [[100, 101], [102, 103], [104], []]


def test_a_weighing_given_to_its_person_days_later_is_told(world: World) -> None:
    member, scale = world.holder("Dora"), world.record.device(DeviceKind.SCALE)
    home = world.record.household([member.person], [scale])
    waits = a_reading(str(uuid4()), person=None, household=world.record.number_of_household(home.id), kind=Kind.WEIGHT,
                      device=scale.number, raw=kg(70), taken_at=datetime.now(UTC) - timedelta(days=3))  # fmt: skip
    world.keep(waits)
    opened = look(member.api, member.path())
    given = f"/v1/households/{home.id}/unassigned/{UUID(bytes=waits.key)}/assign"
    assert member.api.post(given, {"person": str(member.id)}).status_code == 200
    assert look(member.api, member.path(), opened.mark).values == [70]


def test_after_an_hour_a_stream_begins_anew_with_what_they_have_now(ada: Holder) -> None:
    opened = look(ada.api, ada.path())
    at, rest = opened.mark.split("~", 1)
    for said in (f"{int(at) - 3600}~{rest}", "made up"):
        anew = ada.api.request("GET", ada.path("/stream?stay=0"), headers={"Last-Event-ID": said})
        assert [each.data["value"] for each in heard(anew.text.splitlines())] == [104]


def test_news_is_swept_after_two_hours(world: World, ada: Holder) -> None:
    world.as_administrator("UPDATE news SET at = now() - interval '121 minutes' WHERE person = %s", ada.number)
    world.keep(sensed(ada, 90, 0))
    Upkeep(world.database).turn()
    assert world.as_administrator("SELECT cardinality(keys) FROM news WHERE person = %s", ada.number) == [(1,)]


# ── Who is told ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_somebody_let_in_to_some_kinds_is_told_those(world: World, ada: Holder) -> None:
    carer = world.clinician()
    world.grant(ada, carer, [Kind.WEIGHT])
    opened = look(carer.api, ada.path())
    world.keep(sensed(ada, 190, 0), weight(ada, 71, timedelta()))
    later = look(carer.api, ada.path(), opened.mark)
    assert (opened.values, later.values) == ([], [71])
    assert later.heard[0].data.get("now") is None


def test_what_is_hidden_is_told_to_the_person_alone_and_changes_nothing_for_others(world: World, ada: Holder) -> None:
    carer = world.clinician()
    world.grant(ada, carer)
    hers, theirs = look(ada.api, ada.path()), look(carer.api, ada.path())
    since = (datetime.now(UTC) - MINUTE / 2).isoformat()
    assert ada.api.post(ada.path("/hidden"), {"kind": "glucose_interstitial", "from": since}).status_code == 201
    world.keep(sensed(ada, 300, 0))
    assert look(ada.api, ada.path(), hers.mark).values == [300]
    assert look(carer.api, ada.path(), theirs.mark).heard == []


def test_once_the_newest_is_hidden_others_are_told_what_is_newest_to_them(world: World, ada: Holder) -> None:
    carer = world.clinician()
    world.grant(ada, carer)
    hers, theirs = look(ada.api, ada.path()), look(carer.api, ada.path())
    since = (datetime.now(UTC) - 3 * MINUTE).isoformat()
    assert ada.api.post(ada.path("/hidden"), {"kind": "glucose_interstitial", "from": since}).status_code == 201
    hers, theirs = look(ada.api, ada.path(), hers.mark), look(carer.api, ada.path(), theirs.mark)
    assert hers.now is not None
    assert theirs.now is not None
    assert (hers.now["value"], theirs.now["value"]) == ("104", "100")
    assert (hers.heard, theirs.heard) == ([], [])


def test_opening_is_entered_in_the_log_once_and_looking_on_is_not(world: World, ada: Holder) -> None:
    carer = world.clinician()
    world.grant(ada, carer)
    mark = look(carer.api, ada.path()).mark
    world.keep(sensed(ada, 120, 0))
    assert look(carer.api, ada.path(), mark, stay=2).values == [120]
    log = ada.api.get(ada.path("/access-log")).json()["accesses"]
    assert [(entry["who"], entry["act"]) for entry in log] == [(carer.name, "read")] * 2


def test_nobody_is_told_of_another_person(world: World, ada: Holder) -> None:
    bob = world.holder("Bob")
    opened = look(bob.api, bob.path())
    world.keep(sensed(ada, 120, 0))
    assert look(bob.api, bob.path(), opened.mark).heard == []
    assert bob.api.get(ada.path("/stream"), stay=0).status_code == 404


# ── Silence ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("minutes", "said"), [(14, []), (16, [15]), (31, [30])])
def test_a_sensor_not_heard_for_15_and_for_30_minutes_is_silent(world: World, minutes: int, said: list[int]) -> None:
    bob = world.holder("Bob")
    world.keep(sensed(bob, 100, minutes))
    told = look(bob.api, bob.path()).heard
    assert [each.data["minutes"] for each in told if each.name == "silence"] == said
    assert all(each.data["now"]["arrow"] == "" for each in told if each.name == "silence")


def test_silence_is_told_once_and_a_reading_ends_it(world: World) -> None:
    bob = world.holder("Bob")
    world.keep(sensed(bob, 100, 31))
    opened = look(bob.api, bob.path(), stay=2)
    assert [each.name for each in opened.heard] == ["reading", "silence"]
    world.keep(sensed(bob, 101, 0))
    assert [each.name for each in look(bob.api, bob.path(), opened.mark).heard] == ["reading"]


# ── Alerts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def raised(world: World, holder: Holder, kind: int = 1, ago: str = "0 minutes") -> None:
    """An alert as the watch's journal has it."""
    numbers = [{"name": "glucose", "value": 47, "unit": "mg/dL"}, {"name": "bound", "value": 54, "unit": "mg/dL"}]
    because = json.dumps({"key": "urgent_low", "numbers": numbers})
    world.as_administrator(
        "WITH a AS (INSERT INTO alert (person, shown, key, id, rule, kinds, level, since, last, raised_at, because, "
        "evidence) VALUES (%s, false, gen_random_uuid()::text, gen_random_uuid(), 'urgent_low', ARRAY[%s]::smallint[], "
        "'urgent', now(), now(), now(), %s::jsonb, '[]') RETURNING *) "
        "INSERT INTO alert_event (person, shown, alert, what, at, rule, level, because, rings) "
        "SELECT person, shown, key, 'raised', now() - %s::interval, rule, level, because, true FROM a",
        holder.number, kind, because, ago,
    )  # fmt: skip


def test_an_alert_is_told_in_words_to_whoever_may_see_what_it_is_of(world: World, ada: Holder) -> None:
    carer, scales = world.clinician(), world.clinician()
    world.grant(ada, carer)
    world.grant(ada, scales, [Kind.WEIGHT])
    marks = [look(each.api, ada.path()).mark for each in (ada, carer, scales)]
    raised(world, ada)
    hers, theirs, nothing = (
        look(each.api, ada.path(), mark, language="fr").heard
        for each, mark in zip((ada, carer, scales), marks, strict=True)
    )
    assert [(each.name, each.data["what"], each.data["level"]) for each in hers] == [("alert", "raised", "urgent")]
    assert hers[0].data["title"] == title("urgent_low", Language.FR)
    assert hers[0].data["sentence"]
    assert [each.data for each in theirs] == [hers[0].data]
    assert nothing == []


def test_an_alert_made_anew_of_the_past_is_no_news(world: World, ada: Holder) -> None:
    opened = look(ada.api, ada.path())
    raised(world, ada, ago="2 hours")
    assert look(ada.api, ada.path(), opened.mark).heard == []
