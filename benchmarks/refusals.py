"""What a clock tells of who is here: a record one may not see, beside one that is not there."""

from uuid import uuid4

from benchmarks.reading_back import Asked, Ratio, id_of, people, unlimited
from benchmarks.setting import Setting
from hub.database import Database
from ingest_api.access import ActorRole

CALLS = 200
"""Of each, in turn: medians count."""
MOST = 1.05


def run(where: Setting, rounds: int) -> list[Ratio]:
    """A clinician whom nobody let in."""
    database = Database(where.database_url)
    try:
        asked = Asked(unlimited(database), ActorRole.CLINICIAN, "Dr Nobody")
        (person,) = people(where, 1)
        paths = [f"/v1/people/{whose}/latest" for whose in (uuid4(), id_of(where, person))]
        found = [asked.refused(paths, CALLS) for _ in range(rounds)]
    finally:
        database.close()
    name = "a record one may not see, beside one that is not there"
    return [Ratio(name, [absent for absent, _ in found], [unseen for _, unseen in found], MOST)]
