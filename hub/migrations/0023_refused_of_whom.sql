-- Whose a refused payload is, is told by the devices that were decoded in it. Their names need not stand in its bytes (the
-- topic openScaleSync/ada/… is the device openscale:ada), and may stand in other people's (openscale).

-- As directories look them up, in small letters; none where nothing could be decoded.
ALTER TABLE quarantine ADD COLUMN devices text[] NOT NULL DEFAULT '{}';

-- Of refused payloads, those of these devices and of no other that is registered. What could not be decoded is searched for
-- their names as words: a name with other signs than those of addresses, as it stands.
CREATE FUNCTION forget_refused(theirs int[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = vigie AS $$
    WITH named AS (
        SELECT coalesce(array_agg(n.name) FILTER (WHERE d.number = ANY(theirs)), '{}') AS own,
               coalesce(array_agg(n.name) FILTER (WHERE d.number <> ALL(theirs)), '{}') AS others
        FROM device d CROSS JOIN LATERAL (
            SELECT DISTINCT lower(name) AS name
            FROM unnest(ARRAY[d.address, replace(d.address, ':', ''), d.id::text]) AS name) AS n
    ), refused AS (
        SELECT q.id, q.devices <> '{}' AS decoded,
               CASE WHEN q.devices <> '{}' THEN q.devices ELSE regexp_split_to_array(t.said, '[^a-z0-9:._-]+') END AS words,
               t.said
        FROM quarantine q CROSS JOIN LATERAL (
            SELECT lower(concat_ws(' ', q.source, q.address, encode(q.payload, 'escape'))) AS said) AS t
    )
    DELETE FROM quarantine q USING refused r, named n
    WHERE q.id = r.id
      AND (r.words && n.own OR (NOT r.decoded AND EXISTS (
            SELECT FROM unnest(n.own) AS o WHERE o ~ '[^a-z0-9:._-]' AND strpos(r.said, o) > 0)))
      AND NOT (r.words && n.others OR (NOT r.decoded AND EXISTS (
            SELECT FROM unnest(n.others) AS o WHERE o ~ '[^a-z0-9:._-]' AND strpos(r.said, o) > 0)));
$$;
REVOKE ALL ON FUNCTION forget_refused FROM PUBLIC;

-- As it was, but for the refused payloads.
CREATE OR REPLACE FUNCTION delete_person(asked uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
DECLARE
    whose int := (SELECT number FROM person WHERE id = asked);
    homes int[];
    emptied int[];
    theirs int[];
BEGIN
    IF whose IS NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(whose, 2);
    IF (acting()).value IS NOT NULL THEN
        PERFORM enter_access(whose, 'delete', NULL);
    END IF;
    homes := ARRAY(SELECT household FROM household_member WHERE person = whose);
    emptied := ARRAY(SELECT h FROM unnest(homes) AS h
                     WHERE NOT EXISTS (SELECT FROM household_member m WHERE m.household = h AND m.person <> whose));
    -- devices nobody else ever held
    theirs := ARRAY(SELECT DISTINCT device FROM holding h WHERE person = whose OR household = ANY(emptied)
                    EXCEPT SELECT device FROM holding
                    WHERE person IS DISTINCT FROM whose AND (household IS NULL OR household <> ALL(emptied)));

    -- copies first, by what they are copies of
    DELETE FROM reading_key k USING reading_link l
    WHERE k.key = l.key AND (l.person = whose OR l.household = ANY(emptied)
        OR l.twin IN (SELECT key FROM inbox WHERE person = whose));
    DELETE FROM reading_link l
    WHERE l.person = whose OR l.household = ANY(emptied) OR l.twin IN (SELECT key FROM inbox WHERE person = whose);
    DELETE FROM reading_key k USING inbox i WHERE k.key = i.key AND (i.person = whose OR i.household = ANY(emptied));
    DELETE FROM inbox WHERE person = whose;
    UPDATE inbox SET candidates = coalesce(
            (SELECT jsonb_agg(c) FROM jsonb_array_elements(candidates) AS c WHERE (c ->> 0)::int <> whose), '[]')
    WHERE household = ANY(homes) AND candidates <> '[]';
    DELETE FROM reading_key k USING reading r WHERE k.key = r.key AND r.person = whose;
    DELETE FROM reading WHERE person = whose;
    DELETE FROM stale WHERE person = whose;

    PERFORM forget_refused(theirs);

    DELETE FROM household WHERE number = ANY(emptied);
    DELETE FROM hidden WHERE person = whose;
    DELETE FROM holding WHERE person = whose;
    DELETE FROM reading_key k USING unnest(theirs) AS d, key_range(d) AS r WHERE k.key BETWEEN r.lowest AND r.highest;
    DELETE FROM device d WHERE number = ANY(theirs) AND NOT EXISTS (SELECT FROM hidden h WHERE h.device = d.number);
    DELETE FROM person WHERE number = whose;
    INSERT INTO deletion (digest) VALUES (sha256(convert_to(asked::text, 'UTF8'))) ON CONFLICT DO NOTHING;
    RETURN true;
END $$;
