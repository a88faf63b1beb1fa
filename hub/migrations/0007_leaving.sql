-- Leaving: collection stopped, a record closed, a person deleted; and the national identity, apart from everything.

ALTER TABLE person
    ADD COLUMN collection_stopped_at timestamptz,
    ADD COLUMN closed_at             timestamptz;

-- ── Collection ───────────────────────────────────────────────────────────────────────────────────────────────────────

-- Of these people, those whose readings may be stored, held so until the transaction ends: whoever stops collection,
-- closes or deletes waits for what is being stored, and nothing is stored afterwards.
CREATE FUNCTION collecting(people int[]) RETURNS int[]
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(each, 2) FROM (SELECT DISTINCT unnest(people) AS each ORDER BY 1) AS ordered;
    RETURN ARRAY(SELECT number FROM person
                 WHERE number = ANY(people) AND collection_stopped_at IS NULL AND closed_at IS NULL);
END $$;
REVOKE ALL ON FUNCTION collecting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION collecting TO vigie_intake, vigie_watch;

-- Each is entered in the access log in the same transaction, by whoever acts.
CREATE FUNCTION settle_collection(whose int, stopped boolean) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(whose, 2);
    UPDATE person SET collection_stopped_at = CASE WHEN stopped THEN coalesce(collection_stopped_at, now()) END
    WHERE number = whose;
    PERFORM enter_access(whose, CASE WHEN stopped THEN 'stop' ELSE 'restart' END, NULL);
END $$;
CREATE FUNCTION close_record(whose int) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(whose, 2);
    UPDATE person SET closed_at = coalesce(closed_at, now()) WHERE number = whose;
    PERFORM enter_access(whose, 'close', NULL);
END $$;
REVOKE ALL ON FUNCTION settle_collection, close_record FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle_collection, close_record TO vigie_register;

-- ── A closed record is nobody's to read ──────────────────────────────────────────────────────────────────────────────

CREATE OR REPLACE VIEW reach_by_way AS
    SELECT way.* FROM acting() AS me CROSS JOIN LATERAL (
        SELECT p.number AS person, NULL::smallint[] AS kinds, true AS whole, true AS acts, false AS emergency
        FROM person p WHERE p.number = me.person AND p.closed_at IS NULL
    UNION ALL
        SELECT p.number, NULL, true, true, false FROM person p WHERE me.role = 'admin' AND p.closed_at IS NULL
    UNION ALL
        SELECT g.person, g.kinds, p.attending IS NOT DISTINCT FROM me.account, g.delegate, false
        FROM access_grant g JOIN person p ON p.number = g.person AND p.closed_at IS NULL
        WHERE g.account = me.account AND g.revoked_at IS NULL AND now() <@ g.during
          AND NOT EXISTS (SELECT FROM access_block b WHERE b.person = g.person AND b.account = me.account)
    UNION ALL
        SELECT g.person, g.kinds, p.attending IS NOT DISTINCT FROM me.account, false, false
        FROM team_member t JOIN access_grant g ON g.account = t.team
        JOIN person p ON p.number = g.person AND p.closed_at IS NULL
        WHERE t.member = me.account AND g.revoked_at IS NULL AND now() <@ g.during
          AND NOT EXISTS (SELECT FROM access_block b
                          WHERE b.person = g.person AND b.account IN (me.account, g.account))
    UNION ALL
        SELECT e.person, NULL, false, false, true
        FROM emergency e JOIN person p ON p.number = e.person AND p.closed_at IS NULL
        WHERE e.account = me.account AND now() < e.until
          AND NOT CASE e.way WHEN 'regulation' THEN p.opposes_regulation ELSE p.opposes_break_glass END
          AND NOT EXISTS (SELECT FROM access_block b WHERE b.person = e.person AND b.account = me.account)
    ) AS way;

SET LOCAL ROLE vigie_reader;
CREATE OR REPLACE VIEW api.household_person WITH (security_barrier) AS
    SELECT p.number, p.id, p.given FROM person p
    WHERE p.closed_at IS NULL AND p.number IN (SELECT o.person FROM household_member o WHERE o.household IN (
        SELECT m.household FROM household_member m
        WHERE m.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts)));
CREATE OR REPLACE VIEW api.emergency WITH (security_barrier) AS
    SELECT e.id, e.person, coalesce(a.full_name, a.name) AS who, e.way, e.reason, e.opened_at, e.until, e.told_at
    FROM emergency e JOIN account a ON a.number = e.account JOIN person p ON p.number = e.person
    WHERE p.closed_at IS NULL
      AND (e.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts) OR e.account = (SELECT (acting()).account));
-- Which devices were theirs when, for whom it is told to: the person and who acts for them.
CREATE VIEW api.holding WITH (security_barrier) AS
    SELECT h.id, h.person, h.device, h.during FROM holding h
    WHERE h.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts);
GRANT SELECT ON api.holding TO vigie_api;
SET LOCAL ROLE vigie_owner;
GRANT SELECT ON holding TO vigie_reader;

