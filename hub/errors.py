"""Every error Vigie raises on purpose, as one tree; each message says what to do.

VigieError
├── SettingsError              a setting is missing or wrong
├── ServiceError               the private database or broker cannot be had, started or reached
├── BrokerError                the broker does not answer, or refuses a change of its accounts
├── DatabaseError              the database is too old, unreachable or not ours
├── SignInError                somebody cannot be signed in
│   ├── SignInRefused          what came back cannot be believed, or they are nobody here
│   └── ProviderSilent         their identity provider does not answer as it should
├── DeliveryError              a message did not reach whoever it is for
│   ├── TryLater               not this time
│   └── AddressDead            never: no such mailbox, a subscription that is over
├── QueueFull                  a gateway's queue has no room for what was heard: nothing was learnt, ask again later
├── StepRefused                a connected device refuses one step, while the link stands
├── RecordError                the record refuses a change
│   ├── NotFound               no such person, device or household (or not for you)
│   ├── Conflict               it contradicts what the record already says
│   ├── UnsafeThreshold        a threshold that would silence what must ring
│   └── AddressRefused         an address that nothing can or may be sent to
└── Refusal                    one message or reading is refused and goes to quarantine
    ├── DecodeError            the bytes do not say what their format promises
    │   ├── Malformed          not JSON, duplicate keys, too deep, wrong shape, bad UTF-8
    │   ├── TooLarge           longer than any message of its kind
    │   ├── BindKeyMissing     encrypted, and the device's key is not here, or is not its key
    │   ├── DecoderFault       our decoder failed on these bytes: a fault of ours, kept for its mending
    │   ├── KindUnknown        a kind of measure outside the closed list
    │   └── NotANumber         NaN, infinity, a boolean or a string where a number belongs
    ├── UnitError              the unit
    │   ├── UnitMissing        no unit, and the format does not imply one
    │   ├── UnitUnknown        a unit outside the closed list
    │   └── UnitMismatch       a unit that does not measure this kind
    ├── ImplausibleValue       outside what a living person can have
    │   └── UnitSuspect        implausible in its unit, plausible in another: never converted
    ├── NotStorable            the database refuses it, whatever it is
    ├── ImplausibleTime        1970, 2106, the future
    └── TieError               nobody to give it to
        ├── UnknownDevice      the device is not registered
        ├── NotPaired          registered, but nobody's at that time
        ├── ForeignGateway     the device belongs to another gateway
        └── CollectionStopped  its holder wants nothing collected, or has closed their record
"""


class VigieError(Exception):
    """The root; `code` is the name the outside sees (snake case of the class)."""

    @property
    def code(self) -> str:
        """The error's public name, as quarantine and problem answers print it: `unit_suspect`."""
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


class SettingsError(VigieError):
    """A setting is missing or wrong."""


class ServiceError(VigieError):
    """The private database or broker cannot be had, started or reached."""


class BrokerError(VigieError):
    """The broker does not answer, or refuses a change of its accounts."""


class DatabaseError(VigieError):
    """The database is too old, unreachable or not ours."""


class SignInError(VigieError):
    """Somebody cannot be signed in."""


class SignInRefused(SignInError):
    """What came back from the identity provider cannot be believed, or whom it names is nobody here."""


class ProviderSilent(SignInError):
    """The identity provider does not answer, or not as its protocol says."""


class DeliveryError(VigieError):
    """A message did not reach whoever it is for; the message names no address and no value: it is kept as proof."""


class TryLater(DeliveryError):
    """The channel could not take it this time; the same message, with the same key, is sent again."""


class AddressDead(DeliveryError):
    """Nothing will ever get through there: no such mailbox, a subscription that is over."""


class QueueFull(VigieError):
    """The queue has no room for some of what was heard: it was not kept, and nothing was learnt; ask again later."""


class StepRefused(VigieError):
    """The device, or the machine's Bluetooth, refused a step while the link stood; other steps may still do."""


class RecordError(VigieError):
    """The record refuses a change."""


class NotFound(RecordError):
    """No such person, device or household; the same answer as for one that may not be seen."""


class Conflict(RecordError):
    """The change contradicts what the record already says."""


class UnsafeThreshold(RecordError):
    """The threshold would silence what must ring, or ring for nothing; the message says what may be set."""


class AddressRefused(RecordError):
    """Nothing can or may be sent to that address; the message says which are taken."""


class Refusal(VigieError):
    """One message or reading is refused: it goes to quarantine with its bytes, and the next is unharmed.

    Messages name fields, formats and limits, never a measured value: they are logged.
    """


class DecodeError(Refusal):
    """The bytes do not say what their format promises."""


class Malformed(DecodeError):
    """Not JSON, duplicate keys, nested too deep, the wrong shape, bad UTF-8."""


class TooLarge(DecodeError):
    """Longer than any message of its kind."""


class BindKeyMissing(DecodeError):
    """It is encrypted, and the key given when the device was bound is not here, or is another's."""


class DecoderFault(DecodeError):
    """Our decoder failed on these bytes: a fault of ours, kept for its mending."""


class KindUnknown(DecodeError):
    """The kind of measure is outside the closed list."""


class NotANumber(DecodeError):
    """NaN, infinity, a boolean or a string where the format has a number."""


class UnitError(Refusal):
    """Something is wrong with the unit."""


class UnitMissing(UnitError):
    """No unit is given, and the format does not imply one."""


class UnitUnknown(UnitError):
    """The unit is outside the closed list."""


class UnitMismatch(UnitError):
    """The unit does not measure this kind."""


class ImplausibleValue(Refusal):
    """The value lies outside what a living person can have, in every unit of its kind."""


class UnitSuspect(ImplausibleValue):
    """Implausible in its unit, plausible in another: said, never converted."""


class ImplausibleTime(Refusal):
    """The time cannot be when this was measured: before the device existed, or in the future."""


class NotStorable(Refusal):
    """The database refuses it for a reason nobody foresaw; kept for a look."""


class TieError(Refusal):
    """There is nobody to give the measurement to."""


class UnknownDevice(TieError):
    """The device is not registered."""


class NotPaired(TieError):
    """The device is registered, but was nobody's at the time of the measurement."""


class ForeignGateway(TieError):
    """The device belongs to another gateway than the one that speaks for it."""


class CollectionStopped(TieError):
    """Its holder wants nothing collected for now, or has closed their record."""
