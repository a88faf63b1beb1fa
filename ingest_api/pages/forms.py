"""Forms: their fields in, and a redirect to the page that says what was done."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends
from fastapi.responses import RedirectResponse

from ingest_api.signin import guard

Form = Annotated[dict[str, str], Depends(guard.fields)]
"""The fields of a form; the token against forged requests is looked at by the policy, before the route is called."""


def done(path: str, key: str) -> RedirectResponse:
    """To that page, which says the sentence of that key: reloading it sends nothing twice."""
    return RedirectResponse(f"{path}?done={quote(key, safe='')}", 303)


def local(path: str) -> str:
    """That path if it leads somewhere on this site, else the start: nobody is sent elsewhere by a link's wording."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isascii() and path.isprintable()
    return path if ours and len(path) <= 500 else "/"
