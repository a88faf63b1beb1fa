"""Style, scripts, the icon, what an installed Vigie is called: the same for everybody, read once."""

from types import MappingProxyType

from fastapi import APIRouter, Response

from hub.errors import NotFound
from ingest_api.context import PUBLIC
from ingest_api.pages.render import STATIC

router = APIRouter(tags=["pages"])

KEPT = "public, max-age=31536000, immutable"
_TYPES = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".webmanifest": "application/manifest+json",
    }
)
_FILES = MappingProxyType(
    {file.name: (file.read_bytes(), _TYPES[file.suffix]) for file in STATIC.iterdir() if file.suffix in _TYPES}
)


@router.get("/static/{name}", dependencies=[PUBLIC], response_class=Response)
def static(name: str) -> Response:
    """A file of ours; pages name it with its hash, so that a copy may be kept for good."""
    if name not in _FILES:
        raise NotFound("no such file")
    content, media_type = _FILES[name]
    return Response(content, media_type=media_type, headers={"Cache-Control": KEPT})
