-- What is new in a record, for those who follow it live; and the view on readings, at a third of its cost where something
-- is hidden.

-- What is hidden is looked up once and held against the rows (an anti join), not looked up for every row.
SET LOCAL ROLE vigie_reader;
CREATE OR REPLACE VIEW api.reading WITH (security_barrier) AS
    SELECT r.* FROM reading r JOIN reach a ON a.person = r.person AND a.kind = r.kind
    WHERE NOT EXISTS (
        SELECT FROM hidden h
        WHERE NOT a.whole AND h.person = r.person AND h.lifted_at IS NULL AND r.taken_at <@ h.during
          AND (h.kind IS NULL OR h.kind = r.kind) AND (h.device IS NULL OR h.device = r.device)
          AND (h.reading IS NULL OR h.reading = r.key));
SET LOCAL ROLE vigie_owner;

-- What came into a record, left it, or was said of its alerts, in the order it was written. A transaction's number and a
-- snapshot tell exactly what is new since somebody looked, whatever was committed late (`transaction` is new to whoever
-- looked at a snapshot it is not visible in). Rows are only ever added, and swept after a while (timeseries.upkeep).
CREATE TABLE news (
    number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    person      int NOT NULL,
    kind        smallint,
    since       timestamptz,
    until       timestamptz,
    keys        uuid[],
    gone        boolean NOT NULL DEFAULT false,
    event       bigint,
    CHECK ((kind IS NULL) = (event IS NOT NULL))
);
CREATE INDEX ON news (person, transaction);
CREATE INDEX ON news USING brin (at);

CREATE FUNCTION readings_are_news() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    INSERT INTO news (person, kind, since, until, keys, gone)
    SELECT person, kind, min(taken_at), max(taken_at), array_agg(key), TG_OP = 'DELETE' FROM changed GROUP BY person, kind;
    RETURN NULL;
END $$;
CREATE TRIGGER told      AFTER INSERT ON reading REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION readings_are_news();
CREATE TRIGGER told_gone AFTER DELETE ON reading REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION readings_are_news();

CREATE FUNCTION person_is_no_news() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    DELETE FROM news WHERE person = OLD.number;
    RETURN NULL;
END $$;
CREATE TRIGGER untold AFTER DELETE ON person FOR EACH ROW EXECUTE FUNCTION person_is_no_news();

GRANT SELECT, DELETE ON news TO vigie_watch;
GRANT SELECT ON news TO vigie_reader;

-- Of what somebody hides, others are not told that it came.
SET LOCAL ROLE vigie_reader;
CREATE VIEW api.news WITH (security_barrier) AS
    SELECT n.number, n.transaction, n.person, n.kind, coalesce(o.since, n.since) AS since,
           coalesce(o.until, n.until) AS until, coalesce(o.keys, n.keys) AS keys, n.gone
    FROM news n JOIN reach a ON a.person = n.person AND a.kind = n.kind
    LEFT JOIN LATERAL (
        SELECT min(r.taken_at) AS since, max(r.taken_at) AS until, array_agg(r.key) AS keys FROM reading r
        WHERE a.hides AND NOT a.whole
          AND r.person = n.person AND r.kind = n.kind AND r.taken_at BETWEEN n.since AND n.until AND r.key = ANY(n.keys)
          AND NOT EXISTS (
            SELECT FROM hidden h
            WHERE h.person = r.person AND h.lifted_at IS NULL AND r.taken_at <@ h.during
              AND (h.kind IS NULL OR h.kind = r.kind) AND (h.device IS NULL OR h.device = r.device)
              AND (h.reading IS NULL OR h.reading = r.key))) o ON true
    WHERE a.whole OR NOT a.hides OR o.keys IS NOT NULL;
GRANT SELECT ON api.news TO vigie_api;
SET LOCAL ROLE vigie_owner;
