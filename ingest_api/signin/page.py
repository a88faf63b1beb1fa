"""The few pages sign-in has of its own: no script, no style, nothing loaded, in French and English."""

from collections.abc import Mapping
from html import escape

from ingest_api.signin.provider import Provider

_FRAME = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Vigie</title></head>
<body><main>{body}</main></body></html>
"""


def choices(providers: Mapping[str, Provider], invited: str) -> str:
    """Who may vouch for whoever signs in; `invited` says that an invitation is at hand."""
    links = "".join(
        f'<p><a href="/sign-in/{escape(name)}">{escape(provider.settings.label)}</a></p>'
        for name, provider in providers.items()
    )
    none = "<p>Aucun fournisseur d’identité n’est configuré. / No identity provider is configured.</p>"
    return _page(f"<h1>Se connecter / <span lang=en>Sign in</span></h1>{invited}{links or none}{_INVITATION}")


def invitation_kept() -> str:
    """What the page says while an invitation is at hand."""
    return "<p role=status>Invitation enregistrée : connectez-vous. / Invitation kept: now sign in.</p>"


def signed_out(provider: str | None) -> str:
    """It is done here; where to end the provider's own session too, if it has one."""
    further = f'<p><a href="{escape(provider)}">Continuer / Continue</a></p>' if provider else ""
    return _page(
        '<h1>Déconnecté / <span lang=en>Signed out</span></h1><p><a href="/sign-in">Se connecter / Sign in</a></p>'
        + further
    )


def refused(why: str) -> str:
    """Why a sign-in did not succeed, and the way to try again."""
    return _page(
        "<h1>Connexion refusée / <span lang=en>Not signed in</span></h1>"
        f'<p lang=en>{escape(why)}</p><p><a href="/sign-in">Recommencer / Begin again</a></p>'
    )


def _page(body: str) -> str:
    return _FRAME.format(body=body)


_INVITATION = (
    '<form method="post" action="/sign-in/invitation"><p><label>Invitation '
    '<input name="invitation" autocomplete="off" spellcheck="false" required></label> '
    "<button>OK</button></p></form>"
)
