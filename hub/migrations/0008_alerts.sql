-- Alerts: what they are held against, where each person's stand, what was said of them, and what people did about them.

-- Each change is a new version, whole; of those valid by now the newest holds (alerts.thresholds.in_force).
CREATE TABLE thresholds (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    version     int NOT NULL CHECK (version > 0),
    document    jsonb NOT NULL,
    valid_from  timestamptz NOT NULL,
    set_by      int REFERENCES account ON DELETE SET NULL,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (person, version)
);

-- Everything below is kept twice of people who hide something, as their days are: `shown` is made without what is hidden.

-- Where a person's alerts stand (alerts.advance.Walk), up to when they were looked at, and when they are to be next. Its
-- row that is not `shown` is the person's lock: whoever looks, acts, sets thresholds or hides holds it.
CREATE TABLE walk (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    shown       boolean NOT NULL DEFAULT false,
    state       jsonb,
    began_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    looked_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    due_at      timestamptz,
    PRIMARY KEY (person, shown)
);
CREATE INDEX walk_due ON walk (due_at) WHERE NOT shown;

-- One row an episode of a rule; its id is made of the person and the key, so that it is one in both.
CREATE TABLE alert (
    person          int NOT NULL REFERENCES person ON DELETE CASCADE,
    shown           boolean NOT NULL,
    key             text NOT NULL,
    id              uuid NOT NULL,
    rule            text NOT NULL,
    -- of the readings that decided it: whoever may not see one of them does not see it
    kinds           smallint[] NOT NULL CHECK (cardinality(kinds) > 0),
    level           text NOT NULL,
    since           timestamptz NOT NULL,
    until           timestamptz,
    last            timestamptz NOT NULL,
    raised_at       timestamptz NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by int REFERENCES account ON DELETE SET NULL,
    -- until when which account rests from it
    snoozes         jsonb NOT NULL DEFAULT '{}',
    resolved_at     timestamptz,
    -- it was over before it was known, and never rang
    retrospective   boolean NOT NULL DEFAULT false,
    because         jsonb NOT NULL,
    evidence        jsonb NOT NULL,
    note            text,
    PRIMARY KEY (person, shown, key)
);
CREATE INDEX alert_by_id ON alert (id);
CREATE INDEX alert_by_time ON alert (person, raised_at);
CREATE INDEX alert_open ON alert (person) WHERE resolved_at IS NULL;

-- The journal, written in the transaction that moves the walk; and the queue of those who are to be told: whoever has
-- planned that sets `planned_at`, and nothing else is ever changed. `quiet` and `only_for` are accounts.
CREATE TABLE alert_event (
    number       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person       int NOT NULL REFERENCES person ON DELETE CASCADE,
    shown        boolean NOT NULL,
    alert        text NOT NULL,
    what         text NOT NULL,
    at           timestamptz NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    rule         text NOT NULL,
    level        text NOT NULL,
    because      jsonb NOT NULL,
    rings        boolean NOT NULL,
    quiet        text[] NOT NULL DEFAULT '{}',
    only_for     text[] NOT NULL DEFAULT '{}',
    by           text,
    until        timestamptz,
    planned_at   timestamptz
);
CREATE INDEX alert_event_of ON alert_event (person, shown, number);

-- What people did, at an instant that nobody had looked at yet (alerts.acts sees to it).
CREATE TABLE alert_act (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    at          timestamptz NOT NULL,
    alert       text NOT NULL,
    by          int REFERENCES account ON DELETE SET NULL,
    doing       text NOT NULL CHECK (doing IN ('acknowledge', 'snooze')),
    until       timestamptz,
    note        text,
    PRIMARY KEY (person, at)
);

-- ── What must be looked at ───────────────────────────────────────────────────────────────────────────────────────────

-- Readings of the kinds that rules know (glucose 1, 2, 3, 21; weight 4) that came, changed or went, and were not looked at
-- yet. Rows are only ever added or deleted: two writers never wait for one another.
CREATE TABLE arrival (
    number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person      int NOT NULL,
    kind        smallint NOT NULL,
    since       timestamptz NOT NULL,
    until       timestamptz NOT NULL,
    keys        uuid[] NOT NULL,
    gone        boolean NOT NULL
);
CREATE INDEX ON arrival (person);

