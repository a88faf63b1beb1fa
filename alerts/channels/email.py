"""Mail, through the operator's server; a message sent again has the Message-ID it had."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from urllib.parse import unquote, urlsplit

from alerts.channel import Channel, Means, Message
from hub.errors import AddressDead, AddressRefused, SettingsError, TryLater

WITHIN = 15.0
"""Seconds for each step of the conversation."""

NO_SUCH_MAILBOX = frozenset({550, 551, 553})
"""RFC 5321 section 4.2.3: not there, not here, not an address."""

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_PRIORITY = {"urgent": "high"}


@dataclass(frozen=True, slots=True)
class Mail:
    """Sends mail from one address through one server; `url` is smtp:// (STARTTLS, but on this machine) or smtps://."""

    url: str
    sender: str

    def send(self, message: Message) -> None:
        """Taken once the server said so."""
        try:
            with self._connection() as server:
                server.send_message(self._mail(message))
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise (AddressDead if code in NO_SUCH_MAILBOX else TryLater)(f"the mail server answered {code}") from None
        except smtplib.SMTPResponseException as error:
            raise TryLater(f"the mail server answered {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError):
            raise TryLater("the mail server cannot be reached") from None

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        parts = urlsplit(self.url)
        host, tls = parts.hostname or "", ssl.create_default_context()
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=WITHIN, context=tls)
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=WITHIN)
        try:
            if parts.scheme == "smtp" and host not in ("127.0.0.1", "::1", "localhost"):
                server.starttls(context=tls)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            yield server
            with suppress(smtplib.SMTPException, OSError):  # it was taken; how the conversation ends changes nothing
                server.quit()
        finally:
            server.close()

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, message.address, message.title
        mail["Date"] = format_datetime(localtime())
        mail["Message-ID"] = f"<{message.key}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Importance"] = _PRIORITY.get(message.level, "normal")
        mail.set_content(f"{message.text}\n\n{message.url}\n")
        return mail


def _check(address: str, _: Means) -> str:
    if len(address) > 254 or not _ADDRESS.fullmatch(address):
        raise AddressRefused("give an e-mail address, as ada@example.org")
    return address


def _open(means: Means) -> Mail | None:
    if means.smtp is None:
        return None
    if urlsplit(means.smtp).scheme not in ("smtp", "smtps") or not urlsplit(means.smtp).hostname or not means.mail_from:
        raise SettingsError("VIGIE_SMTP_URL must be smtp(s)://user:password@host:port, with VIGIE_MAIL_FROM beside it")
    return Mail(means.smtp, means.mail_from)


CHANNEL = Channel("email", _check, _open)
