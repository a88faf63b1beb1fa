-- What clinicians keep beside a record (notes, when they looked it through), and their list made for ten thousand people.

-- Written by whoever sees all kinds of a record; taken back, never changed. `whole`: who wrote it saw hidden things too.
CREATE TABLE clinical_note (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person         int NOT NULL REFERENCES person ON DELETE CASCADE,
    by             int REFERENCES account ON DELETE SET NULL,
    text           text NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    whole          boolean NOT NULL,
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    taken_back_at  timestamptz
);
CREATE INDEX ON clinical_note (person, at);

-- Somebody looked a record through: the mark of a working list, which tells nothing of the person.
CREATE TABLE reviewed (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    account     int NOT NULL REFERENCES account ON DELETE CASCADE,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    undone_at   timestamptz
);
CREATE INDEX ON reviewed (person, at DESC) WHERE undone_at IS NULL;

-- A name as it is looked for: in small letters, without accents.
CREATE FUNCTION plain_name(told text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT translate(lower(told), 'àáâãäåçèéêëìíîïñòóôõöùúûüýÿ', 'aaaaaaceeeeiiiinooooouuuuyy')
$$;
GRANT EXECUTE ON FUNCTION plain_name TO vigie_reader;

GRANT SELECT, INSERT, UPDATE (taken_back_at) ON clinical_note TO vigie_register;
GRANT SELECT, INSERT, UPDATE (undone_at) ON reviewed TO vigie_register;
GRANT SELECT ON clinical_note, reviewed TO vigie_reader;

SET LOCAL ROLE vigie_reader;
-- Of a record whose kinds one sees all of. While something is hidden, whoever does not see it sees their own notes, and
-- those written since by others who did not see it either: words may tell what they were written from.
CREATE VIEW api.clinical_note WITH (security_barrier) AS
    SELECT n.id, n.person, coalesce(a.full_name, a.name) AS written_by, n.text, n.at,
           n.by IS NOT DISTINCT FROM (SELECT (acting()).account) AS own
    FROM clinical_note n LEFT JOIN account a ON a.number = n.by
    WHERE n.taken_back_at IS NULL
      AND n.person IN (SELECT w.person FROM reach_by_way w WHERE w.kinds IS NULL)
      AND (n.by = (SELECT (acting()).account)
           OR n.person IN (SELECT w.person FROM reach_by_way w WHERE w.kinds IS NULL AND w.whole)
           OR NOT EXISTS (SELECT FROM hidden h WHERE h.person = n.person AND h.lifted_at IS NULL
                          AND (n.whole OR h.created_at > n.at)));
-- Who may write one: by a grant of all kinds, not in an emergency; and whether they see what is hidden.
CREATE VIEW api.noting WITH (security_barrier) AS
    SELECT w.person, bool_or(w.whole) AS whole FROM reach_by_way w
    WHERE w.kinds IS NULL AND NOT w.emergency GROUP BY w.person;
-- One's own marks and those of whoever is in a care team with one: who else follows somebody is not everybody's to know.
CREATE VIEW api.reviewed WITH (security_barrier) AS
    SELECT r.id, r.person, coalesce(a.full_name, a.name) AS reviewed_by, r.at,
           r.account = (SELECT (acting()).account) AS own
    FROM reviewed r JOIN account a ON a.number = r.account
    WHERE r.undone_at IS NULL AND EXISTS (SELECT FROM reach_by_way w WHERE w.person = r.person)
      AND (r.account = (SELECT (acting()).account)
           OR r.account IN (SELECT o.member FROM team_member o WHERE o.team IN (
                SELECT m.team FROM team_member m WHERE m.member = (SELECT (acting()).account))));
GRANT SELECT ON api.clinical_note, api.noting, api.reviewed TO vigie_api;

-- Of each person the actor sees anything of: whether it holds glucose and weight, and which of their summaries is theirs to
-- see (as in api.day).
DROP FUNCTION api.population;
SET LOCAL ROLE vigie_owner;
CREATE VIEW sight AS
    SELECT r.person, r.glucose, r.weight,
           NOT (coalesce(r.whole_glucose, true) AND coalesce(r.whole_weight, true)) AND EXISTS (
               SELECT FROM hidden h WHERE h.person = r.person AND h.lifted_at IS NULL) AS shown
    FROM (SELECT w.person,
                 bool_or(w.kinds IS NULL OR 1 = ANY(w.kinds)) AS glucose,
                 bool_or(w.kinds IS NULL OR 4 = ANY(w.kinds)) AS weight,
                 bool_or(w.whole) FILTER (WHERE w.kinds IS NULL OR 1 = ANY(w.kinds)) AS whole_glucose,
                 bool_or(w.whole) FILTER (WHERE w.kinds IS NULL OR 4 = ANY(w.kinds)) AS whole_weight
          FROM reach_by_way w GROUP BY w.person) AS r;
GRANT SELECT ON sight TO vigie_reader;
DROP FUNCTION may_see, sees_shown;
SET LOCAL ROLE vigie_reader;

-- The clinician's list. Whom the actor sees is found once; standings are then looked up in that, never the other way round.
-- Those whose glucose the actor may not see stand last, where nothing is told by their place. `sought`: a part of a name.
-- `counts`: how many there are of each need, whatever needs are asked for.
CREATE FUNCTION api.population(needs smallint[], how_many int, skipped int, sought text DEFAULT '')
    RETURNS TABLE (number int, person uuid, given text, family text, need smallint, glucose jsonb, weight jsonb,
                   last_glucose timestamptz, last_weight timestamptz, counts jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = vigie AS $$
    WITH seen AS MATERIALIZED (
        SELECT s.* FROM sight s
        WHERE sought = '' OR s.person IN (
            SELECT p.number FROM person p
            WHERE strpos(plain_name(p.given || ' ' || p.family || ' ' || p.given), plain_name(sought)) > 0)
    ), placed AS MATERIALIZED (
        SELECT s.person, s.need, s.severity, s.shown, true AS glucose FROM standing s
        WHERE (s.person, s.shown) IN (SELECT v.person, v.shown FROM seen v WHERE v.glucose) IS TRUE  -- one look for all
        UNION ALL
        SELECT v.person, 80::smallint, NULL, v.shown, false FROM seen v WHERE NOT v.glucose AND v.weight
    ), page AS (
        SELECT l.* FROM placed l WHERE l.need = ANY(needs)
        ORDER BY l.glucose DESC, l.need, l.severity DESC, l.person LIMIT how_many OFFSET skipped
    ), told AS (SELECT jsonb_object_agg(c.need, c.n) AS counts FROM (
        SELECT l.need, count(*) AS n FROM placed l GROUP BY l.need) AS c)
    SELECT p.number, p.id, p.given, p.family, l.need, CASE WHEN l.glucose THEN s.glucose END,
           CASE WHEN v.weight THEN s.weight END, CASE WHEN l.glucose THEN s.last_glucose END,
           CASE WHEN v.weight THEN s.last_weight END, told.counts
    FROM page l JOIN person p ON p.number = l.person JOIN standing s ON s.person = l.person AND s.shown = l.shown
    JOIN seen v ON v.person = l.person CROSS JOIN told
    ORDER BY l.glucose DESC, l.need, l.severity DESC, l.person
$$;

-- What else a list says of those on a page of it: the days of the fortnight, their open alerts, when they were looked through.
CREATE FUNCTION api.glance(people int[])
    RETURNS TABLE (number int, conditions text[], today date, days jsonb, urgent bigint, warning bigint, notice bigint,
                   reviewed_at timestamptz, reviewed_by text, review uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = vigie AS $$
    SELECT p.number, p.conditions, t.today, d.days, a.urgent, a.warning, a.notice,
           r.at, r.reviewed_by, CASE WHEN r.own THEN r.id END
    FROM unnest(people) AS asked (person)
    CROSS JOIN LATERAL (SELECT v.* FROM sight v WHERE v.person = asked.person OFFSET 0) AS v  -- one by one
    JOIN person p ON p.number = v.person
    CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE p.time_zone)::date AS today) AS t
    CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(d.day, d.glucose) AS days FROM day d
        WHERE v.glucose AND d.person = v.person AND d.shown = v.shown AND d.glucose IS NOT NULL
          AND d.day BETWEEN t.today - 13 AND t.today) AS d
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE e.level = 'urgent') AS urgent, count(*) FILTER (WHERE e.level = 'warning') AS warning,
               count(*) FILTER (WHERE e.level = 'notice') AS notice
        FROM alert_seen e WHERE e.person = v.person AND e.resolved_at IS NULL AND NOT e.retrospective) AS a
    LEFT JOIN LATERAL (
        SELECT e.* FROM api.reviewed e WHERE e.person = v.person ORDER BY e.at DESC LIMIT 1) AS r ON true
$$;
REVOKE ALL ON FUNCTION api.population, api.glance FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.population, api.glance TO vigie_api;
SET LOCAL ROLE vigie_owner;
