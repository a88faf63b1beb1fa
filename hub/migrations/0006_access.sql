-- Who may see whose record; what is hidden; who is shut out; emergencies; and a log of every access.

CREATE TABLE team_member (
    team        int NOT NULL REFERENCES account ON DELETE CASCADE,
    member      int NOT NULL REFERENCES account ON DELETE CASCADE,
    PRIMARY KEY (team, member)
);
CREATE INDEX ON team_member (member);

-- The attending physician sees what is hidden, by the person's own declaration. Two oppositions, since they are two laws:
-- to the emergency service that answers a call, and to whoever opens a record by themselves.
ALTER TABLE person
    ADD COLUMN attending           int REFERENCES account ON DELETE SET NULL,
    ADD COLUMN opposes_regulation  boolean NOT NULL DEFAULT false,
    ADD COLUMN opposes_break_glass boolean NOT NULL DEFAULT false;

-- A person lets an account see some kinds (all if null) during a time. A delegate also acts for the person, under their
-- own name. Never deleted: what was allowed when can be told for ever.
CREATE TABLE access_grant (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    account     int NOT NULL REFERENCES account ON DELETE CASCADE,
    kinds       smallint[],
    during      tstzrange NOT NULL CHECK (NOT isempty(during)),
    delegate    boolean NOT NULL DEFAULT false,
    granted_by  int REFERENCES account ON DELETE SET NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    revoked_at  timestamptz
);
CREATE INDEX ON access_grant (account, person) WHERE revoked_at IS NULL;
CREATE INDEX ON access_grant (person);

-- Whoever is shut out sees nothing, by whichever way they would.
CREATE TABLE access_block (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    account     int NOT NULL REFERENCES account ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person, account)
);

-- Hidden from everybody but the person and their attending physician: a kind, a device, a time, one reading; together
-- they narrow one another.
CREATE TABLE hidden (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    kind        smallint,
    device      int REFERENCES device,
    reading     uuid,
    during      tstzrange NOT NULL DEFAULT '(,)' CHECK (NOT isempty(during)),
    hidden_by   int REFERENCES account ON DELETE SET NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    lifted_at   timestamptz
);
CREATE INDEX ON hidden (person) WHERE lifted_at IS NULL;

-- A professional opens a record they were not given, for a reason, for an hour, to read.
CREATE TABLE emergency (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    account     int NOT NULL REFERENCES account ON DELETE CASCADE,
    way         text NOT NULL CHECK (way IN ('regulation', 'break_glass')),
    reason      text NOT NULL CHECK (length(btrim(reason)) >= 10),
    opened_at   timestamptz NOT NULL DEFAULT now(),
    until       timestamptz NOT NULL,
    told_at     timestamptz
);
CREATE INDEX ON emergency (account, person);
CREATE INDEX ON emergency (person);

-- ── Who acts may see what ────────────────────────────────────────────────────────────────────────────────────────────

