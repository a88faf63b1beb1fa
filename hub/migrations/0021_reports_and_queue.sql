-- A weight taken back takes no other report of it along; and the queue of what people are to be told is found by an index.

-- Out of the record it was put in; it is still in the inbox. The reports by that person's own devices that were linked to
-- it are unlinked: whoever takes it back keeps one of them in its place (timeseries.giving).
CREATE OR REPLACE FUNCTION take_back(which uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = vigie AS $$
    DELETE FROM reading r USING inbox i
    WHERE i.key = which AND (r.key, r.person, r.kind, r.taken_at) = (i.key, i.person, i.kind, i.taken_at)
      AND r.attribution IS NOT NULL;
    DELETE FROM reading_link l USING inbox i
    WHERE i.key = which AND (l.key = which OR (l.twin = which AND l.person = i.person));
$$;

-- What alert_event_of found, alert_event_of_alert finds as well. Nothing found what rings and is not planned yet: the whole
-- journal was read for it four times a second.
DROP INDEX alert_event_of;
CREATE INDEX alert_event_unplanned ON alert_event (number) WHERE rings AND planned_at IS NULL;
