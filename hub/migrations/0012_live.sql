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