-- Numbers of kinds, with room for those to come (hub.quantities).
CREATE FUNCTION every_kind() RETURNS smallint[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(kind::smallint) FROM generate_series(1, 64) AS kind
$$;

-- By person: the kinds, and whether hidden things are seen. Each way in is a branch of its own, so that a person asked
-- for is looked up by index in each; who acts is found once.
CREATE VIEW reach_by_way AS
    SELECT way.* FROM acting() AS me CROSS JOIN LATERAL (
        SELECT me.person, NULL::smallint[] AS kinds, true AS whole, true AS acts, false AS emergency
        WHERE me.person IS NOT NULL
    UNION ALL
        SELECT p.number, NULL, true, true, false FROM person p WHERE me.role = 'admin'
    UNION ALL
        SELECT g.person, g.kinds, p.attending IS NOT DISTINCT FROM me.account, g.delegate, false
        FROM access_grant g JOIN person p ON p.number = g.person
        WHERE g.account = me.account AND g.revoked_at IS NULL AND now() <@ g.during
          AND NOT EXISTS (SELECT FROM access_block b WHERE b.person = g.person AND b.account = me.account)
    UNION ALL
        SELECT g.person, g.kinds, p.attending IS NOT DISTINCT FROM me.account, false, false
        FROM team_member t JOIN access_grant g ON g.account = t.team JOIN person p ON p.number = g.person
        WHERE t.member = me.account AND g.revoked_at IS NULL AND now() <@ g.during
          AND NOT EXISTS (SELECT FROM access_block b
                          WHERE b.person = g.person AND b.account IN (me.account, g.account))
    UNION ALL
        SELECT e.person, NULL, false, false, true FROM emergency e JOIN person p ON p.number = e.person
        WHERE e.account = me.account AND now() < e.until
          AND NOT CASE e.way WHEN 'regulation' THEN p.opposes_regulation ELSE p.opposes_break_glass END
          AND NOT EXISTS (SELECT FROM access_block b WHERE b.person = e.person AND b.account = me.account)
    ) AS way;

CREATE VIEW reach AS
    SELECT w.person, k.kind, bool_or(w.whole) AS whole,
           EXISTS (SELECT FROM hidden h WHERE h.person = w.person AND h.lifted_at IS NULL) AS hides
    FROM reach_by_way w CROSS JOIN LATERAL unnest(coalesce(w.kinds, every_kind())) AS k (kind)
    GROUP BY w.person, k.kind;

GRANT SELECT ON team_member, access_grant, access_block, hidden, emergency, reach_by_way, reach TO vigie_reader;
GRANT SELECT ON hidden TO vigie_watch;
GRANT SELECT, INSERT, UPDATE ON access_grant, hidden TO vigie_register;
GRANT SELECT, INSERT ON emergency TO vigie_register;
GRANT UPDATE (told_at) ON emergency TO vigie_register;
GRANT SELECT, INSERT, DELETE ON access_block, team_member TO vigie_register;
GRANT EXECUTE ON FUNCTION every_kind TO vigie_reader;

SET LOCAL ROLE vigie_reader;
CREATE OR REPLACE VIEW api.reading WITH (security_barrier) AS
    SELECT r.* FROM reading r JOIN reach a ON a.person = r.person AND a.kind = r.kind
    WHERE a.whole OR NOT a.hides OR NOT EXISTS (
        SELECT FROM hidden h
        WHERE h.person = r.person AND h.lifted_at IS NULL AND r.taken_at <@ h.during
          AND (h.kind IS NULL OR h.kind = r.kind) AND (h.device IS NULL OR h.device = r.device)
          AND (h.reading IS NULL OR h.reading = r.key));
CREATE OR REPLACE VIEW api.person WITH (security_barrier) AS
    SELECT p.number, p.id, p.given, p.family, p.birth_date, p.sex, p.time_zone, p.conditions, p.height_cm FROM person p
    WHERE EXISTS (SELECT FROM reach_by_way w WHERE w.person = p.number);
SET LOCAL ROLE vigie_owner;

-- Inside a household: what waits is for every member to see; what went to somebody is theirs alone.
SET LOCAL ROLE vigie_reader;
CREATE OR REPLACE VIEW api.inbox WITH (security_barrier) AS
    SELECT i.* FROM inbox i
    WHERE i.household IN (SELECT m.household FROM household_member m
                          WHERE m.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts))
      AND (i.person IS NULL OR i.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts));
CREATE OR REPLACE VIEW api.household WITH (security_barrier) AS
    SELECT h.number, h.id, h.name, h.time_zone FROM household h
    WHERE h.number IN (SELECT m.household FROM household_member m
                       WHERE m.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts));
CREATE OR REPLACE VIEW api.household_member WITH (security_barrier) AS
    SELECT m.household, m.person FROM household_member m
    WHERE m.household IN (SELECT o.household FROM household_member o
                          WHERE o.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts));
-- Members of one household may name one another, as candidates for a weight; they see nothing else of each other.
CREATE VIEW api.household_person WITH (security_barrier) AS
    SELECT p.number, p.id, p.given FROM person p
    WHERE p.number IN (SELECT o.person FROM household_member o WHERE o.household IN (
        SELECT m.household FROM household_member m
        WHERE m.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts)));
