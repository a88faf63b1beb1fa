"""The service worker: at the root, since a browser lets one act only for what lies below its own address."""

from fastapi import APIRouter, Response

from ingest_api.context import PUBLIC
from ingest_api.pages.render import STATIC

router = APIRouter(tags=["pages"])

_WORKER = (STATIC / "sw.js").read_bytes()


@router.get("/sw.js", dependencies=[PUBLIC], response_class=Response)
def worker() -> Response:
    """The same for everybody; it is asked for anew each time, so that a mended one is taken up."""
    return Response(_WORKER, media_type="text/javascript; charset=utf-8")
