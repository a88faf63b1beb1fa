-- When a boot was last heard, and when it last said something new: one that still speaks may have lower numbers to say.
ALTER TABLE gateway_progress RENAME COLUMN fell_at TO heard_at;
ALTER TABLE gateway_progress ADD COLUMN grew_at timestamptz NOT NULL DEFAULT now();