GRANT SELECT ON api.household_person TO vigie_api;
DROP VIEW api.device;
CREATE VIEW api.device WITH (security_barrier) AS  -- no address: a random id and a kind tell nobody anything
    SELECT d.number, d.id, d.kind, d.model FROM device d WHERE (SELECT acting()).value IS NOT NULL;
GRANT SELECT ON api.device TO vigie_api;
DROP VIEW api.day, api.standing;
DROP FUNCTION api.population;
SET LOCAL ROLE vigie_owner;

-- ── Summaries as others see them ─────────────────────────────────────────────────────────────────────────────────────

-- `shown`: made without what is hidden. Such rows exist only of people who hide something, for all their days.
ALTER TABLE day ADD COLUMN shown boolean NOT NULL DEFAULT false;
ALTER TABLE day DROP CONSTRAINT day_pkey, ADD PRIMARY KEY (person, day, shown);
ALTER TABLE standing
    ADD COLUMN shown boolean NOT NULL DEFAULT false,
    ADD COLUMN last_weight timestamptz;
ALTER TABLE standing RENAME COLUMN last_reading TO last_glucose;
ALTER TABLE standing DROP CONSTRAINT standing_pkey, ADD PRIMARY KEY (person, shown);

-- The same names without what is hidden: who puts this schema before the other reads as others see.
CREATE SCHEMA shown;
CREATE VIEW shown.reading AS
    SELECT r.* FROM reading r WHERE NOT EXISTS (
        SELECT FROM hidden h
        WHERE h.person = r.person AND h.lifted_at IS NULL AND r.taken_at <@ h.during
          AND (h.kind IS NULL OR h.kind = r.kind) AND (h.device IS NULL OR h.device = r.device)
          AND (h.reading IS NULL OR h.reading = r.key));
GRANT USAGE ON SCHEMA shown TO vigie_watch;
GRANT SELECT ON shown.reading TO vigie_watch;

-- Hiding and unhiding change the summaries of all days. What others saw before is gone at once, not when the summaries are
-- next made; whoever makes them this moment is waited for (timeseries.summaries takes the same lock), or they would write
-- afterwards what is hidden now.
CREATE FUNCTION hidden_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('vigie summaries'), NEW.person);
    DELETE FROM day WHERE person = NEW.person AND shown;
    DELETE FROM standing WHERE person = NEW.person AND shown;
    INSERT INTO stale (person, kind, since, until)
    SELECT NEW.person, kind, '2000-01-01Z', now() + interval '1 day' FROM unnest(ARRAY[1, 4]) AS kind;
    RETURN NULL;
END $$;
CREATE TRIGGER summarised AFTER INSERT OR UPDATE ON hidden FOR EACH ROW EXECUTE FUNCTION hidden_changed();

SET LOCAL ROLE vigie_reader;
-- Until the summaries without what is hidden are made, others see none.
CREATE VIEW api.day WITH (security_barrier) AS
    SELECT d.person, d.day, CASE WHEN g.kind IS NOT NULL THEN d.glucose END AS glucose,
           CASE WHEN w.kind IS NOT NULL THEN d.weight END AS weight
    FROM day d
    LEFT JOIN reach g ON g.person = d.person AND g.kind = 1
    LEFT JOIN reach w ON w.person = d.person AND w.kind = 4
    WHERE coalesce(g.kind, w.kind) IS NOT NULL
      AND d.shown = (coalesce(g.hides, w.hides) AND NOT (coalesce(g.whole, true) AND coalesce(w.whole, true)));

