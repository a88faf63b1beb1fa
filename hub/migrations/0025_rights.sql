-- What rights cost. Statements of the API's role are prepared (hub.database), and what a function asks is planned once a
-- session (plpgsql), not once a call (sql); whoever sees ten thousand people has one of them looked up, not all.

-- Every view asks it, several times a page.
CREATE OR REPLACE FUNCTION acting() RETURNS ticket LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = vigie AS $$
DECLARE
    who ticket;
BEGIN
    SELECT * INTO who FROM ticket
    WHERE value = nullif(current_setting('vigie.ticket', true), '')::uuid AND expires_at > now();
    RETURN who;
END $$;

-- As it was, but that grants to whoever acts and to their care teams are one way, looked through once. Through a
-- team nobody acts or settles.
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
        SELECT g.person, g.kinds, p.attending IS NOT DISTINCT FROM me.account, g.delegate AND given.own, false,
               CASE WHEN given.own THEN g.may ELSE '{}' END
        FROM (SELECT me.account AS to, true AS own
              UNION ALL SELECT t.team, false FROM team_member t WHERE t.member = me.account) AS given
        JOIN access_grant g ON g.account = given.to
        JOIN person p ON p.number = g.person AND p.closed_at IS NULL
        WHERE g.revoked_at IS NULL AND now() <@ g.during
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

CREATE OR REPLACE FUNCTION api.record_access(people int[], what text, which smallint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    PERFORM enter_accesses(ARRAY(
        SELECT each FROM unnest(people) AS each WHERE what <> 'read' OR each IS DISTINCT FROM (SELECT (acting()).person)
    ), what, which);
END $$;

SET LOCAL ROLE vigie_reader;
-- IS TRUE keeps it from being joined: of one person asked for, the rights are looked up; of many, all rights at once.
CREATE OR REPLACE VIEW api.person WITH (security_barrier) AS
    SELECT p.number, p.id, p.given, p.family, p.birth_date, p.sex, p.time_zone, p.conditions, p.height_cm FROM person p
    WHERE EXISTS (SELECT FROM reach_by_way w WHERE w.person = p.number) IS TRUE;

-- As they were, planned once a session.
CREATE OR REPLACE FUNCTION api.population(needs smallint[], how_many int, skipped int, sought text DEFAULT '')
    RETURNS TABLE (number int, person uuid, given text, family text, need smallint, glucose jsonb, weight jsonb,
                   last_glucose timestamptz, last_weight timestamptz, counts jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = vigie AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH placed AS MATERIALIZED (
        SELECT v.person, v.shown, v.glucose, v.weight, CASE WHEN v.glucose THEN s.need ELSE 80::smallint END AS need,
               CASE WHEN v.glucose THEN s.severity END AS severity
        FROM (SELECT v.* FROM sight v
              WHERE (v.glucose OR v.weight) AND (sought = '' OR v.person IN (
                  SELECT p.number FROM person p
                  WHERE strpos(plain_name(p.given || ' ' || p.family || ' ' || p.given), plain_name(sought)) > 0))
              OFFSET 0) AS v  -- OFFSET 0: both whole, to be joined at once, never the one looked up for each of the other
        JOIN (SELECT s.person, s.shown, s.need, s.severity FROM standing s OFFSET 0) AS s USING (person, shown)
    ), page AS (
        SELECT l.* FROM placed l WHERE l.need = ANY(needs)
        ORDER BY l.need, l.severity DESC NULLS LAST, l.person LIMIT how_many OFFSET skipped
    ), told AS (SELECT jsonb_object_agg(c.need, c.n) AS counts FROM (
        SELECT l.need, count(*) AS n FROM placed l GROUP BY l.need) AS c)
    SELECT p.number, p.id, p.given, p.family, l.need, CASE WHEN l.glucose THEN s.glucose END,
           CASE WHEN l.weight THEN s.weight END, CASE WHEN l.glucose THEN s.last_glucose END,
           CASE WHEN l.weight THEN s.last_weight END, told.counts
    FROM page l JOIN person p ON p.number = l.person JOIN standing s ON s.person = l.person AND s.shown = l.shown
    CROSS JOIN told
    ORDER BY l.need, l.severity DESC NULLS LAST, l.person;
END $$;
CREATE OR REPLACE FUNCTION api.glance(people int[])
    RETURNS TABLE (number int, conditions text[], yesterday date, days jsonb, urgent bigint, warning bigint, notice bigint,
                   reviewed_at timestamptz, reviewed_by text, review uuid)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = vigie AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.number, p.conditions, t.yesterday, d.days, a.urgent, a.warning, a.notice,
           r.at, r.reviewed_by, CASE WHEN r.own THEN r.id END
    FROM unnest(people) AS asked (person)
    CROSS JOIN LATERAL (SELECT v.* FROM sight v WHERE v.person = asked.person OFFSET 0) AS v  -- one by one
    JOIN person p ON p.number = v.person
    CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE p.time_zone)::date - 1 AS yesterday) AS t
    CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(d.day, d.glucose) AS days FROM day d
        WHERE v.glucose AND d.person = v.person AND d.shown = v.shown AND d.glucose IS NOT NULL
          AND d.day BETWEEN t.yesterday - 13 AND t.yesterday) AS d
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE e.level = 'urgent') AS urgent, count(*) FILTER (WHERE e.level = 'warning') AS warning,
               count(*) FILTER (WHERE e.level = 'notice') AS notice
        FROM alert_seen e WHERE e.person = v.person AND e.resolved_at IS NULL AND NOT e.retrospective) AS a
    LEFT JOIN LATERAL (
        SELECT e.* FROM mark_told e WHERE e.person = v.person ORDER BY e.at DESC LIMIT 1) AS r ON true;
END $$;
SET LOCAL ROLE vigie_owner;
