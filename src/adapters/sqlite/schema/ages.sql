-- By what is found what has had its time.

CREATE INDEX audit_by_age ON audit (at) WHERE user_id IS NOT NULL;
CREATE INDEX audit_of_nobody ON audit (at) WHERE user_id IS NULL;
CREATE INDEX erasures_finished ON erasures (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX users_unconfirmed ON users (id) WHERE email_verified = 0;
