-- What a profession lets its members see of what they are given; what a delegate may settle; whose rights end at majority.

-- ── Professions ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- hub/professions.toml, kept here by whoever migrates (hub.professions). Who has no row here sees nothing.
CREATE TABLE profession (
    code        text PRIMARY KEY,
    spelled     text[] NOT NULL,  -- as identity providers say it, in small letters
    sees        text[] NOT NULL,
    kinds       smallint[]        -- of what it sees; all if null
);
INSERT INTO profession VALUES ('unknown', '{}', '{identity,glucose,weight,vitals,alerts,notes}', NULL);

-- Professionals, and the row of the table that holds for each.
CREATE VIEW held_to AS
    SELECT a.number AS account, p.code, p.sees, p.kinds FROM account a JOIN profession p ON p.code = coalesce(
        (SELECT s.code FROM profession s WHERE lower(split_part(a.profession, '^', 1)) = ANY(s.spelled)),
        CASE WHEN a.profession IS NULL THEN 'unknown' ELSE 'other' END)
    WHERE a.role = 'clinician';
GRANT SELECT ON held_to TO vigie_reader, vigie_register;

-- ── Delegates and representatives ────────────────────────────────────────────────────────────────────────────────────

-- A delegate looks after alerts, devices and measurements; what else they may settle is given to them one by one. Those
-- there are keep sharing and hiding, which they could do until now; stopping collection, closing and deleting are given
-- anew. A legal representative's grant holds as long as the person is a minor.
ALTER TABLE access_grant
    ADD COLUMN may            text[] NOT NULL DEFAULT '{}' CHECK (may <@ ARRAY['share', 'hide', 'leave']),
    ADD COLUMN representative boolean NOT NULL DEFAULT false;
UPDATE access_grant SET may = '{share,hide}' WHERE delegate;
ALTER TABLE access_grant
    ADD CHECK (delegate OR may = '{}'),
    ADD CHECK (delegate OR NOT representative);

