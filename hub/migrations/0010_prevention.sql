-- Prevention: what people said of it, what only they know, their calendar, and what was noted as due; and the forecast.

-- ── Prevention ───────────────────────────────────────────────────────────────────────────────────────────────────────

-- What somebody said of an item (alerts/prevention/schedules) for a day. Taken back, never deleted; said twice, kept once.
CREATE TABLE prevention_act (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    item        text NOT NULL,
    act         text NOT NULL CHECK (act IN ('done', 'declined')),
    day         date NOT NULL,
    by          int REFERENCES account ON DELETE SET NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    undone_at   timestamptz,
    undone_by   int REFERENCES account ON DELETE SET NULL
);
CREATE UNIQUE INDEX prevention_act_once ON prevention_act (person, item, act, day) WHERE undone_at IS NULL;

-- What no device measures: the first day of the last period, and the answers to FINDRISC. Null: not answered.
CREATE TABLE prevention_facts (
    person        int PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    last_period   date,
    waist_cm      double precision CHECK (waist_cm BETWEEN 30 AND 250),
    active        boolean,
    greens        boolean,
    pressure_drug boolean,
    high_glucose  boolean,
    family        text CHECK (family IN ('none', 'distant', 'close')),
    by            int REFERENCES account ON DELETE SET NULL,
    at            timestamptz NOT NULL DEFAULT now()
);

-- One calendar a person. Its address holds a token of the person's that opens nothing else; the token's hash is in `token`.
CREATE TABLE prevention_calendar (
    person      int PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    token       bytea NOT NULL REFERENCES token ON DELETE CASCADE,
    language    text NOT NULL CHECK (language IN ('fr', 'en')),
    in_full     boolean NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    fetched_on  date
);

-- What became due, noted once a day: from the day it was noted until the day it was no longer so. A note is to the person.
CREATE TABLE prevention_notice (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    name        text NOT NULL,
    since       date,
    noted_at    timestamptz NOT NULL,
    over_at     timestamptz,
    PRIMARY KEY (person, name, noted_at)
);
CREATE UNIQUE INDEX prevention_notice_open ON prevention_notice (person, name) WHERE over_at IS NULL;

-- ── The forecast ─────────────────────────────────────────────────────────────────────────────────────────────────────

-- What was learnt of a person's glucose, and the score of what it foretold (alerts/forecast). `shown`: made without what is
-- hidden; such rows exist only of people who hide something, as in `day`.
CREATE TABLE forecast (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    shown       boolean NOT NULL,
    model       jsonb NOT NULL,
    gate        jsonb NOT NULL,
    learnt_at   timestamptz NOT NULL,
    PRIMARY KEY (person, shown)
);

-- What the alerts' rule goes by from an instant on: the weights on the last hour, the error, and the chance of a low that
-- rings (null: none does). Versioned, as thresholds are.
CREATE TABLE foresight (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    shown       boolean NOT NULL,
    valid_from  timestamptz NOT NULL,
    weights     double precision[] NOT NULL,
    error       double precision NOT NULL,
    asked       double precision,
    PRIMARY KEY (person, shown, valid_from)
);

-- What is made from what is hidden now must not be left to those it is hidden from; it is learnt anew without it.
CREATE FUNCTION forecast_hidden() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    UPDATE daily SET next_at = now() WHERE person = NEW.person;  -- waits for whoever is learning just now
    DELETE FROM forecast WHERE person = NEW.person AND shown;
    DELETE FROM foresight WHERE person = NEW.person AND shown;
    RETURN NULL;
END $$;
CREATE TRIGGER foretold AFTER INSERT OR UPDATE ON hidden FOR EACH ROW EXECUTE FUNCTION forecast_hidden();

-- ── Once a day ───────────────────────────────────────────────────────────────────────────────────────────────────────

-- When each person's daily work is next to be done.
CREATE TABLE daily (
    person      int PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    next_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON daily (next_at);
INSERT INTO daily (person) SELECT number FROM person;

CREATE FUNCTION daily_begins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    INSERT INTO daily (person) VALUES (NEW.number);
    RETURN NULL;
END $$;
CREATE TRIGGER daily_first AFTER INSERT ON person FOR EACH ROW EXECUTE FUNCTION daily_begins();

-- ── Who may do what ──────────────────────────────────────────────────────────────────────────────────────────────────

GRANT SELECT, INSERT ON prevention_act TO vigie_register;
GRANT UPDATE (undone_at, undone_by) ON prevention_act TO vigie_register;
GRANT SELECT, INSERT, UPDATE ON prevention_facts TO vigie_register;
GRANT SELECT, INSERT, UPDATE, DELETE ON prevention_calendar TO vigie_register;
GRANT SELECT, UPDATE ON daily TO vigie_watch;
GRANT SELECT ON prevention_act, prevention_facts TO vigie_watch;
GRANT SELECT, INSERT, UPDATE ON prevention_notice, forecast TO vigie_watch;
GRANT SELECT, INSERT, DELETE ON foresight TO vigie_watch;
GRANT DELETE ON forecast TO vigie_watch;
GRANT SELECT ON prevention_act, prevention_facts, prevention_calendar, prevention_notice, forecast, foresight TO vigie_reader;

SET LOCAL ROLE vigie_reader;
-- Whose record the actor sees all kinds of: whoever was let in to some kinds only sees no prevention.
CREATE VIEW api.wholly_seen WITH (security_barrier) AS
    SELECT DISTINCT w.person FROM reach_by_way w WHERE w.kinds IS NULL;
-- Columns bear the tables' names: alerts.prevention.record reads either.
CREATE VIEW api.prevention_act WITH (security_barrier) AS
    SELECT p.id, p.person, p.item, p.act, p.day, p.at, coalesce(a.full_name, a.name) AS said_by, p.undone_at
    FROM prevention_act p LEFT JOIN account a ON a.number = p.by
    WHERE p.undone_at IS NULL AND p.person IN (SELECT w.person FROM reach_by_way w WHERE w.kinds IS NULL);
CREATE VIEW api.prevention_facts WITH (security_barrier) AS
    SELECT f.* FROM prevention_facts f
    WHERE f.person IN (SELECT w.person FROM reach_by_way w WHERE w.kinds IS NULL);
CREATE VIEW api.prevention_notice WITH (security_barrier) AS
    SELECT n.* FROM prevention_notice n
    WHERE n.person IN (SELECT w.person FROM reach_by_way w WHERE w.whole AND w.acts);
CREATE VIEW api.prevention_calendar WITH (security_barrier) AS
    SELECT c.person, c.language, c.in_full, c.created_at, c.fetched_on FROM prevention_calendar c
    WHERE c.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts);
CREATE VIEW api.forecast WITH (security_barrier) AS
    SELECT f.person, f.model, f.gate, f.learnt_at FROM forecast f
    JOIN reach a ON a.person = f.person AND a.kind = 1 WHERE f.shown = (a.hides AND NOT a.whole);
CREATE VIEW api.foresight WITH (security_barrier) AS
    SELECT f.person, f.valid_from, f.weights, f.error, f.asked FROM foresight f
    JOIN reach a ON a.person = f.person AND a.kind = 1 WHERE f.shown = (a.hides AND NOT a.whole);
GRANT SELECT ON api.wholly_seen, api.prevention_act, api.prevention_facts, api.prevention_notice, api.prevention_calendar,
    api.forecast, api.foresight TO vigie_api;
SET LOCAL ROLE vigie_owner;
