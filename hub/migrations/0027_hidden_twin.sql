-- What a person hid by its reading stays hidden when that reading leaves their record, and another report of the same measure
-- counts in its place (timeseries.giving).
CREATE FUNCTION hide_instead(whose int, which uuid, other uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = vigie AS $$
    UPDATE hidden SET reading = other WHERE person = whose AND reading = which AND lifted_at IS NULL
$$;
REVOKE ALL ON FUNCTION hide_instead FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hide_instead TO vigie_watch;
