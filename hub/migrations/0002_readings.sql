-- The time series, what guards it against doubling, and what could not enter it.

CREATE TABLE reading (
    taken_at    timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    key         uuid NOT NULL,
    -- NaN sorts above every number, so the range refuses it and both infinities
    value       double precision CHECK (value BETWEEN -1e9 AND 1e9),
    raw_value   double precision NOT NULL CHECK (raw_value BETWEEN -1e9 AND 1e9),
    device_time timestamp,
    sequence    bigint,
    person      int NOT NULL,
    device      int NOT NULL,
    kind        smallint NOT NULL,
    raw_unit    smallint NOT NULL,
    utc_offset  smallint NOT NULL,
    condition   smallint,
    channel     smallint NOT NULL,
    time_source smallint NOT NULL,
    context     jsonb,
    CHECK (value IS NOT NULL OR condition IS NOT NULL)
);
SELECT create_hypertable('reading', 'taken_at', chunk_time_interval => interval '14 days', create_default_indexes => false);
-- Serves reading back by person, kind and time; and the same number of the same device at the same instant is one
-- reading whatever key it came under.
CREATE UNIQUE INDEX reading_once ON reading (person, kind, taken_at, device, value, condition) NULLS NOT DISTINCT;

-- A key is said once, even when its sender has since corrected the time (a hypertable's unique index must hold the
-- time, so this guard stands beside it, written in the same transaction). It also finds a reading by its key.
CREATE TABLE reading_key (
    key         uuid PRIMARY KEY,
    taken_at    timestamptz NOT NULL
);

-- The same measure from a second source: kept, tied to the one that counts, and not counted.
CREATE TABLE reading_link (
    key         uuid PRIMARY KEY,
    twin        uuid NOT NULL,
    person      int REFERENCES person ON DELETE CASCADE,
    household   int REFERENCES household ON DELETE CASCADE,
    device      int NOT NULL,
    kind        smallint NOT NULL,
    taken_at    timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    raw_value   double precision NOT NULL,
    raw_unit    smallint NOT NULL,
    channel     smallint NOT NULL
);
CREATE INDEX ON reading_link (twin);

-- A shared device's readings until somebody says whose they are.
CREATE TABLE inbox (LIKE reading INCLUDING CONSTRAINTS);
ALTER TABLE inbox DROP COLUMN person;
ALTER TABLE inbox ADD COLUMN household int NOT NULL REFERENCES household ON DELETE CASCADE, ADD COLUMN hint text;
ALTER TABLE inbox ADD PRIMARY KEY (key);
CREATE INDEX ON inbox (household, taken_at);
CREATE INDEX ON inbox (device, kind, taken_at);

-- How far each boot of each gateway is committed: numbers may arrive in any order, so the ranges are kept.
CREATE TABLE gateway_progress (
    gateway     text NOT NULL,
    boot        uuid NOT NULL,
    first       bigint,
    committed   int8multirange NOT NULL,
    fell_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (gateway, boot)
);
CREATE INDEX ON gateway_progress (fell_at) WHERE first IS NULL;

-- What was refused, byte for byte, once however often it is sent; replayed after a fix.
CREATE TABLE quarantine (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest      bytea NOT NULL UNIQUE,
    channel     text NOT NULL,
    source      text NOT NULL,
    address     text,
    retained    boolean NOT NULL,
    payload     bytea NOT NULL,
    received_at timestamptz NOT NULL,
    reasons     jsonb NOT NULL,
    times       int NOT NULL DEFAULT 1,
    last_at     timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz
);
CREATE INDEX ON quarantine (received_at) WHERE resolved_at IS NULL;

GRANT SELECT, INSERT ON reading, reading_key, reading_link, inbox TO vigie_intake;
GRANT SELECT, INSERT, UPDATE ON gateway_progress, quarantine TO vigie_intake;
GRANT SELECT ON reading, inbox TO vigie_watch;
GRANT SELECT ON reading TO vigie_reader;

-- What the API's role may see, and nothing else: an administrator everything (until people grant), anyone else what
-- is theirs. The sub-selects run once a statement, so the index and chunk exclusion still serve the rest.
CREATE VIEW api.reading WITH (security_barrier) AS
    SELECT r.* FROM reading r
    WHERE (SELECT acts_as_admin()) OR r.person = (SELECT (acting()).person);
GRANT SELECT ON api.reading TO vigie_api;
ALTER VIEW api.reading OWNER TO vigie_reader;

CREATE VIEW api.person WITH (security_barrier) AS
    SELECT p.number, p.id, p.given, p.family, p.birth_date, p.sex, p.time_zone, p.conditions, p.height_cm FROM person p
    WHERE (SELECT acts_as_admin()) OR p.number = (SELECT (acting()).person);
GRANT SELECT ON api.person TO vigie_api;
ALTER VIEW api.person OWNER TO vigie_reader;

CREATE VIEW api.device WITH (security_barrier) AS
    SELECT d.number, d.id, d.address, d.kind, d.model FROM device d WHERE (SELECT acting()).value IS NOT NULL;
GRANT SELECT ON api.device TO vigie_api;
ALTER VIEW api.device OWNER TO vigie_reader;
