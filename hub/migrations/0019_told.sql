-- What delivery still has to say and to forget.

-- ── What was over before it got through ──────────────────────────────────────────────────────────────────────────────

-- Those whom an alert did not reach are told that it was (alerts.delivery.afterwards): its last event is in the queue too,
-- and says whether it is over, or nothing was heard any more. What was over before this migration is past.
ALTER TABLE alert_event ADD COLUMN ended text CHECK (ended IN ('back', 'lost'));
UPDATE alert_event SET planned_at = committed_at WHERE what = 'resolved';
CREATE INDEX alert_event_ended ON alert_event (number) WHERE what = 'resolved' AND planned_at IS NULL;

-- ── Readings for a person's own home ─────────────────────────────────────────────────────────────────────────────────

-- Who has their readings at the broker, for their home to hear: whoever added that address, and wants values there.
CREATE VIEW home WITH (security_barrier) AS
    SELECT p.number AS person, p.id, c.glucose_unit FROM contact c
    JOIN account a ON a.number = c.account JOIN person p ON p.number = a.person
    WHERE c.channel = 'mqtt' AND c.reveals AND c.verified_at IS NOT NULL AND c.dead_at IS NULL
      AND a.closed_at IS NULL AND p.closed_at IS NULL;
-- Of their record, but for what they hid from anybody: others may be in that home.
CREATE VIEW home_reading WITH (security_barrier) AS
    SELECT r.*, d.id AS device_id FROM reading r JOIN device d ON d.number = r.device
    WHERE r.person IN (SELECT w.person FROM home w)
      AND NOT EXISTS (
        SELECT FROM hidden h
        WHERE h.person = r.person AND h.lifted_at IS NULL AND r.taken_at <@ h.during
          AND (h.kind IS NULL OR h.kind = r.kind) AND (h.device IS NULL OR h.device = r.device)
          AND (h.reading IS NULL OR h.reading = r.key));

-- The newest of each kind that a home has heard.
CREATE TABLE home_heard (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    kind        smallint NOT NULL,
    taken_at    timestamptz NOT NULL,
    PRIMARY KEY (person, kind)
);
GRANT SELECT ON home, home_reading TO vigie_deliver;
GRANT SELECT (transaction, person, kind) ON news TO vigie_deliver;
GRANT SELECT, INSERT, UPDATE ON home_heard TO vigie_deliver;

-- ── What may become an alert ─────────────────────────────────────────────────────────────────────────────────────────

-- What holds and has not held long enough, as the walk has it: since the last look, and of no rule that rings by now. It
-- is seen as an alert is: with a grant for every kind that shows it, made without what is hidden from whoever does not see
-- that. Walks had only its name and time until now; the next look says the rest.
UPDATE walk SET state = jsonb_set(state, '{state,pending}', '[]') WHERE state #> '{state,pending}' <> '[]';
GRANT SELECT (person, shown, state) ON walk TO vigie_reader;
SET LOCAL ROLE vigie_reader;
CREATE VIEW api.pending WITH (security_barrier) AS
    SELECT w.person, f ->> 'rule' AS rule, k.kinds, f ->> 'level' AS level, (f ->> 'since')::timestamptz AS since,
           f -> 'because' AS because, f -> 'evidence' AS evidence
    FROM walk w
    CROSS JOIN jsonb_array_elements(w.state #> '{state,pending}') AS f
    CROSS JOIN LATERAL (SELECT ARRAY(
        SELECT DISTINCT r.kind FROM jsonb_array_elements(f -> 'evidence') AS e
        JOIN reading r ON r.person = w.person AND r.taken_at = (e ->> 'at')::timestamptz
                      AND r.device = (e ->> 'device')::int AND r.kind IN (1, 2, 3, 21)
        ORDER BY r.kind) AS kinds) AS k
    WHERE w.person IN (SELECT y.person FROM reach_by_way y WHERE y.alerts) AND cardinality(k.kinds) > 0
      AND NOT EXISTS (SELECT FROM unnest(k.kinds) AS n (kind) WHERE NOT EXISTS (
            SELECT FROM reach_by_way y WHERE y.person = w.person AND (y.kinds IS NULL OR n.kind = ANY(y.kinds))))
      AND w.shown = (
            EXISTS (SELECT FROM hidden h WHERE h.person = w.person AND h.lifted_at IS NULL)
            AND EXISTS (SELECT FROM unnest(k.kinds) AS n (kind) WHERE NOT EXISTS (
                SELECT FROM reach_by_way y
                WHERE y.person = w.person AND y.whole AND (y.kinds IS NULL OR n.kind = ANY(y.kinds)))))
      AND NOT EXISTS (SELECT FROM alert a WHERE a.person = w.person AND a.shown = w.shown AND a.rule = f ->> 'rule'
                      AND a.resolved_at IS NULL);
GRANT SELECT ON api.pending TO vigie_api;
SET LOCAL ROLE vigie_owner;

-- ── What need not be kept ────────────────────────────────────────────────────────────────────────────────────────────

-- The proof of what was sent is a technical log: a year at most (CNIL, recommendation of 14 October 2021 on logging: six
-- months to a year). What is still due stays, however old; so does the journal of alerts, which is the person's record.
-- At most so many at once; how many went.
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX notice_planned ON notice (planned_at) WHERE planned_at IS NOT NULL;
CREATE FUNCTION forget_told(most int) RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = vigie AS $$
    WITH messages AS (
        DELETE FROM outbox WHERE number IN (
            SELECT number FROM outbox WHERE settled_at < now() - interval '12 months' AND state NOT IN ('waiting', 'sending')
            ORDER BY settled_at LIMIT most)
        RETURNING 1
    ), notices AS (
        DELETE FROM notice WHERE number IN (
            SELECT n.number FROM notice n
            WHERE n.planned_at < now() - interval '12 months'
              AND NOT EXISTS (SELECT FROM outbox o WHERE (o.person, o.notice) = (n.person, n.key)
                              AND o.state IN ('waiting', 'sending'))
            ORDER BY n.planned_at LIMIT most)
        RETURNING 1
    )
    SELECT ((SELECT count(*) FROM messages) + (SELECT count(*) FROM notices))::int
$$;
REVOKE ALL ON FUNCTION forget_told FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_told TO vigie_deliver;
