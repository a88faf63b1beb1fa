-- Whose a shared device's readings are; what must be summarised anew; and a summary row a person and local day.

-- A shared device's readings stay here for good, whoever they are given to: what guards them against doubling then stays
-- in one place, and a wrong tap can be taken back. Looked at once `decided_at` is set; nobody's if confirmed without a
-- person; waiting for somebody to say if neither.
ALTER TABLE inbox
    ADD COLUMN person     int REFERENCES person ON DELETE SET NULL,
    ADD COLUMN confirmed  boolean NOT NULL DEFAULT false,
    ADD COLUMN decided_at timestamptz,
    ADD COLUMN candidates jsonb NOT NULL DEFAULT '[]';
CREATE INDEX inbox_undecided ON inbox (taken_at) WHERE decided_at IS NULL;

-- How a reading of a shared device came to its person: 1 given, the evidence being clear; 2 confirmed by somebody.
ALTER TABLE reading ADD COLUMN attribution smallint;

GRANT UPDATE (person, confirmed, decided_at, candidates) ON inbox TO vigie_watch;
GRANT INSERT, UPDATE (attribution) ON reading TO vigie_watch;
GRANT INSERT ON reading_link TO vigie_watch;

-- Out of the record it was put in; it is still in the inbox. Nobody may delete readings otherwise.
CREATE FUNCTION take_back(which uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = vigie AS $$
    DELETE FROM reading r USING inbox i
    WHERE i.key = which AND (r.key, r.person, r.kind, r.taken_at) = (i.key, i.person, i.kind, i.taken_at)
      AND r.attribution IS NOT NULL;
    DELETE FROM reading_link l USING inbox i WHERE i.key = which AND l.key = which;
$$;
REVOKE ALL ON FUNCTION take_back FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_back TO vigie_watch;
GRANT SELECT ON reading_link, person, device, household, household_member, holding TO vigie_watch;

CREATE VIEW api.inbox WITH (security_barrier) AS
    SELECT i.* FROM inbox i
    WHERE (SELECT acts_as_admin())
       OR i.household IN (SELECT m.household FROM household_member m WHERE m.person = (SELECT (acting()).person));
CREATE VIEW api.household WITH (security_barrier) AS
    SELECT h.number, h.id, h.name, h.time_zone FROM household h
    WHERE (SELECT acts_as_admin())
       OR h.number IN (SELECT m.household FROM household_member m WHERE m.person = (SELECT (acting()).person));
CREATE VIEW api.household_member WITH (security_barrier) AS
    SELECT m.household, m.person FROM household_member m
    WHERE (SELECT acts_as_admin())
       OR m.household IN (SELECT o.household FROM household_member o WHERE o.person = (SELECT (acting()).person));
GRANT SELECT ON inbox, household, household_member TO vigie_reader;
GRANT SELECT ON api.inbox, api.household, api.household_member TO vigie_api;
ALTER VIEW api.inbox OWNER TO vigie_reader;
ALTER VIEW api.household_member OWNER TO vigie_reader;
ALTER VIEW api.household OWNER TO vigie_reader;

-- The view's columns were fixed when it was made; only its owner may remake it.
SET LOCAL ROLE vigie_reader;
CREATE OR REPLACE VIEW api.reading WITH (security_barrier) AS
    SELECT r.* FROM reading r
    WHERE (SELECT acts_as_admin()) OR r.person = (SELECT (acting()).person);
SET LOCAL ROLE vigie_owner;

-- What must be summarised anew. Triggers write it in the transaction that changed something, so that no way of writing
-- can forget to; whoever summarises deletes it in the transaction that writes the summary. Rows are only ever added or
-- deleted: two writers never wait for one another.
CREATE TABLE stale (
    person      int NOT NULL,
    kind        smallint NOT NULL,
    since       timestamptz NOT NULL,
    until       timestamptz NOT NULL,
    marked_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON stale (person);

-- Of interstitial glucose (1) and weight (4) alone.
CREATE FUNCTION readings_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    INSERT INTO stale (person, kind, since, until)
    SELECT person, kind, min(taken_at), max(taken_at) FROM changed WHERE kind IN (1, 4)
    GROUP BY person, kind, floor(extract(epoch FROM taken_at) / 86400);
    RETURN NULL;
END $$;
CREATE TRIGGER added   AFTER INSERT ON reading REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION readings_changed();
CREATE TRIGGER removed AFTER DELETE ON reading REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION readings_changed();
CREATE TRIGGER altered_from AFTER UPDATE ON reading REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION readings_changed();
CREATE TRIGGER altered_to   AFTER UPDATE ON reading REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION readings_changed();

-- Another zone makes other days of everything; another condition, age or height only other goals and indices.
CREATE FUNCTION person_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    INSERT INTO stale (person, kind, since, until)
    SELECT NEW.number, kind, CASE WHEN NEW.time_zone = OLD.time_zone THEN now() ELSE '2000-01-01Z' END,
           CASE WHEN NEW.time_zone = OLD.time_zone THEN now() ELSE now() + interval '1 day' END
    FROM unnest(ARRAY[1, 4]) AS kind;
    RETURN NULL;
END $$;
CREATE TRIGGER summarised AFTER UPDATE OF time_zone, conditions, birth_date, height_cm ON person
    FOR EACH ROW EXECUTE FUNCTION person_changed();
CREATE FUNCTION person_added() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    INSERT INTO stale (person, kind, since, until) VALUES (NEW.number, 1, now(), now());
    RETURN NULL;
END $$;
CREATE TRIGGER summarised_first AFTER INSERT ON person FOR EACH ROW EXECUTE FUNCTION person_added();

-- One row a person and local day, in tallies that add up (timeseries.summaries knows what is in them).
CREATE TABLE day (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    day         date NOT NULL,
    glucose     jsonb,
    weight      jsonb,
    PRIMARY KEY (person, day)
);

-- One row a person: what the lists over many people are served from. It turns at the person's midnight by itself.
CREATE TABLE standing (
    person       int PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    need         smallint NOT NULL,
    severity     real NOT NULL,
    glucose      jsonb NOT NULL,
    weight       jsonb,
    last_reading timestamptz,
    turns_at     timestamptz NOT NULL
);
CREATE INDEX standing_by_need ON standing (need, severity DESC, person);
CREATE INDEX standing_turns ON standing (turns_at);

GRANT SELECT, DELETE ON stale TO vigie_watch;
GRANT SELECT, INSERT, UPDATE, DELETE ON day, standing TO vigie_watch;
GRANT SELECT ON day, standing TO vigie_reader;

CREATE VIEW api.day WITH (security_barrier) AS
    SELECT d.* FROM day d WHERE (SELECT acts_as_admin()) OR d.person = (SELECT (acting()).person);
CREATE VIEW api.standing WITH (security_barrier) AS
    SELECT s.* FROM standing s WHERE (SELECT acts_as_admin()) OR s.person = (SELECT (acting()).person);
GRANT SELECT ON api.day, api.standing TO vigie_api;
ALTER VIEW api.day OWNER TO vigie_reader;
ALTER VIEW api.standing OWNER TO vigie_reader;

-- The clinician's list. A function, because behind a barrier view the list would be sorted whole for every page; the
-- rights are inside it instead. Its plan is made for the numbers asked: a page is then read along the index.
CREATE FUNCTION api.population(needs smallint[], how_many int, skipped int)
    RETURNS TABLE (person uuid, given text, family text, need smallint, glucose jsonb, weight jsonb, last_reading timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = vigie SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN QUERY
    SELECT p.id, p.given, p.family, s.need, s.glucose, s.weight, s.last_reading
    FROM standing s JOIN person p ON p.number = s.person
    WHERE s.need = ANY(needs) AND ((SELECT acts_as_admin()) OR s.person = (SELECT (acting()).person))
    ORDER BY s.need, s.severity DESC, s.person LIMIT how_many OFFSET skipped;
END $$;
REVOKE ALL ON FUNCTION api.population FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.population TO vigie_api;
ALTER FUNCTION api.population OWNER TO vigie_reader;

-- What was there before this migration.
INSERT INTO stale (person, kind, since, until)
SELECT number, kind, '2000-01-01Z', now() + interval '1 day' FROM person, unnest(ARRAY[1, 4]) AS kind;