CREATE FUNCTION readings_arrived() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    INSERT INTO arrival (person, kind, since, until, keys, gone)
    SELECT person, kind, min(taken_at), max(taken_at), array_agg(key), TG_OP = 'DELETE'
    FROM changed WHERE kind IN (1, 2, 3, 4, 21)
    GROUP BY person, kind, floor(extract(epoch FROM taken_at) / 86400);
    RETURN NULL;
END $$;
CREATE TRIGGER arrived   AFTER INSERT ON reading REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION readings_arrived();
CREATE TRIGGER regarded  AFTER UPDATE ON reading REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION readings_arrived();
CREATE TRIGGER went      AFTER DELETE ON reading REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION readings_arrived();

-- When a reading was first seen that was received before the instant then looked at: committed late, or given to its
-- person later. Without it, the journal could not be made again as it was.
CREATE TABLE seen_late (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    key         uuid NOT NULL,
    seen_at     timestamptz NOT NULL,
    PRIMARY KEY (person, key)
);
-- A weighing was taken out of a record: it is looked at without it.
CREATE TABLE taken_out (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    at          timestamptz NOT NULL,
    PRIMARY KEY (person, at)
);

-- Watched from the moment there is a record; and looked at again when what rules know of the person changes.
CREATE FUNCTION person_watched() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO walk (person, due_at) VALUES (NEW.number, clock_timestamp());
    ELSIF TG_OP = 'UPDATE' THEN
        -- whose readings are stored again begins anew: what was missed meanwhile is nobody's fault
        IF coalesce(OLD.collection_stopped_at, OLD.closed_at) IS NOT NULL
           AND coalesce(NEW.collection_stopped_at, NEW.closed_at) IS NULL THEN
            UPDATE walk SET state = NULL, looked_at = clock_timestamp() WHERE person = NEW.number;
        END IF;
        UPDATE walk SET due_at = clock_timestamp() WHERE person = NEW.number AND NOT shown;
    ELSE
        DELETE FROM arrival WHERE person = OLD.number;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER watched AFTER INSERT OR DELETE ON person FOR EACH ROW EXECUTE FUNCTION person_watched();
CREATE TRIGGER watched_anew
    AFTER UPDATE OF time_zone, conditions, birth_date, height_cm, collection_stopped_at, closed_at ON person
    FOR EACH ROW EXECUTE FUNCTION person_watched();
INSERT INTO walk (person, due_at) SELECT number, clock_timestamp() FROM person;

-- What others saw before is gone at once; whoever looks at this moment is waited for, or they would write afterwards what
-- is hidden now. The watch makes it anew from the last 90 days (alerts.watcher), and nothing of it rings.
CREATE FUNCTION hidden_watched() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    PERFORM FROM walk WHERE person = NEW.person AND NOT shown FOR UPDATE;
    DELETE FROM walk WHERE person = NEW.person AND shown;
    DELETE FROM alert WHERE person = NEW.person AND shown;
    DELETE FROM alert_event WHERE person = NEW.person AND shown;
    UPDATE walk SET due_at = clock_timestamp() WHERE person = NEW.person AND NOT shown;
    RETURN NULL;
END $$;
CREATE TRIGGER watched AFTER INSERT OR UPDATE ON hidden FOR EACH ROW EXECUTE FUNCTION hidden_watched();

-- When each boot of a gateway last sent anything: what tells a silent sensor from a silent gateway.
ALTER TABLE gateway_progress ADD COLUMN heard_at timestamptz NOT NULL DEFAULT now();

GRANT SELECT, INSERT, UPDATE, DELETE ON walk TO vigie_watch;
GRANT SELECT, DELETE ON arrival TO vigie_watch;
GRANT SELECT, INSERT ON thresholds, alert_act, taken_out TO vigie_watch;
GRANT SELECT, INSERT, UPDATE (seen_at) ON seen_late TO vigie_watch;
GRANT SELECT, INSERT, UPDATE ON alert TO vigie_watch;
GRANT SELECT, INSERT, UPDATE (planned_at) ON alert_event TO vigie_watch;
GRANT SELECT ON gateway_progress TO vigie_watch;
-- to hold a person's row while their alerts are written: somebody being deleted is left alone
GRANT UPDATE (number) ON person TO vigie_watch;
GRANT SELECT ON thresholds, alert, alert_event TO vigie_reader;