-- The clinician's list. A function, because behind a barrier view the list would be sorted whole for every page; the
-- rights are inside it instead. Its plan is made for the numbers asked: a page is then read along the index. Those whose
-- glucose the actor may not see stand last, where nothing is told by their place.
CREATE FUNCTION api.population(needs smallint[], how_many int, skipped int)
    RETURNS TABLE (number int, person uuid, given text, family text, need smallint, glucose jsonb, weight jsonb,
                   last_glucose timestamptz, last_weight timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = vigie SET plan_cache_mode = force_custom_plan
    SET enable_sort = off SET enable_bitmapscan = off AS $$  -- along the index: rights are looked up for a page's rows only
DECLARE
    told int;
    before int := 0;
BEGIN
    RETURN QUERY
    SELECT p.number, p.id, p.given, p.family, s.need, s.glucose,
           CASE WHEN may_see(s.person, 4::smallint) THEN s.weight END,
           s.last_glucose, CASE WHEN may_see(s.person, 4::smallint) THEN s.last_weight END
    FROM standing s JOIN person p ON p.number = s.person
    WHERE s.need = ANY(needs) AND (s.person IN (SELECT w.person FROM reach_by_way w)) IS TRUE  -- one look for all
      AND may_see(s.person, 1::smallint) AND s.shown = sees_shown(s.person)
    ORDER BY s.need, s.severity DESC, s.person LIMIT how_many OFFSET skipped;
    GET DIAGNOSTICS told = ROW_COUNT;
    IF told = how_many OR NOT 80 = ANY(needs) THEN
        RETURN;
    END IF;
    IF told = 0 THEN
        SELECT count(*) INTO before FROM standing s
        WHERE s.need = ANY(needs) AND (s.person IN (SELECT w.person FROM reach_by_way w)) IS TRUE
          AND may_see(s.person, 1::smallint) AND s.shown = sees_shown(s.person);
    END IF;
    RETURN QUERY
    SELECT p.number, p.id, p.given, p.family, 80::smallint, NULL::jsonb, s.weight, NULL::timestamptz, s.last_weight
    FROM (SELECT DISTINCT w.person FROM reach_by_way w) r
    JOIN person p ON p.number = r.person
    JOIN standing s ON s.person = r.person AND s.shown = sees_shown(r.person)
    WHERE NOT may_see(r.person, 1::smallint) AND may_see(r.person, 4::smallint)
    ORDER BY p.number LIMIT how_many - told OFFSET greatest(0, CASE WHEN told = 0 THEN skipped - before ELSE 0 END);
END $$;
SET LOCAL ROLE vigie_owner;

-- Whether who acts may see that kind of that person's; and whether without what is hidden.
CREATE FUNCTION may_see(whose int, what smallint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM reach_by_way w WHERE w.person = whose AND (w.kinds IS NULL OR what = ANY(w.kinds)))
$$;
CREATE FUNCTION sees_shown(whose int) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM hidden h WHERE h.person = whose AND h.lifted_at IS NULL)
       AND EXISTS (SELECT FROM reach_by_way w WHERE w.person = whose AND NOT w.whole)
       AND EXISTS (SELECT FROM reach a WHERE a.person = whose AND a.kind IN (1, 4) AND NOT a.whole)
$$;
GRANT EXECUTE ON FUNCTION may_see, sees_shown TO vigie_reader;
SET LOCAL ROLE vigie_reader;
REVOKE ALL ON FUNCTION api.population FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.population TO vigie_api;
GRANT SELECT ON api.day TO vigie_api;

-- What a person has settled, for themselves and those who act for them.
CREATE VIEW api.access_grant WITH (security_barrier) AS
    SELECT g.id, g.person, a.name, a.role, coalesce(a.full_name, a.name) AS shown_name, g.kinds, g.during, g.delegate,
           g.created_at
    FROM access_grant g JOIN account a ON a.number = g.account
    WHERE g.revoked_at IS NULL AND g.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts);
CREATE VIEW api.hidden WITH (security_barrier) AS
    SELECT h.id, h.person, h.kind, h.device, h.reading, h.during, h.created_at FROM hidden h
    WHERE h.lifted_at IS NULL AND h.person IN (SELECT w.person FROM reach_by_way w WHERE w.whole AND w.acts);
CREATE VIEW api.access_block WITH (security_barrier) AS
    SELECT b.person, a.name, b.created_at FROM access_block b JOIN account a ON a.number = b.account
    WHERE b.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts);
CREATE VIEW api.emergency WITH (security_barrier) AS
    SELECT e.id, e.person, coalesce(a.full_name, a.name) AS who, e.way, e.reason, e.opened_at, e.until, e.told_at
    FROM emergency e JOIN account a ON a.number = e.account
    WHERE e.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts) OR e.account = (SELECT (acting()).account);
