-- The clinician's list of ten thousand in one pass over the rights, a page's entries in the access logs in one statement;
-- and the fourteen days of a list are whole ones, as the report's and the alerts' are.

-- ── The access log ───────────────────────────────────────────────────────────────────────────────────────────────────

-- One entry a person, by whoever acts. Heads are held in one order, so that readers never deadlock; the statement after
-- sees what each was waited for.
CREATE FUNCTION enter_accesses(people int[], what text, which smallint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
DECLARE
    who ticket := acting();
    called text := (SELECT coalesce(a.full_name, a.name) FROM account a WHERE a.number = who.account);
    in_emergency int[] := '{}';
BEGIN
    IF who.value IS NULL THEN
        RAISE EXCEPTION 'nobody acts' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF what = 'emergency' THEN
        in_emergency := people;
    ELSIF EXISTS (SELECT FROM emergency e WHERE e.account = who.account AND e.person = ANY(people) AND now() < e.until) THEN
        -- what an ordinary way shows of those kinds is no emergency, even while one is open
        in_emergency := ARRAY(
            SELECT w.person FROM reach_by_way w WHERE w.person = ANY(people) GROUP BY w.person
            HAVING bool_or(w.emergency)
               AND bool_and(w.emergency OR NOT coalesce(w.kinds IS NULL OR which <@ w.kinds, false)));
    END IF;
    INSERT INTO access_head SELECT DISTINCT each, 0, ''::bytea FROM unnest(people) AS each ORDER BY each
    ON CONFLICT DO NOTHING;
    PERFORM FROM access_head h WHERE h.person = ANY(people) ORDER BY h.person FOR UPDATE;
    WITH entry AS MATERIALIZED (  -- an access_log that bears the hash before its own
        SELECT h.person, h.number + 1 AS number, clock_timestamp() AS at, who.account, who.role, called, what, which,
               h.person = ANY(in_emergency) AS emergency, h.hash
        FROM access_head h WHERE h.person = ANY(people)
    ), entered AS (
        INSERT INTO access_log
        SELECT e.person, e.number, e.at, e.account, e.role, e.called, e.what, e.which, e.emergency,
               access_hash(e.hash, ROW(e.*)::access_log)
        FROM entry e RETURNING person, number, hash
    )
    UPDATE access_head h SET number = e.number, hash = e.hash FROM entered e WHERE h.person = e.person;
END $$;
REVOKE ALL ON FUNCTION enter_accesses FROM PUBLIC;

CREATE OR REPLACE FUNCTION enter_access(whose int, what text, which smallint[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = vigie AS $$
    SELECT enter_accesses(ARRAY[whose], what, which)
$$;
CREATE OR REPLACE FUNCTION api.record_access(people int[], what text, which smallint[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = vigie AS $$
    SELECT enter_accesses(ARRAY(
        SELECT each FROM unnest(people) AS each WHERE what <> 'read' OR each IS DISTINCT FROM (SELECT (acting()).person)
    ), what, which)
$$;

-- A professional's first look at a record, told to the person.
CREATE OR REPLACE FUNCTION record_read() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    WITH met AS (
        INSERT INTO acquainted SELECT DISTINCT e.person, e.account FROM entered e JOIN person p ON p.number = e.person
        WHERE e.act = 'read' AND e.role = 'clinician' AND NOT e.emergency
        ON CONFLICT DO NOTHING RETURNING person, account)
    INSERT INTO notice (person, key, what) SELECT m.person, 'first_access ' || m.account, 'first_access' FROM met m
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
DROP TRIGGER told ON access_log;
CREATE TRIGGER told AFTER INSERT ON access_log REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION record_read();

-- ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Of each person the actor sees anything of: whether it holds glucose and weight, and which of their summaries is theirs to
-- see (as in api.day). `seen`: 1 glucose, 2 weight; 4 and 8 the same with what is hidden.
CREATE OR REPLACE VIEW sight AS
    SELECT r.person, r.seen & 1 <> 0 AS glucose, r.seen & 2 <> 0 AS weight,
           r.seen & 3 <> r.seen >> 2 AND r.person IN (SELECT h.person FROM hidden h WHERE h.lifted_at IS NULL) AS shown
    FROM (SELECT w.person, bit_or(CASE WHEN w.whole THEN 5 ELSE 1 END * CASE WHEN w.kinds IS NULL THEN 3
                                  ELSE (1 = ANY(w.kinds))::int + 2 * (4 = ANY(w.kinds))::int END) AS seen
          FROM reach_by_way w GROUP BY w.person) AS r;

-- One's own marks and those of whoever is in a care team with one: who else follows somebody is not everybody's to know.
CREATE VIEW mark_told AS
    SELECT r.id, r.person, coalesce(a.full_name, a.name) AS reviewed_by, r.at,
           r.account = (SELECT (acting()).account) AS own
    FROM reviewed r JOIN account a ON a.number = r.account
    WHERE r.undone_at IS NULL
      AND (r.account = (SELECT (acting()).account)
           OR r.account IN (SELECT o.member FROM team_member o WHERE o.team IN (
                SELECT m.team FROM team_member m WHERE m.member = (SELECT (acting()).account))));
GRANT SELECT ON mark_told TO vigie_reader;

SET LOCAL ROLE vigie_reader;
CREATE OR REPLACE VIEW api.reviewed WITH (security_barrier) AS
    SELECT m.id, m.person, m.reviewed_by, m.at, m.own FROM mark_told m
    WHERE EXISTS (SELECT FROM reach_by_way w WHERE w.person = m.person);

-- The clinician's list. Whom the actor sees is found once, beside all standings, also once. Those whose glucose the actor
-- may not see stand last, where nothing is told by their place. `sought`: a part of a name. `counts`: how many there are
-- of each need, whatever needs are asked for.
CREATE OR REPLACE FUNCTION api.population(needs smallint[], how_many int, skipped int, sought text DEFAULT '')
    RETURNS TABLE (number int, person uuid, given text, family text, need smallint, glucose jsonb, weight jsonb,
                   last_glucose timestamptz, last_weight timestamptz, counts jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = vigie AS $$
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
    ORDER BY l.need, l.severity DESC NULLS LAST, l.person
$$;

-- What else a list says of those on a page of it: the fortnight's days, which end with `yesterday`, their open alerts, when
-- they were looked through.
DROP FUNCTION api.glance;
CREATE FUNCTION api.glance(people int[])
    RETURNS TABLE (number int, conditions text[], yesterday date, days jsonb, urgent bigint, warning bigint, notice bigint,
                   reviewed_at timestamptz, reviewed_by text, review uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = vigie AS $$
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
        SELECT e.* FROM mark_told e WHERE e.person = v.person ORDER BY e.at DESC LIMIT 1) AS r ON true
$$;
REVOKE ALL ON FUNCTION api.glance FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.glance TO vigie_api;
SET LOCAL ROLE vigie_owner;

-- Standings are made anew of whole days.
UPDATE standing SET turns_at = now();
