-- How people are told: their addresses, their quiet hours, who is told of whom and in which order; what is to be sent, and
-- the proof of each attempt.

-- An address by which an account is told. Nothing is sent to one that its holder has not confirmed, but the code by which
-- they do. `reveals`: they want values there; otherwise messages say only that there is something to read.
CREATE TABLE contact (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account       int NOT NULL REFERENCES account ON DELETE CASCADE,
    channel       text NOT NULL,
    address       text NOT NULL CHECK (length(address) BETWEEN 1 AND 2000),
    language      text NOT NULL CHECK (language IN ('fr', 'en')),
    glucose_unit  text NOT NULL CHECK (glucose_unit IN ('mg/dL', 'mmol/L', 'g/L')),
    reveals       boolean NOT NULL DEFAULT false,
    secret        text,                          -- what webhooks are signed with
    code          text,
    code_until    timestamptz,
    code_tries    smallint NOT NULL DEFAULT 0,
    verified_at   timestamptz,
    failing_since timestamptz,                   -- nothing gets through just now; cleared by what does
    dead_at       timestamptz,                   -- nothing ever will: no such mailbox, subscription gone
    created_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account, channel, address)
);

-- When an account is not to be woken by what is not urgent, by the clock of that zone.
CREATE TABLE quiet_hours (
    account     int PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    since       time NOT NULL,
    until       time NOT NULL CHECK (until <> since),
    time_zone   text NOT NULL
);

-- Who is told of a person's alerts, and how long after those before; nobody but the person without one. Being named here
-- lets nobody see anything: that is the grants' to say, when each message is sent. `reveals`: the person lets this one have
-- values where they want them.
CREATE TABLE chain (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    step        smallint NOT NULL CHECK (step >= 0),
    account     int NOT NULL REFERENCES account ON DELETE CASCADE,
    after       interval NOT NULL CHECK (after >= interval '0'),
    reveals     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (person, account)
);
CREATE INDEX ON chain (account);

-- What a person is to be told besides alerts, once by its key; `says`: the text in each language, if it may be revealed.
CREATE TABLE notice (
    number      bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    key         text NOT NULL,
    what        text NOT NULL,
    says        jsonb,
    due_at      timestamptz NOT NULL DEFAULT now(),
    created_at  timestamptz NOT NULL DEFAULT now(),
    planned_at  timestamptz,
    PRIMARY KEY (person, key)
);
CREATE INDEX notice_unplanned ON notice (due_at) WHERE planned_at IS NULL;

-- One row for what one address is told once. `person`, `shown`, `kinds`: the right to it, looked up when it is sent;
-- null kinds: for whoever acts for the person. Of an alert, `event` is the ring it belongs to.
CREATE TABLE outbox (
    number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         uuid NOT NULL UNIQUE,
    account     int NOT NULL REFERENCES account ON DELETE CASCADE,
    contact     uuid REFERENCES contact ON DELETE SET NULL,
    channel     text NOT NULL,
    person      int REFERENCES person ON DELETE CASCADE,
    shown       boolean NOT NULL DEFAULT false,
    kinds       smallint[],
    event       bigint,
    notice      text,
    step        smallint NOT NULL DEFAULT 0,
    what        text NOT NULL,
    level       text NOT NULL,
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'cancelled', 'given_up')),
    reason      text,
    not_before  timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz,
    attempts    smallint NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL DEFAULT now(),
    settled_at  timestamptz
);
CREATE INDEX outbox_waiting ON outbox (not_before) WHERE state = 'waiting';
CREATE INDEX outbox_sending ON outbox (lease_until) WHERE state = 'sending';
CREATE INDEX ON outbox (person, event);
CREATE INDEX ON outbox (contact);

-- Proof: each attempt, and what came of it; never what was sent.
CREATE TABLE attempt (
    message     bigint NOT NULL REFERENCES outbox ON DELETE CASCADE,
    number      smallint NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    outcome     text NOT NULL CHECK (outcome IN ('accepted', 'try_later', 'address_dead')),
    why         text,
    PRIMARY KEY (message, number)
);

CREATE INDEX alert_event_of_alert ON alert_event (person, shown, alert, number);

-- ── Who may be told ──────────────────────────────────────────────────────────────────────────────────────────────────

-- Whether an account may see these kinds (all that acts may, if null) of a person just now, as the pages would show it: by the
-- same views, under a ticket that lives no longer than the question. An emergency's reader is not told of anything.
CREATE FUNCTION may_be_told(who int, whose int, which smallint[], lens boolean) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
DECLARE
    before text := current_setting('vigie.ticket', true);
    pass uuid;
    answer boolean;
BEGIN
    INSERT INTO ticket (account, role, person, expires_at)
    SELECT number, role, person, now() + interval '1 minute' FROM account WHERE number = who AND closed_at IS NULL
    RETURNING value INTO pass;
    IF pass IS NULL THEN
        RETURN false;
    END IF;
    PERFORM set_config('vigie.ticket', pass::text, true);
    answer := CASE
        WHEN which IS NULL THEN EXISTS (SELECT FROM reach_by_way w WHERE w.person = whose AND w.acts)
        ELSE cardinality(which) > 0 AND NOT EXISTS (
                SELECT FROM unnest(which) AS k WHERE NOT EXISTS (
                    SELECT FROM reach_by_way w
                    WHERE w.person = whose AND NOT w.emergency AND (w.kinds IS NULL OR k = ANY(w.kinds))))
            AND lens = coalesce((SELECT bool_or(r.hides) AND NOT bool_and(r.whole) FROM reach r
                                 WHERE r.person = whose AND r.kind = ANY(which)), false)
        END;
    PERFORM set_config('vigie.ticket', coalesce(before, ''), true);
    DELETE FROM ticket WHERE value = pass;
    RETURN answer;
