"""The page of a home's inbox: one tap, its original time, and taking a mistake back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from hub.accounts import ActorRole
from hub.database import Role
from hub.quantities import Kind, Quantity, Unit
from hub.records import DeviceKind
from ingest_api.pages.preferences import Preferences
from ingest_api.pages.routes.inbox import likely_told
from ingest_api.pages.visitor import Guest
from ingest_api.pages.words import Language
from tests.access.world import Holder, World
from tests.pages.settling.visit import Html, Visit, visit
from tests.support.clock import begun
from tests.support.readings import a_reading, kg
from timeseries.household import Inbox
from timeseries.postgres_store import PostgresStore


def weighed() -> datetime:
    return begun() - timedelta(days=2)


@dataclass(frozen=True, slots=True)
class House:
    """Ada and Bob, and a weight of their shared scale that waits, with its body fat."""

    world: World
    ada: Holder
    bob: Holder
    id: UUID
    key: UUID

    @property
    def path(self) -> str:
        """Of its inbox."""
        return f"/households/{self.id}/inbox"

    def by(self, who: Holder, language: str = "en") -> Visit:
        """Signed in as a member."""
        return visit(self.world, who, language)

    def give(self, who: Holder, to: object) -> Html:
        """One tap."""
        return self.by(who).done(f"{self.path}/{self.key}", {"person": str(to)})

    def weights(self, holder: Holder) -> list[tuple[float, object]]:
        """In somebody's record."""
        rows = self.world.as_administrator(
            "SELECT value, taken_at FROM reading WHERE person = %s AND kind IN (4, 6) ORDER BY kind", holder.number
        )
        return [(value, at) for value, at in rows]


@pytest.fixture
def home(world: World) -> House:
    """It waits, likely Ada's."""
    ada, bob = world.holder("Ada"), world.holder("Bob")
    scale = world.record.device(DeviceKind.SCALE)
    id_ = world.record.household([ada.person, bob.person], [scale]).id
    number = world.record.number_of_household(id_)
    of: dict[str, Any] = {
        "person": None,
        "household": number,
        "device": scale.number,
        "taken_at": weighed(),
        "utc_offset": 60,
    }
    weight = a_reading(f"w{number}", kind=Kind.WEIGHT, raw=kg(70.04), **of)
    fat = a_reading(f"f{number}", kind=Kind.BODY_FAT, raw=Quantity(23.5, Unit.PERCENT), **of)
    with world.database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep([weight, fat])
    with world.database.transaction(Role.WATCH) as connection:
        inbox = Inbox(connection)
        inbox.leave(inbox.of(number, UUID(bytes=weight.key)), [(ada.number, 0.8), (bob.number, 0.2)])
    return House(world, ada, bob, id_, UUID(bytes=weight.key))


def test_a_weight_is_shown_with_its_time_and_the_likeliest_first(home: House) -> None:
    page = home.by(home.ada, "fr").page(home.path)
    local = (weighed() + timedelta(hours=1)).strftime("%H:%M")
    assert "70,0 kg" in page.text
    assert local in page.text
    assert "masse grasse 23,5 %" in page.text
    assert page.text.index("Ada très probable") < page.text.index("Bob possible") < page.text.index("Aucun de nous")
    tapped = [at["value"] for at in page.of("button") if at.get("name") == "person"]
    assert tapped == [str(home.ada.id), str(home.bob.id), "nobody"]


def test_one_tap_puts_it_into_the_record_with_what_came_with_it_at_its_original_time(home: House) -> None:
    page = home.give(home.ada, home.ada.id)
    assert home.weights(home.ada) == [(70.04, weighed()), (23.5, weighed())]
    assert "Nothing waits." in page.text
    assert "went to Ada" in page.text


def test_whoever_gave_it_away_by_mistake_takes_it_back_and_it_waits_again_as_it_was(home: House) -> None:
    home.give(home.ada, home.bob.id)
    page = home.by(home.ada).done(f"{home.path}/{home.key}/undo")
    assert home.weights(home.bob) == []
    assert "Ada very likely Bob possible" in page.text
    assert home.give(home.ada, home.ada.id)
    assert home.weights(home.ada) == [(70.04, weighed()), (23.5, weighed())]


