-- When a boot last said something new: one that still speaks (heard_at) may have lower numbers to say.
ALTER TABLE gateway_progress DROP COLUMN fell_at;
ALTER TABLE gateway_progress ADD COLUMN grew_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX ON gateway_progress (grew_at) WHERE first IS NULL;
