"""Forms: their fields in, and a redirect to the page that says what was done."""

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends
from fastapi.responses import RedirectResponse

from hub.errors import Malformed
from ingest_api.signin import guard

Form = Annotated[dict[str, str], Depends(guard.fields)]
"""The fields of a form; the token against forged requests is looked at by the policy, before the route is called."""


def done(path: str, key: str) -> RedirectResponse:
    """To that page, which says the sentence of that key: reloading it sends nothing twice."""
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}done={quote(key, safe='')}", 303)


def local(path: str) -> str:
    """That path if it leads somewhere on this site, else the start: nobody is sent elsewhere by a link's wording."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isascii() and path.isprintable()
    return path if ours and len(path) <= 500 else "/"


def day_in(form: dict[str, str], field: str) -> date | None:
    """The day in that field, None if it is left out; raises Malformed for anything else."""
    said = form.get(field, "").strip()
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Malformed(f"`{field}` must be a day, as 2026-11-22") from None


def number_in(text: str) -> float | str:
    """A number; what is none is left as it is, for whoever checks the whole to refuse."""
    try:
        return float(text)
    except ValueError:
        return text
