-- Of whom nothing goes on: most of their readings change nothing, and are not looked at with the rules (alerts.calm).

-- Told by a full look; gone with the next, unless it tells so again. Meanwhile walk.due_at is when the next full look is
-- due, whatever comes; whoever changes what alerts are held against, or acts, sets it to now, as ever. `glance_at`: when
-- silence could have to be told, if nothing came. `looked_at` moves at every glance, so that no other worker, who began
-- before, goes on from what it saw then. It stands in no index: a row is written again in its place.
CREATE TABLE calm (
    person      int PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    told        json NOT NULL,
    looked_at   timestamptz NOT NULL,
    glance_at   timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX ON calm (glance_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON calm TO vigie_watch;

-- Calm holds the forecast in force; a newer one is looked at with.
CREATE FUNCTION foresight_watched() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = vigie AS $$
BEGIN
    UPDATE walk SET due_at = least(due_at, NEW.valid_from) WHERE person = NEW.person AND NOT shown;
    RETURN NULL;
END $$;
CREATE TRIGGER watched AFTER INSERT ON foresight FOR EACH ROW EXECUTE FUNCTION foresight_watched();