def test_after_an_hour_it_is_no_longer_theirs_to_see_nor_to_take_back(home: House) -> None:
    home.give(home.ada, home.bob.id)
    home.world.as_administrator("UPDATE inbox SET decided_at = decided_at - interval '61 minutes'")
    assert "70.0 kg" not in home.by(home.ada).page(home.path).text
    assert home.by(home.ada).post(f"{home.path}/{home.key}/undo").status_code == 404
    assert home.by(home.ada).post(f"{home.path}/{home.key}", {"person": str(home.ada.id)}).status_code == 404
    assert home.weights(home.bob) == [(70.04, weighed()), (23.5, weighed())]
    assert "went to Bob" in home.by(home.bob).page(home.path).text


def test_what_one_was_given_by_another_member_one_puts_back_oneself(home: House) -> None:
    home.give(home.ada, home.bob.id)
    home.by(home.bob).done(f"{home.path}/{home.key}/undo")
    assert home.weights(home.bob) == []
    assert "70.0 kg" in home.by(home.ada).page(home.path).text


def test_a_member_who_gave_nothing_never_sees_what_went_to_another(home: House) -> None:
    home.give(home.bob, home.bob.id)
    assert "70.0 kg" not in home.by(home.ada).page(home.path).text
    assert home.by(home.ada).post(f"{home.path}/{home.key}/undo").status_code == 404


def test_nobodys_is_nobodys_and_any_member_may_take_that_back(home: House) -> None:
    page = home.give(home.ada, "nobody")
    assert "went to nobody of this home" in page.text
    assert home.weights(home.ada) == home.weights(home.bob) == []
    assert "very likely" in home.by(home.bob).done(f"{home.path}/{home.key}/undo").text


def test_what_was_put_back_is_never_given_again_unasked(home: House) -> None:
    home.give(home.ada, home.bob.id)
    home.by(home.bob).done(f"{home.path}/{home.key}/undo")
    with home.world.database.transaction(Role.WATCH) as connection:
        Inbox(connection).look_again(home.world.record.number_of_household(home.id))
        undecided = Inbox(connection).undecided(100)
    assert [row.key for occasion in undecided for row in occasion.rows if row.key == home.key] == []


def test_neither_a_stranger_nor_somebody_of_no_such_home_is_given_anything(home: House) -> None:
    eve = home.world.holder("Eve")
    for path in (f"{home.path}/{home.key}", f"{home.path}/{home.key}/undo"):
        assert visit(home.world, eve).post(path, {"person": str(eve.id)}).status_code == 404
    assert visit(home.world, eve).get(home.path).status_code == 404
    for person in (str(eve.id), "", "x"):
        assert home.by(home.ada).post(f"{home.path}/{home.key}", {"person": person}).status_code == 404


def test_it_cannot_go_to_somebody_who_stopped_collection_and_that_is_said(home: House) -> None:
    home.bob.api.post(home.bob.path("/collection"), {"stopped": True})
    page = home.give(home.ada, home.bob.id)
    assert "has stopped the collection" in page.text
    assert "70.0 kg" in page.text


def test_giving_and_taking_back_stand_in_the_log_of_whose_record_it_was(home: House) -> None:
    home.give(home.ada, home.bob.id)
    home.by(home.ada).done(f"{home.path}/{home.key}/undo")
    text = home.by(home.bob).page(f"/people/{home.bob.id}/access-log").text
    assert text.count("Ada person with a record Said whose a measurement was weight") == 2


def test_a_delegate_sorts_for_the_person_and_a_mere_looker_does_not(home: House) -> None:
    sister, looker = (home.world.somebody(ActorRole.CAREGIVER) for _ in range(2))
    home.world.grant(home.ada, sister, delegate=True)
    home.world.grant(home.ada, looker)
    assert visit(home.world, looker).get(home.path).status_code == 404
    visit(home.world, sister).done(f"{home.path}/{home.key}", {"person": str(home.ada.id)})
    assert len(home.weights(home.ada)) == 2


@pytest.mark.parametrize(
    ("probability", "word"),
    [(1.0, "very likely"), (0.75, "very likely"), (0.74, "likely"), (0.4, "likely"), (0.1, "possible"),
     (0.09, "unlikely"), (0.0, "unlikely")],
)  # fmt: skip
def test_a_probability_has_a_word(probability: float, word: str) -> None:
    assert likely_told(Guest(Preferences(Language.EN)), probability) == word
