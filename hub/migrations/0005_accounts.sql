-- Who may sign in: people, caregivers, clinicians, care teams, applications, gateways, administrators.

-- `name` is what others call them by when they grant or block: a person's own account bears the person's id.
CREATE TABLE account (
    number      int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    role        text NOT NULL CHECK (role IN ('admin', 'person', 'caregiver', 'clinician', 'team', 'app', 'gateway')),
    name        text NOT NULL UNIQUE,
    person      int UNIQUE REFERENCES person ON DELETE CASCADE,
    -- of professionals, as their identity provider vouches for it
    full_name   text,
    profession  text,
    national_id text,
    structure   text,
    issuer      text,
    subject     text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    closed_at   timestamptz,
    UNIQUE (issuer, subject),
    CHECK ((role = 'person') = (person IS NOT NULL)),
    CHECK ((issuer IS NULL) = (subject IS NULL))
);

-- A token may do less than its account: an empty list of scopes is everything the account may.
ALTER TABLE token
    ADD COLUMN account    int REFERENCES account ON DELETE CASCADE,
    ADD COLUMN scopes     text[] NOT NULL DEFAULT '{}',
    ADD COLUMN expires_at timestamptz;
INSERT INTO account (role, name) VALUES ('admin', 'administrator');
UPDATE token SET account = (SELECT number FROM account WHERE name = 'administrator');
ALTER TABLE token ALTER COLUMN account SET NOT NULL;
ALTER TABLE token DROP COLUMN role, DROP COLUMN subject;

-- A ticket acts for an account; role and person are the account's, kept beside so that views need not look them up.
DELETE FROM ticket;
ALTER TABLE ticket ADD COLUMN account int NOT NULL REFERENCES account ON DELETE CASCADE;

-- Signed in with a browser: the cookie's hash, never the cookie.
CREATE TABLE session (
    hash        bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    account     int NOT NULL REFERENCES account ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    seen_at     timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    -- what the provider must be shown to end its own session too; forgotten when ours ends
    provider    text,
    id_token    text
);
CREATE INDEX ON session (account);

-- A sign-in under way: what must come back from the provider, to the browser that set out; taken once.
CREATE TABLE sign_in (
    state       bytea PRIMARY KEY CHECK (octet_length(state) = 32),
    browser     bytea NOT NULL CHECK (octet_length(browser) = 32),
    provider    text NOT NULL,
    nonce       text NOT NULL,
    verifier    text NOT NULL,
    invitation  bytea CHECK (octet_length(invitation) = 32),
    expires_at  timestamptz NOT NULL
);

-- Ties an identity to an account that was made before its holder ever signed in; used once.
CREATE TABLE invitation (
    hash        bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    account     int NOT NULL REFERENCES account ON DELETE CASCADE,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz
);

GRANT SELECT, INSERT, UPDATE ON account TO vigie_register;
GRANT SELECT, INSERT, UPDATE, DELETE ON session, sign_in, invitation TO vigie_register;
GRANT SELECT ON account TO vigie_reader, vigie_watch, vigie_intake;
