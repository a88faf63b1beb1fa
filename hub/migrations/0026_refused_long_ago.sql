-- Refused payloads are a person's data, and are not kept for ever: 90 days after they were dealt with, as evidence; a year,
-- where nobody ever did, so that a device registered late and a decoder mended late still find what waits for them.

CREATE INDEX quarantine_resolved ON quarantine (resolved_at) WHERE resolved_at IS NOT NULL;
-- At most so many at once; how many went.
CREATE FUNCTION forget_refused_long_ago(most int) RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = vigie AS $$
    WITH gone AS (
        DELETE FROM quarantine WHERE id IN (
            (SELECT id FROM quarantine WHERE resolved_at < now() - interval '90 days' ORDER BY resolved_at LIMIT most)
        UNION ALL
            (SELECT id FROM quarantine WHERE resolved_at IS NULL AND received_at < now() - interval '12 months'
             ORDER BY received_at LIMIT most))
        RETURNING 1
    )
    SELECT count(*)::int FROM gone
$$;
REVOKE ALL ON FUNCTION forget_refused_long_ago FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_refused_long_ago TO vigie_watch;
