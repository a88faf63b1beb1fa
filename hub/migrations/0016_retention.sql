-- Traces of accesses are kept for ten years after the record was closed or deleted (the DMP's rule), and no longer. A
-- person's chain goes whole, so that what stays can be verified; nobody's chain (0) and open records lose nothing.
CREATE FUNCTION forget_access_logs() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = vigie AS $$
    WITH ended AS (
        SELECT l.person FROM access_log l LEFT JOIN person p ON p.number = l.person
        WHERE l.person <> 0 AND (p.number IS NULL OR p.closed_at < now() - interval '10 years')
        GROUP BY l.person HAVING max(l.at) < now() - interval '10 years'
    ), heads AS (DELETE FROM access_head h USING ended WHERE h.person = ended.person),
    entries AS (DELETE FROM access_log l USING ended WHERE l.person = ended.person)
    SELECT count(*)::int FROM ended
$$;
REVOKE ALL ON FUNCTION forget_access_logs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_access_logs TO vigie_register;
