"""The vocabulary, the record, the database and its roles."""
