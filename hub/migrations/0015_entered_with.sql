-- Whoever settles something enters it in the same transaction: never the one without the other.
GRANT USAGE ON SCHEMA api TO vigie_register;
GRANT EXECUTE ON FUNCTION api.record_access TO vigie_register;
