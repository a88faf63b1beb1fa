-- What a person's own pages show and change: files they hand in, what they have settled, a wrong tap taken back.

-- ── Files handed in ──────────────────────────────────────────────────────────────────────────────────────────────────

-- One file a person at a time: it is looked into, shown to whoever handed it in, and its rows are handed in once they
-- say so (`wanted_at`). The bytes are kept only until then; what could not be believed is in quarantine. `leased_until`:
-- whoever works on it says so with every batch, and if they die another begins again, which changes nothing.
CREATE TABLE import_file (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person        int NOT NULL UNIQUE REFERENCES person ON DELETE CASCADE,
    handed_in_by  int REFERENCES account ON DELETE SET NULL,
    name          text NOT NULL CHECK (length(name) <= 200),
    unit          text,
    content       bytea,
    preview       jsonb NOT NULL,
    handed_in_at  timestamptz NOT NULL DEFAULT now(),
    wanted_at     timestamptz,
    leased_until  timestamptz,
    ended_at      timestamptz,
    outcome       jsonb NOT NULL DEFAULT '{}',
    CHECK ((content IS NULL) = (ended_at IS NOT NULL))
);
CREATE INDEX ON import_file (handed_in_at) WHERE wanted_at IS NOT NULL AND ended_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON import_file TO vigie_register;
GRANT SELECT ON import_file TO vigie_reader;

-- ── The inbox ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Who said whose a weight was. For an hour they may take it back, though it is somebody else's by then.
ALTER TABLE inbox ADD COLUMN decided_by int REFERENCES account ON DELETE SET NULL;
GRANT UPDATE (decided_by) ON inbox TO vigie_watch;

SET LOCAL ROLE vigie_reader;
CREATE OR REPLACE VIEW api.inbox WITH (security_barrier) AS
    SELECT i.* FROM inbox i
    WHERE i.household IN (SELECT m.household FROM household_member m
                          WHERE m.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts))
      AND (i.person IS NULL OR i.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts)
           OR (i.decided_by = (SELECT (acting()).account) AND i.decided_at > now() - interval '1 hour'));

-- ── What is settled, for the person and whoever acts for them ────────────────────────────────────────────────────────

CREATE VIEW api.import_file WITH (security_barrier) AS
    SELECT f.id, f.person, f.name, f.unit, f.preview, f.handed_in_at, f.wanted_at, f.ended_at, f.outcome
    FROM import_file f WHERE f.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts);
CREATE VIEW api.settled WITH (security_barrier) AS
    SELECT p.number AS person, coalesce(a.full_name, a.name) AS attending, p.opposes_regulation, p.opposes_break_glass,
           p.collection_stopped_at
    FROM person p LEFT JOIN account a ON a.number = p.attending
    WHERE p.number IN (SELECT w.person FROM reach_by_way w WHERE w.acts);
GRANT SELECT ON api.import_file, api.settled TO vigie_api;
-- with the name that professionals sign in under, which is not the one they are granted things by
CREATE OR REPLACE VIEW api.access_block WITH (security_barrier) AS
    SELECT b.person, a.name, b.created_at, a.role, coalesce(a.full_name, a.name) AS shown_name
    FROM access_block b JOIN account a ON a.number = b.account
    WHERE b.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts);
SET LOCAL ROLE vigie_owner;