-- Until the day they turn 18, where they live (Code civil, art. 414); who was born on 29 February does on 1 March. An
-- interval is not compared: 17 years, 11 months and 30 days would be 18 years.
CREATE FUNCTION is_minor(born date, zone text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT extract(year FROM age((now() AT TIME ZONE zone)::date, born)) < 18
$$;
GRANT EXECUTE ON FUNCTION is_minor TO vigie_reader, vigie_register;

-- ── Who acts may see what ────────────────────────────────────────────────────────────────────────────────────────────

-- Of a professional: each way in, and what their profession may see of it. `may`: what they may settle.
CREATE OR REPLACE VIEW reach_by_way AS
    SELECT way.person,
           CASE WHEN held.kinds IS NULL THEN way.kinds WHEN way.kinds IS NULL THEN held.kinds
                ELSE ARRAY(SELECT unnest(way.kinds) INTERSECT SELECT unnest(held.kinds)) END AS kinds,
           way.whole, way.acts, way.emergency, way.may,
           me.role <> 'clinician' OR 'alerts' = ANY(held.sees) AS alerts,
           me.role <> 'clinician' OR 'notes' = ANY(held.sees) AS notes
    FROM acting() AS me LEFT JOIN held_to held ON held.account = me.account CROSS JOIN LATERAL (
        SELECT p.number AS person, NULL::smallint[] AS kinds, true AS whole, true AS acts, false AS emergency,
               ARRAY['share', 'hide', 'leave'] AS may
        FROM person p WHERE p.number = me.person AND p.closed_at IS NULL
    UNION ALL
        SELECT p.number, NULL, true, true, false, ARRAY['share', 'hide', 'leave']
        FROM person p WHERE me.role = 'admin' AND p.closed_at IS NULL
    UNION ALL
        SELECT g.person, g.kinds, p.attending IS NOT DISTINCT FROM me.account, g.delegate, false, g.may
        FROM access_grant g JOIN person p ON p.number = g.person AND p.closed_at IS NULL
        WHERE g.account = me.account AND g.revoked_at IS NULL AND now() <@ g.during
          AND (NOT g.representative OR is_minor(p.birth_date, p.time_zone))
          AND NOT EXISTS (SELECT FROM access_block b WHERE b.person = g.person AND b.account = me.account)
    UNION ALL
        SELECT g.person, g.kinds, p.attending IS NOT DISTINCT FROM me.account, false, false, '{}'
        FROM team_member t JOIN access_grant g ON g.account = t.team
        JOIN person p ON p.number = g.person AND p.closed_at IS NULL
        WHERE t.member = me.account AND g.revoked_at IS NULL AND now() <@ g.during
          AND (NOT g.representative OR is_minor(p.birth_date, p.time_zone))
          AND NOT EXISTS (SELECT FROM access_block b
                          WHERE b.person = g.person AND b.account IN (me.account, g.account))
    UNION ALL
        SELECT e.person, NULL, false, false, true, '{}'
        FROM emergency e JOIN person p ON p.number = e.person AND p.closed_at IS NULL
        WHERE e.account = me.account AND now() < e.until
          AND NOT CASE e.way WHEN 'regulation' THEN p.opposes_regulation ELSE p.opposes_break_glass END
          AND NOT EXISTS (SELECT FROM access_block b WHERE b.person = e.person AND b.account = me.account)
    ) AS way
    WHERE me.role <> 'clinician' OR 'identity' = ANY(held.sees);

CREATE OR REPLACE VIEW alert_seen AS
    SELECT a.* FROM alert a
    WHERE a.person IN (SELECT w.person FROM reach_by_way w WHERE w.alerts)
      AND NOT EXISTS (SELECT FROM unnest(a.kinds) AS k (kind) WHERE NOT EXISTS (
            SELECT FROM reach_by_way w WHERE w.person = a.person AND (w.kinds IS NULL OR k.kind = ANY(w.kinds))))
      AND a.shown = (
            EXISTS (SELECT FROM hidden h WHERE h.person = a.person AND h.lifted_at IS NULL)
            AND EXISTS (SELECT FROM unnest(a.kinds) AS k (kind) WHERE NOT EXISTS (
                SELECT FROM reach_by_way w
                WHERE w.person = a.person AND w.whole AND (w.kinds IS NULL OR k.kind = ANY(w.kinds)))));

-- Alerts are told to those who may see them: by push and mail too.
CREATE OR REPLACE FUNCTION may_be_told(who int, whose int, which smallint[], lens boolean) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
DECLARE
    before text := current_setting('vigie.ticket', true);
    pass uuid;
    answer boolean;
BEGIN
    INSERT INTO ticket (account, role, person, expires_at)
    SELECT number, role, person, now() + interval '1 minute' FROM account WHERE number = who AND closed_at IS NULL
    RETURNING value INTO pass;
    IF pass IS NULL THEN
        RETURN false;
    END IF;
    PERFORM set_config('vigie.ticket', pass::text, true);
    answer := CASE
        WHEN which IS NULL THEN EXISTS (SELECT FROM reach_by_way w WHERE w.person = whose AND w.acts)
        ELSE cardinality(which) > 0 AND NOT EXISTS (
                SELECT FROM unnest(which) AS k WHERE NOT EXISTS (
                    SELECT FROM reach_by_way w
                    WHERE w.person = whose AND w.alerts AND NOT w.emergency AND (w.kinds IS NULL OR k = ANY(w.kinds))))
            AND lens = coalesce((SELECT bool_or(r.hides) AND NOT bool_and(r.whole) FROM reach r
                                 WHERE r.person = whose AND r.kind = ANY(which)), false)
        END;
    PERFORM set_config('vigie.ticket', coalesce(before, ''), true);
    DELETE FROM ticket WHERE value = pass;
    RETURN answer;
END $$;

SET LOCAL ROLE vigie_reader;
-- What their profession keeps from whoever acts, so that nobody takes it for not being there.
CREATE VIEW api.withheld WITH (security_barrier) AS
    SELECT c.category FROM unnest(ARRAY['identity', 'glucose', 'weight', 'vitals', 'alerts', 'notes']) AS c (category)
    WHERE EXISTS (SELECT FROM held_to h WHERE h.account = (SELECT (acting()).account) AND c.category <> ALL(h.sees));
GRANT SELECT ON api.withheld TO vigie_api;
CREATE OR REPLACE VIEW api.clinical_note WITH (security_barrier) AS
    SELECT n.id, n.person, coalesce(a.full_name, a.name) AS written_by, n.text, n.at,
           n.by IS NOT DISTINCT FROM (SELECT (acting()).account) AS own
    FROM clinical_note n LEFT JOIN account a ON a.number = n.by
    WHERE n.taken_back_at IS NULL
      AND n.person IN (SELECT w.person FROM reach_by_way w WHERE w.kinds IS NULL AND w.notes)
      AND (n.by = (SELECT (acting()).account)
           OR n.person IN (SELECT w.person FROM reach_by_way w WHERE w.kinds IS NULL AND w.whole)
           OR NOT EXISTS (SELECT FROM hidden h WHERE h.person = n.person AND h.lifted_at IS NULL
                          AND (n.whole OR h.created_at > n.at)));
CREATE OR REPLACE VIEW api.noting WITH (security_barrier) AS
    SELECT w.person, bool_or(w.whole) AS whole FROM reach_by_way w
    WHERE w.kinds IS NULL AND w.notes AND NOT w.emergency GROUP BY w.person;

-- ── Who settles what ─────────────────────────────────────────────────────────────────────────────────────────────────

CREATE OR REPLACE VIEW api.acted_for WITH (security_barrier) AS
    SELECT w.person, array_remove(array_agg(DISTINCT m), NULL) AS may
    FROM reach_by_way w LEFT JOIN LATERAL unnest(w.may) AS m ON true WHERE w.acts GROUP BY w.person;
-- `withheld`: what the profession of whoever is let in keeps from them, whatever they are given. A representative of
-- somebody who came of age is let in no longer.
CREATE OR REPLACE VIEW api.access_grant WITH (security_barrier) AS
    SELECT g.id, g.person, a.name, a.role, coalesce(a.full_name, a.name) AS shown_name, g.kinds, g.during, g.delegate,
           g.created_at, g.may, g.representative,
           ARRAY(SELECT c FROM unnest(ARRAY['identity', 'glucose', 'weight', 'vitals', 'alerts', 'notes']) AS c
                 WHERE EXISTS (SELECT FROM held_to h WHERE h.account = a.number AND c <> ALL(h.sees))) AS withheld
    FROM access_grant g JOIN account a ON a.number = g.account JOIN person p ON p.number = g.person
    WHERE g.revoked_at IS NULL AND g.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts)
      AND (NOT g.representative OR is_minor(p.birth_date, p.time_zone));
-- What was hidden and shown again is told to those who see it, and to whoever did it: to others there is nothing hidden.
CREATE OR REPLACE VIEW api.access_log WITH (security_barrier) AS
    SELECT l.person, l.number, l.at, l.role, l.name, l.act, l.kinds, l.emergency FROM access_log l
    WHERE l.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts)
      AND (l.act NOT IN ('hide', 'unhide') OR l.account = (SELECT (acting()).account)
           OR l.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts AND w.whole));
SET LOCAL ROLE vigie_owner;
