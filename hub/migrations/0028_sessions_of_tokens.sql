-- An administrator signs in with their token, and is signed in no longer than it holds.
ALTER TABLE session ADD COLUMN token bytea REFERENCES token ON DELETE CASCADE;
