"""The whole way, from a reading to whoever is to be told, with the watch itself between."""

from datetime import timedelta

from alerts.watcher import Watcher
from tests.access.world import glucose
from tests.alerts.delivery.ringing import Scene

BARE = "\N{NO-BREAK SPACE}"


def test_an_urgent_low_is_told_in_the_readers_words_and_stops_once_acknowledged(scene: Scene) -> None:
    watcher = Watcher(scene.world.database)
    for somebody in (scene.ada, scene.mother):
        scene.address(somebody, reveals=True)
    scene.chain((scene.ada, 0), (scene.mother, 5))
    for ago, value in ((10, 90.0), (5, 70.0), (0, 47.0)):
        scene.world.keep(glucose(scene.ada, value, timedelta(minutes=ago)))
    while watcher.turn():
        pass
    scene.deliver()
    assert [text.replace(BARE, " ") for text in scene.texts()] == ["Glucose 47 mg/dL, under 54 mg/dL."]
    alert = scene.ada.api.get("/v1/alerts", person=str(scene.ada.id)).json()["alerts"][0]
    answer = scene.ada.api.post(f"/v1/alerts/{alert['id']}/acknowledge", {})
    assert answer.status_code == 200
    while watcher.turn():
        pass
    scene.hurry()
    scene.deliver()
    assert scene.states() == [
        ("ada", "raised", "sent", None), ("mother", "raised", "cancelled", "acknowledged"),
    ]  # fmt: skip
