-- What is glanced at, of hundreds of people at once, is told in few bytes and without reading their readings again.

-- With the marks of a sensor's readings, what they said; of those that said a bound of its range, nothing. Rows of before
-- say nothing either: such readings are looked at in full.
ALTER TABLE arrival ADD COLUMN device int, ADD COLUMN unit smallint, ADD COLUMN taken timestamptz[] NOT NULL DEFAULT '{}',
    ADD COLUMN numbers double precision[] NOT NULL DEFAULT '{}', ADD COLUMN received timestamptz[] NOT NULL DEFAULT '{}';
CREATE OR REPLACE FUNCTION readings_arrived() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    INSERT INTO arrival (person, kind, device, unit, since, until, keys, gone, taken, numbers, received)
    SELECT person, kind, device, raw_unit, min(taken_at), max(taken_at), array_agg(key), TG_OP = 'DELETE',
           coalesce(array_agg(taken_at) FILTER (WHERE condition IS NULL), '{}'),
           coalesce(array_agg(value) FILTER (WHERE condition IS NULL), '{}'),
           coalesce(array_agg(received_at) FILTER (WHERE condition IS NULL), '{}')
    FROM changed WHERE kind IN (1, 2, 3, 4, 21)
    GROUP BY person, kind, device, raw_unit, floor(extract(epoch FROM taken_at) / 86400);
    RETURN NULL;
END $$;

-- `told`: one record (alerts.passing.CALM); `lately`: the sensor's last readings, as far back as the next ones are held
-- against (alerts.passing.READING), up to the last that came. What calm was told before is told again by a full look.
UPDATE walk SET due_at = least(due_at, clock_timestamp()) WHERE person IN (SELECT person FROM calm) AND NOT shown;
DELETE FROM calm;
ALTER TABLE calm DROP COLUMN told, ADD COLUMN told bytea NOT NULL, ADD COLUMN lately bytea NOT NULL;
