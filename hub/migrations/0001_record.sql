-- People, devices, who holds which when, households; tokens, and the tickets by which a session knows who acts.

CREATE TABLE person (
    number      int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    given       text NOT NULL,
    family      text NOT NULL,
    birth_date  date NOT NULL,
    sex         text NOT NULL,
    time_zone   text NOT NULL,
    conditions  text[] NOT NULL DEFAULT '{}',
    height_cm   double precision CHECK (height_cm BETWEEN 30 AND 260),
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE device (
    number      int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    address     text NOT NULL UNIQUE,
    kind        text NOT NULL,
    model       text,
    gateway     text,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE household (
    number      int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    name        text NOT NULL,
    time_zone   text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE household_member (
    household   int NOT NULL REFERENCES household ON DELETE CASCADE,
    person      int NOT NULL REFERENCES person ON DELETE CASCADE,
    PRIMARY KEY (household, person)
);

-- Whose a device is. Two people never hold it at once; two households neither; a person's holding comes first.
CREATE TABLE holding (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    device      int NOT NULL REFERENCES device,
    person      int REFERENCES person ON DELETE CASCADE,
    household   int REFERENCES household ON DELETE CASCADE,
    during      tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    CHECK ((person IS NULL) <> (household IS NULL)),
    CONSTRAINT one_person_at_a_time EXCLUDE USING gist (device WITH =, during WITH &&) WHERE (person IS NOT NULL),
    CONSTRAINT one_household_at_a_time EXCLUDE USING gist (device WITH =, during WITH &&) WHERE (household IS NOT NULL)
);
CREATE INDEX ON holding (person);

-- Everything above is cached by the intake; this number, moved by every change, tells it when to read anew.
CREATE TABLE register_version (number bigint NOT NULL);
INSERT INTO register_version VALUES (1);

CREATE FUNCTION register_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    UPDATE register_version SET number = number + 1;
    RETURN NULL;
END $$;

CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON person    FOR EACH STATEMENT EXECUTE FUNCTION register_changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON device    FOR EACH STATEMENT EXECUTE FUNCTION register_changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON household FOR EACH STATEMENT EXECUTE FUNCTION register_changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON holding   FOR EACH STATEMENT EXECUTE FUNCTION register_changed();

-- Bearer tokens, only ever as SHA-256 of 256 random bits.
CREATE TABLE token (
    hash        bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    role        text NOT NULL,
    subject     text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    revoked_at  timestamptz
);

-- Who acts in a session: a random ticket stands for an actor, so that SQL slipped into a session cannot become another.
CREATE TABLE ticket (
    value       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    role        text NOT NULL,
    person      int REFERENCES person ON DELETE CASCADE,
    expires_at  timestamptz NOT NULL
);

CREATE FUNCTION acting() RETURNS ticket LANGUAGE sql STABLE SECURITY DEFINER SET search_path = vigie AS $$
    SELECT * FROM ticket
    WHERE value = nullif(current_setting('vigie.ticket', true), '')::uuid AND expires_at > now()
$$;

CREATE FUNCTION acts_as_admin() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = vigie AS $$
    SELECT coalesce((acting()).role = 'admin', false)
$$;

GRANT SELECT ON person, device, household, household_member, holding, register_version TO vigie_intake, vigie_watch;
GRANT SELECT, INSERT, UPDATE, DELETE ON person, device, household, household_member, holding TO vigie_register;
GRANT SELECT ON register_version TO vigie_register;
GRANT SELECT, INSERT, UPDATE ON token TO vigie_register;
GRANT SELECT, INSERT, DELETE ON ticket TO vigie_register;
GRANT SELECT ON person, device TO vigie_reader;
