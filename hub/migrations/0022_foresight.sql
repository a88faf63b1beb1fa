-- How far ahead each version of the forecast looks, in minutes: those made until now looked 30 ahead, later ones say.
ALTER TABLE foresight ADD COLUMN minutes smallint NOT NULL DEFAULT 30;
ALTER TABLE foresight ALTER COLUMN minutes DROP DEFAULT;

-- Scores are kept for other chances than before. They follow from the readings: everybody's are made anew, at once; what
-- was in force stays so until then.
DELETE FROM forecast;
UPDATE daily SET next_at = now();