END $$;
REVOKE ALL ON FUNCTION may_be_told FROM PUBLIC;
GRANT EXECUTE ON FUNCTION may_be_told TO vigie_deliver;

GRANT SELECT ON alert, alert_event, chain, quiet_hours, contact, notice, outbox, attempt TO vigie_deliver;
GRANT SELECT (number, person, role, closed_at) ON account TO vigie_deliver;
GRANT SELECT (number, id, given, time_zone, closed_at) ON person TO vigie_deliver;
GRANT SELECT (person, account, during, revoked_at, delegate) ON access_grant TO vigie_deliver;
GRANT UPDATE (planned_at) ON alert_event, notice TO vigie_deliver;
GRANT UPDATE (failing_since, dead_at) ON contact TO vigie_deliver;
GRANT INSERT, UPDATE (state, reason, not_before, lease_until, attempts, settled_at) ON outbox TO vigie_deliver;
GRANT INSERT ON attempt TO vigie_deliver;
GRANT INSERT ON notice TO vigie_watch, vigie_register;
GRANT SELECT (person, key) ON notice TO vigie_watch, vigie_register;
GRANT SELECT, INSERT, UPDATE, DELETE ON contact, quiet_hours, chain TO vigie_register;
GRANT INSERT, SELECT (key) ON outbox TO vigie_register;

-- ── What a person is told of their record ────────────────────────────────────────────────────────────────────────────

-- Professionals who have read a person's record before; those who did so before this migration are no news.
CREATE TABLE acquainted (
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    account     int NOT NULL,
    PRIMARY KEY (person, account)
);
INSERT INTO acquainted SELECT DISTINCT l.person, l.account FROM access_log l JOIN person p ON p.number = l.person
WHERE l.role = 'clinician' AND l.act = 'read';

CREATE FUNCTION record_read() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    INSERT INTO acquainted SELECT NEW.person, NEW.account FROM person WHERE number = NEW.person ON CONFLICT DO NOTHING;
    IF FOUND THEN
        INSERT INTO notice (person, key, what) VALUES (NEW.person, 'first_access ' || NEW.account, 'first_access')
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER told AFTER INSERT ON access_log FOR EACH ROW
    WHEN (NEW.act = 'read' AND NEW.role = 'clinician' AND NOT NEW.emergency) EXECUTE FUNCTION record_read();

CREATE FUNCTION emergency_opened() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    INSERT INTO notice (person, key, what) VALUES (NEW.person, 'emergency ' || NEW.id, 'emergency');
    RETURN NULL;
END $$;
CREATE TRIGGER told AFTER INSERT ON emergency FOR EACH ROW EXECUTE FUNCTION emergency_opened();

-- ── What the API shows ───────────────────────────────────────────────────────────────────────────────────────────────

GRANT SELECT ON contact, quiet_hours, chain, outbox, attempt TO vigie_reader;
SET LOCAL ROLE vigie_reader;
CREATE VIEW api.contact WITH (security_barrier) AS
    SELECT c.id, c.channel, c.address, c.language, c.glucose_unit, c.reveals, c.verified_at, c.failing_since, c.dead_at,
           c.created_at
    FROM contact c WHERE c.account = (SELECT (acting()).account);
CREATE VIEW api.quiet_hours WITH (security_barrier) AS
    SELECT q.since, q.until, q.time_zone FROM quiet_hours q WHERE q.account = (SELECT (acting()).account);
-- Whether each could be told at all, so that nobody relies on somebody who has no address.
CREATE VIEW api.chain WITH (security_barrier) AS
    SELECT h.person, h.step, h.after, a.name, a.role, coalesce(a.full_name, a.name) AS shown_name, h.reveals,
           EXISTS (SELECT FROM contact c WHERE c.account = h.account AND c.verified_at IS NOT NULL
                   AND c.dead_at IS NULL) AS has_address
    FROM chain h JOIN account a ON a.number = h.account
    WHERE h.person IN (SELECT w.person FROM reach_by_way w WHERE w.acts);
-- Whom and by which way, never at which address: that is theirs.
CREATE VIEW api.notification WITH (security_barrier) AS
    SELECT o.number, o.key, o.person, a.name, a.role, o.channel, o.what, o.level, o.step, o.state, o.reason, o.created_at,
           o.not_before, o.settled_at,
           coalesce((SELECT jsonb_agg(jsonb_build_object('at', t.at, 'outcome', t.outcome, 'why', t.why) ORDER BY t.number)
                     FROM attempt t WHERE t.message = o.number), '[]') AS attempts
    FROM outbox o JOIN account a ON a.number = o.account
    WHERE EXISTS (SELECT FROM reach_by_way w WHERE w.person = o.person AND w.acts
                  AND (w.whole OR o.kinds IS NULL OR o.shown = EXISTS (
                      SELECT FROM hidden h WHERE h.person = o.person AND h.lifted_at IS NULL)));
GRANT SELECT ON api.contact, api.quiet_hours, api.chain, api.notification TO vigie_api;
SET LOCAL ROLE vigie_owner;
