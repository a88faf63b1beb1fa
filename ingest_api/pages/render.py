"""Templates to answers: the only place that knows Jinja2. Everything is escaped; what is undefined is a fault."""

from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ingest_api.pages.visitor import Guest

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


def static(name: str) -> str:
    """The address of a static file, with its hash: a changed file is another address, so copies can be kept."""
    return f"/static/{name}?{_HASHES[name]}"


_HASHES = {file.name: sha256(file.read_bytes()).hexdigest()[:12] for file in STATIC.iterdir() if file.is_file()}

environment = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=False,
)
environment.globals["static"] = static


def page(request: Request, visitor: Guest, template: str, status: int = 200, **model: Any) -> HTMLResponse:
    """That template for that visitor. `?done=key` shows the sentence of that name of the page's words."""
    words = visitor.words(template.removesuffix(".html"))
    told = {
        "visitor": visitor,
        "here": request.url.path,
        "w": words,
        "common": visitor.words("common"),
        "done": words.table("done").get(request.query_params.get("done", "")),
    }
    return HTMLResponse(environment.get_template(template).render(told | model), status)
