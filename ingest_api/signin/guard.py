"""Against requests another site has a signed-in browser send: where they come from, and a token only our pages know.

A cookie travels with any request; a bearer token does not, and needs none of this.
"""

import hmac
from hashlib import sha256
from urllib.parse import parse_qs

from fastapi import HTTPException, Request

from ingest_api.site import Site

HEADER = "x-vigie-csrf"
FIELD = "csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_FIELDS = 50


def csrf_token(cookie: str) -> str:
    """The token of the session of that cookie: only who holds the cookie can make it, and it does not tell it."""
    return hmac.new(cookie.encode(), b"vigie csrf", sha256).hexdigest()


def check_same_site(request: Request, site: Site) -> None:
    """Raise 403 unless the browser says that a page of ours sends this.

    A form under `Referrer-Policy: no-referrer` says `Origin: null` (Fetch, "append a request Origin header"): then
    Sec-Fetch-Site must say it. Neither of the two is no browser of today, or somebody hiding.
    """
    fetch_site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if fetch_site is None:
        ours = origin == site.origin
    else:
        ours = fetch_site == "same-origin" and origin in (None, "null", site.origin)
    if not ours:
        raise HTTPException(403, "this must be sent from a page of this site itself; open the page anew and try again")


def check_token(cookie: str, sent: str | None) -> None:
    """Raise 403 unless the request holds its session's token."""
    if not hmac.compare_digest(csrf_token(cookie).encode(), (sent or "").encode("utf-8", "surrogatepass")):
        raise HTTPException(
            403, f"send the session's token in {HEADER} or the form's field `{FIELD}`; open the page anew"
        )


async def fields(request: Request) -> dict[str, str]:
    """The fields of a form sent as application/x-www-form-urlencoded, the last of each name; none of any other body."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    try:
        return {name: values[-1] for name, values in _parsed(await request.body()).items()}
    except ValueError:
        raise HTTPException(422, "the form cannot be read; open the page anew") from None


def _parsed(body: bytes) -> dict[str, list[str]]:
    return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
