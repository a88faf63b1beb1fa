-- What delivery still has to say and to forget.

-- ── What was over before it got through ──────────────────────────────────────────────────────────────────────────────

-- Those whom an alert did not reach are told that it was (alerts.delivery.afterwards): its last event is in the queue too.
-- What was over before this migration is past.
UPDATE alert_event SET planned_at = committed_at WHERE what = 'resolved';
CREATE INDEX alert_event_ended ON alert_event (number) WHERE what = 'resolved' AND planned_at IS NULL;