-- ── Who sees what of it ──────────────────────────────────────────────────────────────────────────────────────────────

-- Of each person, by the kinds that an alert is of: only with a grant for all of them. Whoever does not see hidden things
-- sees what was made without them; until that is made, nothing.
CREATE VIEW alert_seen AS
    SELECT a.* FROM alert a
    WHERE a.person IN (SELECT w.person FROM reach_by_way w)
      AND NOT EXISTS (SELECT FROM unnest(a.kinds) AS k (kind) WHERE NOT EXISTS (
            SELECT FROM reach_by_way w WHERE w.person = a.person AND (w.kinds IS NULL OR k.kind = ANY(w.kinds))))
      AND a.shown = (
            EXISTS (SELECT FROM hidden h WHERE h.person = a.person AND h.lifted_at IS NULL)
            AND EXISTS (SELECT FROM unnest(a.kinds) AS k (kind) WHERE NOT EXISTS (
                SELECT FROM reach_by_way w
                WHERE w.person = a.person AND w.whole AND (w.kinds IS NULL OR k.kind = ANY(w.kinds)))));
GRANT SELECT ON alert_seen TO vigie_reader;

SET LOCAL ROLE vigie_reader;
-- How an alert stands is told as it stands for whoever acts; `acts` if they may do something about it.
CREATE VIEW api.alert WITH (security_barrier) AS
    SELECT a.id, a.person, a.key, a.rule, a.kinds, a.level, a.since, a.until, a.last, a.raised_at, a.acknowledged_at,
           (SELECT coalesce(b.full_name, b.name) FROM account b WHERE b.number = a.acknowledged_by) AS acknowledged_by,
           s.snoozed_until, a.resolved_at, a.retrospective, a.because, a.evidence, a.note,
           CASE WHEN a.retrospective THEN 'retrospective' WHEN a.resolved_at IS NOT NULL THEN 'resolved'
                WHEN a.acknowledged_at IS NOT NULL THEN 'acknowledged'
                WHEN s.snoozed_until > now() THEN 'snoozed' ELSE 'raised' END AS state,
           EXISTS (SELECT FROM reach_by_way w WHERE w.person = a.person AND NOT w.emergency
                   AND (w.kinds IS NULL OR a.kinds <@ w.kinds)) AS acts
    FROM alert_seen a CROSS JOIN LATERAL (
        SELECT (a.snoozes ->> (SELECT (acting()).account)::text)::timestamptz AS snoozed_until) AS s;
CREATE VIEW api.alert_event WITH (security_barrier) AS
    SELECT e.number, e.person, a.id AS alert, a.kinds, e.what, e.at, e.committed_at, e.rule, e.level, e.because, e.rings,
           (SELECT coalesce(b.full_name, b.name) FROM account b WHERE b.number::text = e.by) AS by, e.until
    FROM alert_event e JOIN alert_seen a ON (a.person, a.shown, a.key) = (e.person, e.shown, e.alert);
-- They tell nothing measured; whoever may see neither glucose nor weight has no use for them.
CREATE VIEW api.thresholds WITH (security_barrier) AS
    SELECT t.person, t.version, t.document, t.valid_from, coalesce(b.full_name, b.name) AS set_by, t.created_at
    FROM thresholds t LEFT JOIN account b ON b.number = t.set_by
    WHERE t.person IN (SELECT w.person FROM reach_by_way w WHERE w.kinds IS NULL OR w.kinds && ARRAY[1, 4]::smallint[]);
-- Whose glucose (1) or weight (4) the actor follows: by a grant, not by an emergency, which is only to read.
CREATE VIEW api.followed WITH (security_barrier) AS
    SELECT DISTINCT w.person, k.kind FROM reach_by_way w CROSS JOIN unnest(ARRAY[1, 4]::smallint[]) AS k (kind)
    WHERE NOT w.emergency AND (w.kinds IS NULL OR k.kind = ANY(w.kinds));
GRANT SELECT ON api.alert, api.alert_event, api.thresholds, api.followed TO vigie_api;
SET LOCAL ROLE vigie_owner;

-- What is done about alerts is entered in the transaction that does it.
GRANT USAGE ON SCHEMA api TO vigie_watch;
GRANT EXECUTE ON FUNCTION api.record_access TO vigie_watch;
