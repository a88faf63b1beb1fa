"""Services the operator has set up with Apprise (text messages, Telegram, ntfy, …), each under a name of its own.

The address is that name: a URL given by anybody else could lead anywhere, and is never taken. Apprise passes no key on,
so a service that took a message and could not say so shows it twice. It is installed with `vigie[apprise]`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from alerts.channel import Channel, Means, Message
from hub.errors import AddressDead, AddressRefused, SettingsError, TryLater

_KINDS = {"urgent": "failure", "warning": "warning", "notice": "info"}

Notify = Callable[[str, Message], bool]


@dataclass(frozen=True, slots=True)
class Services:
    """Sends to the named service; `notify` its URL, true if it took the message."""

    urls: Mapping[str, str]
    notify: Notify

    def send(self, message: Message) -> None:
        """Taken if Apprise says so; it does not say why not."""
        url = self.urls.get(message.address)
        if url is None:
            raise AddressDead("the operator has taken this service away")
        if not self.notify(url, message):
            raise TryLater("the service did not take it")


def _check(address: str, means: Means) -> str:
    if address not in means.apprise:
        raise AddressRefused(f"the operator has set up: {', '.join(sorted(means.apprise)) or 'no service'}")
    return address


def _open(means: Means) -> Services | None:
    return Services(means.apprise, _notifier()) if means.apprise else None


def _notifier() -> Notify:
    """Apprise, if it is installed; raises SettingsError."""
    try:
        from apprise import Apprise
    except ImportError:
        raise SettingsError("VIGIE_APPRISE needs Apprise: pip install 'vigie[apprise]'") from None

    def notify(url: str, message: Message) -> bool:
        one = Apprise()
        if not one.add(url):
            raise TryLater("the operator's URL of this service is none that Apprise knows")
        return bool(one.notify(f"{message.text}\n{message.url}", message.title, _KINDS[message.level]))

    return notify


CHANNEL = Channel("apprise", _check, _open)
