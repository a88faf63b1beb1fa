"""Thresholds: what alerts are held against, one whole document a version; nothing in it can silence what must ring."""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from alerts.threshold_document import thresholds_from_json, thresholds_to_json
from alerts.thresholds import Limit, Thresholds
from hub.accounts import ActorRole, Scope
from hub.quantities import Kind, Unit
from ingest_api.access import Actor
from ingest_api.context import Policy, TheHub
from ingest_api.opened import opened
from ingest_api.thresholds import OF_NOBODY, Version, limit_in, put_thresholds, versions_of
from ingest_api.units import unit_asked

router = APIRouter(prefix="/v1/people/{person}/thresholds", tags=["alerts"])

Reads = Annotated[Actor, Depends(Policy(scope=Scope.ALERTS_READ))]
Sets = Annotated[Actor, Depends(Policy((ActorRole.CLINICIAN, ActorRole.ADMIN), Scope.ALERTS_WRITE))]


class VersionAnswer(BaseModel):
    """One version: from when it holds, who set it (null: these are the defaults), and the whole document."""

    version: int
    valid_from: datetime
    set_by: str | None
    thresholds: dict[str, Any]


class ThresholdsAnswer(BaseModel):
    """What holds now, and what held before, the newest first; glucose in `unit`."""

    unit: Unit | None
    now: VersionAnswer
    before: list[VersionAnswer]


class ThresholdsBody(BaseModel):
    """The whole document, what is left out at its default; `after` is the version that was looked at."""

    model_config = ConfigDict(extra="forbid")
    after: Annotated[int, Field(ge=0, strict=True)]
    thresholds: dict[str, Any]


@router.get("")
def get_thresholds(person: UUID, hub: TheHub, actor: Reads, unit: str | None = None) -> ThresholdsAnswer:
    """What the person's alerts are held against; glucose as it was set, or in `unit`."""
    shown = unit_asked(Kind.GLUCOSE_INTERSTITIAL, unit) if unit else None
    with opened(hub, actor, person, []) as record:
        now, *before = versions_of(record.connection, record.whose)
    return ThresholdsAnswer(unit=shown, now=_version(now, shown), before=[_version(each, shown) for each in before])


@router.put("")
def put(person: UUID, body: ThresholdsBody, hub: TheHub, actor: Sets) -> VersionAnswer:
    """Set them, from now on; what they were before stays in their history."""
    wanted = thresholds_from_json(json.dumps(body.thresholds | {"version": 0}).encode())
    told = put_thresholds(hub, actor, person, wanted, body.after)
    return _version(Version(told, actor.name), None)


def _version(of: Version, unit: Unit | None) -> VersionAnswer:
    told = json.loads(thresholds_to_json(of.thresholds))
    if unit is not None:
        told |= {name: told[name] | {"limit": _said(limit, unit)} for name, limit in _limits(of.thresholds)}
    return VersionAnswer(
        version=of.thresholds.version,
        valid_from=of.thresholds.valid_from,
        set_by=of.set_by,
        thresholds={name: each for name, each in told.items() if name not in OF_NOBODY},
    )


def _limits(of: Thresholds) -> list[tuple[str, Limit]]:
    parts = ((field.name, getattr(of, field.name)) for field in fields(of))
    return [(name, part.limit) for name, part in parts if is_dataclass(part) and hasattr(part, "limit")]


def _said(limit: Limit, unit: Unit) -> dict[str, Any]:
    return {"value": limit_in(limit, unit), "unit": unit}
