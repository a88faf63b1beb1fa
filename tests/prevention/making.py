"""People whom prevention concerns, and what is told of them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from hub.quantities import Kind
from tests.access.world import Holder, World
from tests.support.clock import begun
from tests.support.http import Api
from tests.support.readings import a_reading, kg, mg_dl

ITEM = "cervical-hpv"
"""Due of a woman of 46, every 60 months."""


def a_woman(world: World, *conditions: str, born: date = date(1980, 5, 17), height_cm: float | None = None) -> Holder:
    """Of 46, unless born on another day."""
    holder = world.holder()
    world.as_administrator(
        "UPDATE person SET conditions = %s, birth_date = %s, height_cm = %s WHERE id = %s",
        list(conditions), born, height_cm, holder.id,
    )  # fmt: skip
    return holder


def told(api: Api, holder: Holder, **asked: Any) -> dict[str, Any]:
    """What prevention says of them to that caller."""
    answer = api.get(holder.path("/prevention"), **asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def item(api: Api, holder: Holder, name: str = ITEM, **asked: Any) -> dict[str, Any]:
    """What is said of one item."""
    (found,) = [each for each in told(api, holder, **asked)["items"] if each["item"] == name]
    return dict(found)


def names(api: Api, holder: Holder) -> set[str]:
    """Which items are told of."""
    return {each["item"] for each in told(api, holder)["items"]}


def say(api: Api, holder: Holder, what: str = "done", name: str = ITEM, **body: str) -> str:
    """Said of an item; the id of what was said."""
    answer = api.post(holder.path(f"/prevention/{name}/{what}"), body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def acts(world: World, holder: Holder) -> list[tuple[str, str]]:
    """Role and act of the person's log, oldest first."""
    return [
        (role, act)
        for role, act in world.as_administrator(
            "SELECT role, act FROM access_log WHERE person = %s ORDER BY number", holder.number
        )
    ]


def weigh(world: World, holder: Holder, *weights: float, first: int = 30) -> None:
    """A weighing a day, kg, the first so many days ago."""
    world.keep(*(
        a_reading(f"w{n}", person=holder.number, device=holder.scale.number, raw=kg(each), kind=Kind.WEIGHT,
                  taken_at=begun() - timedelta(days=first - n))
        for n, each in enumerate(weights)
    ))  # fmt: skip


def sense(world: World, holder: Holder, values: Sequence[float], until: datetime | None = None, step: int = 5) -> None:
    """A sensor's readings, mg/dL, the last at `until` (now, unless told)."""
    begin = (until or begun()) - timedelta(minutes=step * (len(values) - 1))
    readings = [
        a_reading(f"g{begin.timestamp()}{n}", person=holder.number, device=holder.sensor.number, raw=mg_dl(each),
                  taken_at=begin + timedelta(minutes=step * n))
        for n, each in enumerate(values)
    ]  # fmt: skip
    for start in range(0, len(readings), 2000):
        world.keep(*readings[start : start + 2000])