-- ── Deletion ─────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Who was deleted, so that an older backup, once restored, loses them again; SHA-256 of a random id names nobody.
CREATE TABLE deletion (
    digest      bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    deleted_at  timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT ON deletion TO vigie_register;
-- Nobody deletes a person but by the function below, which forgets nothing of what there is to forget.
REVOKE DELETE ON person FROM vigie_register;

-- The keys of a device's readings lie together (hub.readings.reading_key).
CREATE FUNCTION key_range(device int, OUT lowest uuid, OUT highest uuid) LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(device), 8, '0') || repeat('0', 24))::uuid, (lpad(to_hex(device), 8, '0') || repeat('f', 24))::uuid
$$;

-- Everything of a person but their access log: that is kept for as long as the law wants such traces, by a number that
-- stands for nobody any more. False if there is no such person. Entered in that log if somebody acts (a restored backup
-- is cleared by nobody).
CREATE FUNCTION delete_person(asked uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
DECLARE
    whose int := (SELECT number FROM person WHERE id = asked);
    homes int[];
    emptied int[];
    theirs int[];
    names text[];
    others text[];
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

    -- refused payloads that name their devices, and nobody else's, however an address is spelled
    names := ARRAY(SELECT lower(n) FROM device d, unnest(ARRAY[d.address, replace(d.address, ':', ''), d.id::text]) AS n
                   WHERE d.number = ANY(theirs));
    others := ARRAY(SELECT lower(n) FROM device d, unnest(ARRAY[d.address, replace(d.address, ':', ''), d.id::text]) AS n
                    WHERE d.number <> ALL(theirs));
    DELETE FROM quarantine q USING quarantine s
        CROSS JOIN LATERAL (SELECT lower(concat_ws(' ', s.source, s.address, encode(s.payload, 'escape'))) AS said) AS t
    WHERE q.id = s.id AND EXISTS (SELECT FROM unnest(names) AS n WHERE strpos(t.said, n) > 0)
      AND NOT EXISTS (SELECT FROM unnest(others) AS o WHERE strpos(t.said, o) > 0);

    DELETE FROM household WHERE number = ANY(emptied);
    DELETE FROM hidden WHERE person = whose;
    DELETE FROM holding WHERE person = whose;
    DELETE FROM reading_key k USING unnest(theirs) AS d, key_range(d) AS r WHERE k.key BETWEEN r.lowest AND r.highest;
    DELETE FROM device d WHERE number = ANY(theirs) AND NOT EXISTS (SELECT FROM hidden h WHERE h.device = d.number);
    DELETE FROM person WHERE number = whose;
    INSERT INTO deletion (digest) VALUES (sha256(convert_to(asked::text, 'UTF8'))) ON CONFLICT DO NOTHING;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION delete_person, key_range FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delete_person TO vigie_register;

-- ── The national health identity (INS) ───────────────────────────────────────────────────────────────────────────────

-- Apart from everything: no role reads it. No unique index, which would tell a stranger that somebody has a number.
CREATE TABLE identity_ins (
    person      int PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    ins         text NOT NULL CHECK (ins ~ '^[0-9]{5}([0-9]{2}|2[AB])[0-9]{8}$'),
    oid         text NOT NULL,
    status      text NOT NULL CHECK (status IN ('qualified', 'provisional')),
    source      text NOT NULL,
    kept_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON identity_ins (ins) WHERE status = 'qualified';
CREATE TABLE ins_lookup (
    account     int NOT NULL REFERENCES account ON DELETE CASCADE,
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON ins_lookup (account, at);

-- What is qualified is never replaced by what is not.
CREATE FUNCTION keep_ins(whose int, number text, of_oid text, how text, origin text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = vigie AS $$
    INSERT INTO identity_ins AS i (person, ins, oid, status, source) VALUES (whose, number, of_oid, how, origin)
    ON CONFLICT (person) DO UPDATE
        SET ins = EXCLUDED.ins, oid = EXCLUDED.oid, status = EXCLUDED.status, source = EXCLUDED.source, kept_at = now()
        WHERE i.status = 'provisional' OR EXCLUDED.status = 'qualified'
$$;
REVOKE ALL ON FUNCTION keep_ins FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_ins TO vigie_register;

-- The one person whose qualified identity it is, if whoever acts may see them; null for everything else alike: unknown,
-- not qualified, somebody else's, or asked for more than twenty times in an hour.
CREATE FUNCTION person_by_ins(number text, of_oid text) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
DECLARE
    who ticket := acting();
    asked bigint;
    found uuid[];
BEGIN
    IF who.value IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(who.account, 3);
    DELETE FROM ins_lookup WHERE account = who.account AND at < now() - interval '1 hour';
    INSERT INTO ins_lookup (account) VALUES (who.account);
    SELECT count(*) INTO asked FROM ins_lookup WHERE account = who.account;
    found := ARRAY(SELECT p.id FROM identity_ins i JOIN person p ON p.number = i.person
                   WHERE i.ins = person_by_ins.number AND i.oid = of_oid AND i.status = 'qualified'
                     AND EXISTS (SELECT FROM reach_by_way w WHERE w.person = i.person));
    RETURN CASE WHEN asked <= 20 AND cardinality(found) = 1 THEN found[1] END;
END $$;
ALTER FUNCTION person_by_ins SET SCHEMA api;
REVOKE ALL ON FUNCTION api.person_by_ins FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.person_by_ins TO vigie_api;
