"""Is it alive, is it ready, what has it counted."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ingest_api.context import PUBLIC, TheHub

router = APIRouter(tags=["health"], dependencies=[PUBLIC])


@router.get("/health/live")
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@router.get("/health/ready")
def ready(hub: TheHub, response: Response) -> dict[str, bool]:
    """200 when every needed part works, else 503; the parts by name."""
    parts = hub.ready()
    response.status_code = 200 if all(parts.values()) else 503
    return parts


@router.get("/metrics")
def metrics() -> Response:
    """Counters in Prometheus' text form; no person in any label."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
