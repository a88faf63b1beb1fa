"""From a radio, a broker or a file to Measurements."""
