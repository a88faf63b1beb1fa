"""Where browsers find the hub, and what cookies they are given there."""

import pytest

from hub.errors import SettingsError
from ingest_api.site import Site


@pytest.mark.parametrize(
    "origin",
    [
        "http://vigie.example",
        "http://192.168.1.4:8080",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "https://vigie.example/",
        "https://vigie.example/path",
        "https://",
        "ftp://vigie.example",
        "vigie.example",
        "",
    ],
)
def test_what_cookies_could_not_be_kept_safe_on_is_refused(origin: str) -> None:
    with pytest.raises(SettingsError, match="VIGIE_PUBLIC_URL"):
        Site(origin)


def test_behind_https_cookies_are_bound_to_the_host() -> None:
    site = Site("https://vigie.example")
    assert (
        site.cookie(site.session_cookie, "x", 60)
        == "__Host-vigie=x; Max-Age=60; Path=/; SameSite=Lax; HttpOnly; Secure"
    )


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])
def test_on_this_machine_cookies_do_without_what_browsers_disagree_about(origin: str) -> None:
    site = Site(origin)
    assert site.cookie(site.session_cookie, "x", 60) == "vigie=x; Max-Age=60; Path=/; SameSite=Lax; HttpOnly"
