-- In the inbox too, the same number of the same device at the same instant is one reading whatever key it came under.

CREATE UNIQUE INDEX inbox_once ON inbox (household, kind, taken_at, device, value, condition) NULLS NOT DISTINCT;
