"""A sign-in under way: what was sent to the provider and must come back, to the same browser, once.

State and browser are 256 random bits each, kept as SHA-256. The nonce binds the identity token to this attempt
(OpenID Connect Core 1.0, 3.1.2.1), the verifier the code (RFC 7636), the browser's cookie the person before it.
"""

from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest

from hub.accounts import fresh_secret, secret_hash
from hub.database import Connection
from hub.errors import SignInRefused

ATTEMPT_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one attempt is bound to; `state` and `browser` are secrets of the browser that set out."""

    provider: str
    state: str
    browser: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What was kept of an attempt that came back; `invitation` is a hash."""

    provider: str
    nonce: str
    verifier: str
    invitation: bytes | None


class Attempts:
    """Attempts, within the transaction of `connection` (role `vigie_register`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def begin(self, provider: str, invitation: str | None) -> Attempt:
        """A new attempt; those that are over are swept away."""
        attempt = Attempt(provider, *(fresh_secret() for _ in range(4)))
        self._connection.execute("DELETE FROM sign_in WHERE expires_at < now()")
        self._connection.execute(
            "INSERT INTO sign_in (state, browser, provider, nonce, verifier, invitation, expires_at) "
            "VALUES (%s, %s, %s, %s, %s, %s, now() + %s)",
            (
                secret_hash(attempt.state),
                secret_hash(attempt.browser),
                provider,
                attempt.nonce,
                attempt.verifier,
                secret_hash(invitation) if invitation else None,
                ATTEMPT_LIFE,
            ),
        )
        return attempt

    def take(self, state: str, browser: str) -> Returned | None:
        """What was kept under that state, taken away for good; None if nothing is, or another browser set out."""
        row = self._connection.execute(
            "DELETE FROM sign_in WHERE state = %s AND expires_at > now() "
            "RETURNING browser, provider, nonce, verifier, invitation",
            (secret_hash(state),),
        ).fetchone()
        if row is None or not compare_digest(row[0], secret_hash(browser)):
            return None
        return Returned(*row[1:])


def required(returned: Returned | None) -> Returned:
    """That; raises SignInRefused for None."""
    if returned is None:
        raise SignInRefused("this sign-in was not begun in this browser, is over, or was used before; begin again")
    return returned
