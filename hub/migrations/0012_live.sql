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
-- snapshot tell exactly what is new since somebody looked, however late it was committed: what is not visible in the
-- snapshot they looked at. It names things by their keys; what is told of them is what a view shows to whoever asks.
-- Rows are only ever added, and swept after a while (timeseries.upkeep).
CREATE TABLE news (
    number      bigint GENERATED ALWAYS AS IDENTITY,
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    person      int NOT NULL,
    kind        smallint,
    since       timestamptz,
    until       timestamptz,
    keys        uuid[],
    event       bigint,
    CHECK ((kind IS NULL) = (event IS NOT NULL))
);
CREATE INDEX ON news (transaction, person);
CREATE INDEX ON news USING brin (at);

CREATE FUNCTION readings_are_news() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    INSERT INTO news (person, kind, since, until, keys)
    SELECT person, kind, min(taken_at), max(taken_at), array_agg(key) FROM changed GROUP BY person, kind;
    RETURN NULL;
END $$;
CREATE TRIGGER told      AFTER INSERT ON reading REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION readings_are_news();
CREATE TRIGGER told_gone AFTER DELETE ON reading REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION readings_are_news();

CREATE FUNCTION alert_events_are_news() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    INSERT INTO news (person, event) SELECT person, number FROM changed;
    RETURN NULL;
END $$;
CREATE TRIGGER told AFTER INSERT ON alert_event REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION alert_events_are_news();

-- What is hidden or shown again may change what is newest to some: whoever follows looks again.
CREATE FUNCTION hiding_is_news() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    INSERT INTO news (person, kind, since, until, keys) VALUES (NEW.person, coalesce(NEW.kind, 1), now(), now(), '{}');
    RETURN NULL;
END $$;
CREATE TRIGGER told AFTER INSERT OR UPDATE ON hidden FOR EACH ROW EXECUTE FUNCTION hiding_is_news();

CREATE FUNCTION person_is_no_news() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    DELETE FROM news WHERE person = OLD.number;
    RETURN NULL;
END $$;
CREATE TRIGGER untold AFTER DELETE ON person FOR EACH ROW EXECUTE FUNCTION person_is_no_news();

GRANT SELECT, DELETE ON news TO vigie_watch;
