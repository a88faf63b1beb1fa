"""Whether the access log is as it was written: a chain of hashes a person, and a digest to keep elsewhere.

Each entry's hash covers the entry and the hash before it, and the head tells where the chain ends: so an entry that was
changed, taken out, moved or cut off is found. Whoever can rewrite a whole chain and its head is found by the digest.
"""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from hub.database import Connection


@dataclass(frozen=True, slots=True)
class Fault:
    """A person's first entry that is not as it was written; `person` is None for nobody's chain, or a record gone."""

    chain: int
    person: UUID | None
    number: int


def faults(connection: Connection) -> list[Fault]:
    """The first altered entry of each chain, in the order of the chains (role `vigie_register`)."""
    return [Fault(*row) for row in connection.execute(_FAULTS)]


def digest(connection: Connection) -> str:
    """SHA-256 over where every chain ends, in hexadecimal; kept elsewhere, it tells whether any was rewritten whole."""
    heads = connection.execute("SELECT person, number, encode(hash, 'hex') FROM access_head ORDER BY person")
    return sha256("".join(f"{person} {number} {told}\n" for person, number, told in heads).encode()).hexdigest()


def forget(connection: Connection) -> int:
    """Delete the logs of records closed or deleted over ten years ago; how many (the DMP's rule, EX_AIR-100)."""
    row = connection.execute("SELECT forget_access_logs()").fetchone()
    return 0 if row is None else int(row[0])


# An entry is numbered by its place, so that one taken out shows at its own number. Of an end that the head does not
# know, the first entry beyond is named; of an end cut off, the first that is missing.
_FAULTS = """
    WITH entry AS (
        SELECT l.person, l.number, l.hash, row_number() OVER chain AS place,
               access_hash(coalesce(lag(l.hash) OVER chain, ''), l) AS due
        FROM access_log l WINDOW chain AS (PARTITION BY l.person ORDER BY l.number)
    ), ending AS (
        SELECT DISTINCT ON (person) person, place, hash FROM entry ORDER BY person, place DESC
    ), wrong AS (
        SELECT person, place FROM entry WHERE number <> place OR hash IS DISTINCT FROM due
        UNION ALL
        SELECT coalesce(h.person, e.person), CASE
            WHEN coalesce(h.number, 0) = coalesce(e.place, 0) THEN e.place
            ELSE least(coalesce(h.number, 0), coalesce(e.place, 0)) + 1 END
        FROM access_head h FULL JOIN ending e ON e.person = h.person
        WHERE (h.number, h.hash) IS DISTINCT FROM (e.place, e.hash)
    )
    SELECT w.person, p.id, min(w.place) FROM wrong w LEFT JOIN person p ON p.number = w.person
    GROUP BY w.person, p.id ORDER BY w.person
"""