-- Whom the actor acts for: themselves, those who made them their delegate; an administrator for everybody.
CREATE VIEW api.acted_for WITH (security_barrier) AS
    SELECT DISTINCT w.person FROM reach_by_way w WHERE w.acts;
GRANT SELECT ON api.access_grant, api.hidden, api.access_block, api.emergency, api.acted_for TO vigie_api;
SET LOCAL ROLE vigie_owner;

-- ── Who saw what ─────────────────────────────────────────────────────────────────────────────────────────────────────

-- One chain a person: each entry's hash covers the entry and the hash before it, the head tells where the chain ends.
-- Nobody may change or delete; entries are made by the functions below alone. No measured value, no reason in words.
-- Chain 0 is nobody's: who asked for people that do not exist.
CREATE TABLE access_log (
    person      int NOT NULL,
    number      bigint NOT NULL,
    at          timestamptz NOT NULL,
    account     int NOT NULL,
    role        text NOT NULL,
    name        text NOT NULL,
    act         text NOT NULL,
    kinds       smallint[],
    emergency   boolean NOT NULL,
    hash        bytea NOT NULL,
    PRIMARY KEY (person, number)
);
CREATE TABLE access_head (
    person      int PRIMARY KEY,
    number      bigint NOT NULL,
    hash        bytea NOT NULL
);

CREATE FUNCTION access_hash(previous bytea, l access_log) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(previous || convert_to(concat_ws(E'\x1f', l.person, l.number, extract(epoch FROM l.at), l.account,
        l.role, l.name, l.act, array_to_string(l.kinds, ','), l.emergency), 'UTF8'))
$$;

CREATE FUNCTION enter_access(whose int, what text, which smallint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
DECLARE
    who ticket := acting();
    head access_head;
    entry access_log;
BEGIN
    IF who.value IS NULL THEN
        RAISE EXCEPTION 'nobody acts' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO access_head VALUES (whose, 0, '') ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM access_head WHERE person = whose FOR UPDATE;
    entry.person := whose;
    entry.number := head.number + 1;
    entry.at := clock_timestamp();
    entry.account := who.account;
    entry.role := who.role;
    entry.name := (SELECT coalesce(a.full_name, a.name) FROM account a WHERE a.number = who.account);
    entry.act := what;
    entry.kinds := which;
    -- what an ordinary way shows of those kinds is no emergency, even while one is open
    entry.emergency := what = 'emergency' OR coalesce((
        SELECT bool_or(w.emergency) AND bool_and(w.emergency OR NOT coalesce(w.kinds IS NULL OR which <@ w.kinds, false))
        FROM reach_by_way w WHERE w.person = whose), false);
    entry.hash := access_hash(head.hash, entry);
    INSERT INTO access_log SELECT (entry).*;
    UPDATE access_head SET number = entry.number, hash = entry.hash WHERE person = whose;
END $$;
REVOKE ALL ON FUNCTION enter_access FROM PUBLIC;

-- Called in the transaction that reads; of several people in one order, so that readers never deadlock. What people see
-- of their own is not entered.
CREATE FUNCTION api.record_access(people int[], what text, which smallint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    PERFORM enter_access(whose, what, which) FROM (SELECT DISTINCT unnest(people) AS whose ORDER BY 1) AS each
    WHERE whose IS DISTINCT FROM (acting()).person OR what <> 'read';
END $$;
-- Somebody asked for what is not theirs to see, or is not there: the same work either way.
CREATE FUNCTION api.record_refusal(asked uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    PERFORM enter_access(coalesce((SELECT number FROM person WHERE id = asked), 0), 'refused', NULL);
END $$;
REVOKE ALL ON FUNCTION api.record_access, api.record_refusal FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.record_access, api.record_refusal TO vigie_api;
GRANT SELECT ON access_log, access_head TO vigie_reader, vigie_register;

SET LOCAL ROLE vigie_reader;
CREATE VIEW api.access_log WITH (security_barrier) AS
    SELECT l.person, l.number, l.at, l.role, l.name, l.act, l.kinds, l.emergency FROM access_log l
    WHERE l.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts);
GRANT SELECT ON api.access_log TO vigie_api;
SET LOCAL ROLE vigie_owner;
