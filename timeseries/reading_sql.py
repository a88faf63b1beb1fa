"""The statements that write readings and read them back."""

from timeseries.reading_rows import COLUMNS, FOUND, NAMES

FIND = f"""
    SELECT {FOUND} FROM reading r JOIN device d ON d.number = r.device
    WHERE r.person = %(person)s AND r.kind = ANY(%(kinds)s::smallint[])
      AND r.taken_at >= %(after_time)s AND r.taken_at < %(until)s
      AND (r.taken_at, r.key) > (%(after_time)s, %(after_key)s)
    ORDER BY r.taken_at, r.key LIMIT %(limit)s
"""  # noqa: S608
LATEST = f"""
    SELECT {FOUND} FROM (
        SELECT DISTINCT ON (kind) * FROM reading
        WHERE person = %(person)s AND kind = ANY(%(kinds)s::smallint[]) AND taken_at > now() - %(back)s::interval
        ORDER BY kind, taken_at DESC, key DESC
    ) r JOIN device d ON d.number = r.device
"""  # noqa: S608

# The law of timeseries.store.same_measure, in SQL; the contract tests hold the two against each other.
_SAME_MEASURE = """
    o.kind = %(kind)s AND o.condition IS NOT DISTINCT FROM %(condition)s::smallint
    AND o.taken_at BETWEEN %(taken_at)s::timestamptz - greatest(%(echo)s::interval, %(apart)s)
                       AND %(taken_at)s::timestamptz + greatest(%(echo)s::interval, %(apart)s)
    AND CASE WHEN o.device = %(device)s
        THEN abs(extract(epoch FROM o.taken_at - %(taken_at)s)) <= extract(epoch FROM %(echo)s::interval)
             AND (o.raw_value, o.raw_unit) = (%(raw_value)s, %(raw_unit)s)
        ELSE %(shared)s
             AND abs(extract(epoch FROM o.taken_at - %(taken_at)s)) <= extract(epoch FROM %(apart)s::interval)
             AND CASE WHEN o.raw_unit = %(raw_unit)s THEN o.raw_value = %(raw_value)s
                      ELSE abs(o.value - %(value)s) <= %(rounding)s END
        END
    ORDER BY abs(extract(epoch FROM o.taken_at - %(taken_at)s)), o.key LIMIT 1
"""
TWIN = f"SELECT o.key FROM reading o WHERE o.person = %(person)s AND {_SAME_MEASURE}"  # noqa: S608
INBOX_TWIN = f"SELECT o.key FROM inbox o WHERE o.household = %(household)s AND {_SAME_MEASURE}"  # noqa: S608
LINK = """
    INSERT INTO reading_link
        (key, twin, person, household, device, kind, taken_at, received_at, raw_value, raw_unit, channel)
    VALUES (%(key)s, %(twin)s, %(person)s, %(household)s, %(device)s, %(kind)s, %(taken_at)s, %(received_at)s,
            %(raw_value)s, %(raw_unit)s, %(channel)s)
"""
_SAID = ", ".join(f"%({name})s" for name in COLUMNS)
KEEP = f"INSERT INTO reading ({NAMES}, person) VALUES ({_SAID}, %(person)s) ON CONFLICT DO NOTHING"  # noqa: S608
KEEP_IN_INBOX = (
    f"INSERT INTO inbox ({NAMES}, household, hint) VALUES ({_SAID}, %(household)s, %(hint)s) ON CONFLICT DO NOTHING"  # noqa: S608
)
GIVE = (
    f"INSERT INTO reading ({NAMES}, person, attribution) "  # noqa: S608
    f"VALUES ({_SAID}, %(person)s, %(attribution)s) ON CONFLICT DO NOTHING"
)
LONELY = """
    SELECT r.place FROM unnest(%s::int[], %s::int[], %s::smallint[], %s::int[], %s::timestamptz[], %s::interval[])
        AS r (place, person, kind, device, taken_at, apart)
    WHERE NOT EXISTS (
        SELECT FROM reading o WHERE o.person = r.person AND o.kind = r.kind AND o.device <> r.device
          AND o.taken_at BETWEEN r.taken_at - r.apart AND r.taken_at + r.apart)
    ORDER BY r.place
"""
TURN = "SELECT pg_advisory_xact_lock(%s, %s::int)"
"""Waits for whoever writes what may be another report of one measure: of a person (false), or in a household (true)."""
