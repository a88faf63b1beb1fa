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
-- for is looked up by index in each.
CREATE VIEW reach_by_way AS
    SELECT a.person, NULL::smallint[] AS kinds, true AS whole, true AS acts, false AS emergency
    FROM acting() AS a WHERE a.person IS NOT NULL
UNION ALL
    SELECT p.number, NULL, true, true, false FROM person p WHERE (SELECT acts_as_admin())
UNION ALL
    SELECT g.person, g.kinds, p.attending IS NOT DISTINCT FROM (SELECT (acting()).account), g.delegate, false
    FROM access_grant g JOIN person p ON p.number = g.person
    WHERE g.account = (SELECT (acting()).account) AND g.revoked_at IS NULL AND now() <@ g.during
      AND NOT EXISTS (SELECT FROM access_block b
                      WHERE b.person = g.person AND b.account = (SELECT (acting()).account))
UNION ALL
    SELECT g.person, g.kinds, false, false, false
    FROM team_member t JOIN access_grant g ON g.account = t.team
    WHERE t.member = (SELECT (acting()).account) AND g.revoked_at IS NULL AND now() <@ g.during
      AND NOT EXISTS (SELECT FROM access_block b
                      WHERE b.person = g.person AND b.account IN ((SELECT (acting()).account), g.account))
UNION ALL
    SELECT e.person, NULL, false, false, true FROM emergency e JOIN person p ON p.number = e.person
    WHERE e.account = (SELECT (acting()).account) AND now() < e.until
      AND NOT CASE e.way WHEN 'regulation' THEN p.opposes_regulation ELSE p.opposes_break_glass END
      AND NOT EXISTS (SELECT FROM access_block b
                      WHERE b.person = e.person AND b.account = (SELECT (acting()).account));

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
