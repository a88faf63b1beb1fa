"""Alerts that ring without a watch: the journal written as the watch writes it, and whoever is to hear."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from alerts.channel import Means
from alerts.delivery.planner import Planner
from alerts.delivery.worker import Worker
from alerts.outward import Outward
from hub.database import Role
from tests.access.world import Holder, Somebody, World
from tests.support.patience import PATIENCE
from tests.support.sinks import Sink
from vigie.telling import new_push_key

BECAUSE = {
    "key": "urgent_low",
    "numbers": [{"name": "glucose", "value": 47.0, "unit": "mg/dL"}, {"name": "bound", "value": 54.0, "unit": "mg/dL"}],
}
ALERT = "urgent_low@2026"
KEY = new_push_key()
NEAR = Outward(may=lambda _: True, schemes=("http",), within=PATIENCE)
"""The sinks of tests are on this machine, and speak plain http; they are waited for."""

HASTY = replace(NEAR, within=0.3)
"""For a sink that will not answer."""


@dataclass
class Scene:
    """Ada with her mother and her doctor, and what tells them."""

    world: World
    sink: Sink
    mail: Sink
    ada: Holder = field(init=False)
    mother: Somebody = field(init=False)
    doctor: Somebody = field(init=False)
    planner: Planner = field(init=False)
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        """With an address each, confirmed; nobody in a chain."""
        self.ada, self.mother, self.doctor = self.world.holder(), self.world.clinician(), self.world.clinician()
        for somebody in (self.mother, self.doctor):
            self.world.grant(self.ada, somebody)
        self.planner = Planner(self.world.database)
        self.worker = self.another_worker()

    def another_worker(self, outward: Outward = NEAR) -> Worker:
        """One more."""
        means = Means("https://hub.test", self.mail.smtp, "vigie@hub.test", KEY, outward)
        return Worker(self.world.database, means)

    # ── who is told ──────────────────────────────────────────────────────────────────────────────────────────────────

    def address(self, of: Somebody, channel: str = "webhook", *, address: str = "", reveals: bool = False) -> UUID:
        """A confirmed one."""
        spelled = address or {"webhook": f"{self.sink.url}/{uuid4()}", "email": f"u{uuid4().hex}@home.test"}[channel]
        rows = self.world.as_administrator(
            "INSERT INTO contact (account, channel, address, language, glucose_unit, reveals, secret, verified_at) "
            "VALUES (%s, %s, %s, 'en', 'mg/dL', %s, 's3cret', now()) RETURNING id",
            of.account.number, channel, spelled, reveals,
        )  # fmt: skip
        found: UUID = rows[0][0]
        return found

    def chain(self, *steps: tuple[Somebody, float], reveals: bool = False) -> None:
        """One step each, minutes after it begins."""
        self.world.as_administrator("DELETE FROM chain WHERE person = %s", self.ada.number)
        for step, (somebody, minutes) in enumerate(steps):
            self.world.as_administrator(
                "INSERT INTO chain (person, step, account, after, reveals) VALUES (%s, %s, %s, %s, %s)",
                self.ada.number, step, somebody.account.number, timedelta(minutes=minutes), reveals,
            )  # fmt: skip

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────────

    def happens(
        self, what: str = "raised", *, ago: float = 0, level: str = "urgent", quiet: list[str] | None = None,
        only: list[str] | None = None, by: str | None = None, until: datetime | None = None, shown: bool = False,
        kinds: list[int] | None = None, ended: str | None = None,
    ) -> int:  # fmt: skip
        """An entry of the journal so many minutes ago, and its number."""
        at = datetime.now(UTC) - timedelta(minutes=ago)
        because = json.dumps(BECAUSE)
        self.world.as_administrator(
            "INSERT INTO alert (person, shown, key, id, rule, kinds, level, since, last, raised_at, because, evidence) "
            "VALUES (%s, %s, %s, %s, 'urgent_low', %s, %s, %s, %s, %s, %s, '[]') ON CONFLICT DO NOTHING",
            self.ada.number, shown, ALERT, uuid4(), kinds or [1], level, at, at, at, because,
        )  # fmt: skip
        rows = self.world.as_administrator(
            "INSERT INTO alert_event (person, shown, alert, what, at, rule, level, because, rings, quiet, only_for, "
            "by, until, ended) VALUES (%s, %s, %s, %s, %s, 'urgent_low', %s, %s, %s, %s, %s, %s, %s, %s) "
            "RETURNING number",
            self.ada.number, shown, ALERT, what, at, level, because, what in ("raised", "worsened", "reopened", "rang"),
            quiet or [], only or [], by, until, ended,
        )  # fmt: skip
        number: int = rows[0][0]
        return number

    def plan(self) -> None:
        """All there is."""
        while self.planner.turn():
            pass

    def deliver(self) -> None:
        """Plan and send all that is due."""
        self.plan()
        while self.worker.turn():
            pass

    def fails(self, sink: Sink, times: int) -> None:
        """Send hastily until that sink was tried so often; all waiting is over then."""
        self.worker = self.another_worker(HASTY)
        while sink.tried < times:
            self.deliver()
            self.hurry()
        self.worker = self.another_worker()

    def hurry(self) -> None:
        """As if all waiting were over, whoever waits."""
        self.world.as_administrator("UPDATE outbox SET not_before = now() WHERE state = 'waiting'")
        self.world.as_administrator("UPDATE outbox SET lease_until = now() WHERE state = 'sending'")

    # ── what came of it ──────────────────────────────────────────────────────────────────────────────────────────────

    def states(self) -> list[tuple[Any, ...]]:
        """Whom, what, how it stands and why, in order."""
        names = {self.ada.account.number: "ada", self.mother.account.number: "mother",
                 self.doctor.account.number: "doctor"}  # fmt: skip
        rows = self.world.as_administrator("SELECT account, what, state, reason FROM outbox ORDER BY number")
        return [(names.get(account, "?"), *rest) for account, *rest in rows]

    def texts(self) -> list[str]:
        """What the webhooks were told."""
        return [json.loads(took.body)["text"] for took in self.sink.took]

    def deliver_role(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """As the delivery's own role."""
        with self.world.database.transaction(Role.DELIVER) as connection:
            return connection.execute(query.encode(), values).fetchall()
