-- Every statement by its name (queries.def). Columns stand in the order of the row tables in codec.c; where a row is
-- written, ?1 … ?n are its columns in that order.

-- name: begin_write
BEGIN IMMEDIATE
-- name: begin_read
BEGIN
-- name: commit
COMMIT
-- name: rollback
ROLLBACK
-- name: savepoint
SAVEPOINT batch
-- name: release
RELEASE batch
-- name: rollback_to
ROLLBACK TO batch

-- name: passcode_insert
INSERT INTO passcodes
VALUES (?1, ?2 + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
ON CONFLICT DO NOTHING
-- name: passcode_swap
UPDATE passcodes
SET version = ?2 + 1, state = ?3, challenge_id = ?4, flow_serial = ?5, asked_with = ?6, mac = ?7, issued_at = ?8,
    expires_at = ?9, changed_at = ?10, attempts = ?11, sent = ?12, sent_since = ?13, wrong = ?14, failures = ?15,
    failures_since = ?16, lockouts = ?17, locked_until = ?18, ended = ?19
WHERE user_id = ?1 AND version = ?2
-- name: passcode_give_back
UPDATE passcodes SET attempts = attempts - ?4, failures = failures - ?4
WHERE user_id = ?1 AND version = ?2 AND challenge_id = ?3
-- name: passcode
SELECT * FROM passcodes WHERE user_id = ?1

-- name: mail_insert
INSERT INTO mails VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
-- name: mail_delete_fresh
DELETE FROM mails WHERE id = ?1
-- name: mail_delete_pending
DELETE FROM mails_tried WHERE id = ?1 AND state = 0
-- name: mail_delete_dead
DELETE FROM mails_tried WHERE id = ?1 AND state = 1
-- name: mail_try
INSERT INTO mails_tried SELECT * FROM mails WHERE id = ?1
-- name: mail_state
SELECT state FROM mails_tried WHERE id = ?1
-- name: mail_update
UPDATE mails_tried SET state = ?2, attempts = ?3, due_at = ?4, last_error = ?5 WHERE id = ?1
-- p.id is in the order of the index, so that the two sides are merged and nothing is sorted.
-- name: mails_due
SELECT * FROM mails WHERE id > ?1 AND due_at <= ?2
UNION ALL
SELECT p.id, m.tenant_id, m.correlation_id, m.state, m.attempts, m.created_at, m.due_at, m.expires_at, m.last_error,
       m.sealed
FROM mails_tried AS p INDEXED BY mails_pending JOIN mails_tried AS m ON m.id = p.id
WHERE p.state = 0 AND p.id > ?1 AND p.due_at <= ?2
ORDER BY id LIMIT ?3
-- name: mails
SELECT * FROM mails WHERE id > ?1 UNION ALL SELECT * FROM mails_tried WHERE id > ?1 ORDER BY id LIMIT ?2
-- name: mails_pending
SELECT (SELECT count(*) FROM mails) + (SELECT count(*) FROM mails_tried INDEXED BY mails_pending WHERE state = 0)
-- name: mails_dead
SELECT count(*) FROM mails_tried INDEXED BY mails_dead WHERE state = 1

-- name: grant_insert
INSERT INTO grants VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
-- name: grant_serve
UPDATE grants SET serves_until = max(serves_until, ?2) WHERE id = ?1
-- name: grant_revoke
UPDATE grants SET revoked_at = ?2 WHERE id = ?1 AND revoked_at = 0
-- name: refresh_insert
INSERT INTO refresh_tokens VALUES (?1, ?2, ?3, ?4, ?5, ?6)
-- name: refresh_use
UPDATE refresh_tokens SET used_at = ?2 WHERE id = ?1 AND used_at = 0
-- name: refresh_token
SELECT * FROM refresh_tokens WHERE id = ?1
-- name: grant
SELECT * FROM grants WHERE id = ?1 AND user_id NOT IN (SELECT user_id FROM deleted_users)

-- name: user_put
INSERT INTO users VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
ON CONFLICT (id) DO UPDATE
SET origin = ?3, enabled = ?4, email = ?5, identity = ?6, display_name = ?7, given_name = ?8, surname = ?9,
    created_at = ?10, sessions_valid_from = ?11, multi_factor = ?12, password_must_change = ?13, password_hash = ?14
WHERE tenant_id = ?2
-- name: user_add
INSERT INTO users VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT DO NOTHING
-- name: user_password
UPDATE users SET password_hash = ?2, password_must_change = ?3, sessions_valid_from = ?4 WHERE id = ?1
-- name: user_methods_delete
DELETE FROM methods WHERE user_id = ?1
-- name: user_attributes_delete
DELETE FROM user_attributes WHERE user_id = ?1
-- name: attributes_put
INSERT OR REPLACE INTO user_attributes VALUES (?1, ?2)
-- name: user_attributes
SELECT attributes FROM user_attributes WHERE user_id = ?1
-- name: method_put
INSERT OR REPLACE INTO methods VALUES (?1, ?2, ?3, ?4, ?5)
-- name: methods_besides
SELECT count(*) FROM methods WHERE user_id = ?1 AND NOT (channel = ?2 AND target = ?3)
-- name: method_delete
DELETE FROM methods WHERE user_id = ?1 AND id = ?2
-- name: methods
SELECT * FROM methods WHERE user_id = ?1 ORDER BY created_at, channel, target LIMIT ?2
-- name: user_revoke
UPDATE users SET sessions_valid_from = max(sessions_valid_from, ?2) WHERE id = ?1
-- name: user_roles_delete
DELETE FROM user_roles WHERE user_id = ?1
-- name: user_role_insert
INSERT INTO user_roles VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING
-- name: user_roles
SELECT value FROM user_roles WHERE user_id = ?1 AND client_id = ?2 ORDER BY value
-- name: user_all_roles
SELECT client_id, value FROM user_roles WHERE user_id = ?1 ORDER BY client_id, value
-- name: signup_put
INSERT OR REPLACE INTO signups VALUES (?1, ?2, ?3, ?4, ?5)
-- name: signup_delete
DELETE FROM signups WHERE id = ?1
-- name: signup
SELECT * FROM signups WHERE id = ?1 AND tenant_id = ?2
-- name: user_delete
DELETE FROM users WHERE id = ?1
-- name: user_passcode_delete
DELETE FROM passcodes WHERE user_id = ?1
-- name: user_void
INSERT INTO deleted_users SELECT id, 0 FROM users WHERE id = ?1 ON CONFLICT DO NOTHING
-- name: user_unvoid
DELETE FROM deleted_users WHERE user_id = ?1
-- name: user_grants_delete
DELETE FROM grants WHERE user_id = ?1
-- name: user
SELECT * FROM users WHERE id = ?1 AND tenant_id = ?2
-- name: user_by_identity
SELECT * FROM users WHERE tenant_id = ?1 AND identity = ?2
-- name: users
SELECT * FROM users WHERE tenant_id = ?1 AND identity > ?2 ORDER BY identity LIMIT ?3
-- name: user_count
SELECT count(*) FROM users

-- name: session_insert
INSERT INTO sessions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
-- name: session_seen
UPDATE sessions SET seen_at = max(seen_at, ?2) WHERE id = ?1 AND ended_at = 0
-- name: session_end
UPDATE sessions SET ended_at = ?2 WHERE id = ?1 AND ended_at = 0
-- name: session_application_insert
INSERT INTO session_applications SELECT id, ?2 FROM sessions WHERE id = ?1 ON CONFLICT DO NOTHING
-- name: session
SELECT * FROM sessions WHERE id = ?1
-- name: sessions
SELECT * FROM sessions WHERE user_id = ?1 AND ended_at = 0 ORDER BY created_at DESC, id LIMIT ?2
-- name: session_applications
SELECT client_id FROM session_applications WHERE session_id = ?1 LIMIT ?2
-- name: user_sessions_end
UPDATE sessions SET ended_at = ?2 WHERE user_id = ?1 AND ended_at = 0
-- name: user_session_applications_delete
DELETE FROM session_applications WHERE session_id IN (SELECT id FROM sessions WHERE user_id = ?1)
-- name: user_sessions_delete
DELETE FROM sessions WHERE user_id = ?1
-- name: code_insert
INSERT INTO authorization_codes
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
-- name: code_use
UPDATE authorization_codes SET used_at = ?2 WHERE id = ?1 AND used_at = 0
-- name: code
SELECT * FROM authorization_codes WHERE id = ?1
-- name: user_codes_delete
DELETE FROM authorization_codes WHERE user_id = ?1
-- name: device_insert
INSERT INTO device_codes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
-- name: device_decide
UPDATE device_codes SET state = ?2, user_id = ?3, session_id = ?4, proofs = ?5, authenticated_at = ?6
WHERE id = ?1 AND state = 0
-- name: device_use
UPDATE device_codes SET state = 3 WHERE id = ?1 AND state = 1
-- name: device
SELECT * FROM device_codes WHERE id = ?1
-- name: device_by_user_code
SELECT * FROM device_codes WHERE user_code = ?1
-- name: user_devices_delete
DELETE FROM device_codes WHERE user_id = ?1
-- name: assertion_insert
INSERT INTO assertions VALUES (?1, ?2)

-- name: key_put
INSERT OR REPLACE INTO keys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
-- name: key_delete
DELETE FROM keys WHERE kid = ?1
-- name: keys
SELECT * FROM keys ORDER BY created_at, kid LIMIT ?1

-- name: directory_touch
UPDATE directory_version SET version = version + 1
-- name: directory_same
UPDATE directory_version SET version = version + 1 WHERE version = ?1
-- name: directory_version
SELECT version FROM directory_version

-- name: tenant_put
INSERT OR REPLACE INTO tenants
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)
-- name: tenant_delete
DELETE FROM tenants WHERE id = ?1
-- name: tenant_names_delete
DELETE FROM tenant_names WHERE tenant_id = ?1
-- name: tenant_name_insert
INSERT INTO tenant_names VALUES (?3, ?1, ?2)
-- name: tenant_grants_delete
DELETE FROM grants WHERE tenant_id = ?1
-- name: tenant_passcodes_delete
DELETE FROM passcodes WHERE user_id IN (SELECT id FROM users WHERE tenant_id = ?1)
-- name: tenant_mails_delete
DELETE FROM mails WHERE tenant_id = ?1
-- name: tenant_mails_tried_delete
DELETE FROM mails_tried WHERE tenant_id = ?1
-- name: tenant_signups_delete
DELETE FROM signups WHERE tenant_id = ?1
-- name: tenant_methods_delete
DELETE FROM methods WHERE user_id IN (SELECT id FROM users WHERE tenant_id = ?1)
-- name: tenant_user_attributes_delete
DELETE FROM user_attributes WHERE user_id IN (SELECT id FROM users WHERE tenant_id = ?1)
-- name: tenant_user_roles_delete
DELETE FROM user_roles WHERE user_id IN (SELECT id FROM users WHERE tenant_id = ?1)
-- name: tenant_session_applications_delete
DELETE FROM session_applications WHERE session_id IN (SELECT id FROM sessions WHERE tenant_id = ?1)
-- name: tenant_sessions_delete
DELETE FROM sessions WHERE tenant_id = ?1
-- name: tenant_codes_delete
DELETE FROM authorization_codes WHERE tenant_id = ?1
-- name: tenant_devices_delete
DELETE FROM device_codes WHERE tenant_id = ?1
-- name: tenant_users_delete
DELETE FROM users WHERE tenant_id = ?1
-- name: tenant_redirect_uris_delete
DELETE FROM redirect_uris WHERE tenant_id = ?1
-- name: tenant_application_texts_delete
DELETE FROM application_texts WHERE tenant_id = ?1
-- name: tenant_client_secrets_delete
DELETE FROM client_secrets WHERE tenant_id = ?1
-- name: tenant_app_roles_delete
DELETE FROM app_roles WHERE tenant_id = ?1
-- name: tenant_applications_delete
DELETE FROM applications WHERE tenant_id = ?1
-- name: tenant_attributes_delete
DELETE FROM flow_attributes WHERE tenant_id = ?1
-- name: tenant_attribute_options_delete
DELETE FROM attribute_options WHERE tenant_id = ?1
-- name: tenant_user_flows_delete
DELETE FROM user_flows WHERE tenant_id = ?1
-- name: banned_passwords_delete
DELETE FROM banned_passwords WHERE tenant_id = ?1
-- name: banned_password_insert
INSERT INTO banned_passwords (word, tenant_id, ordinal) VALUES (?1, ?2, ?3)
-- name: banned_passwords
SELECT word FROM banned_passwords WHERE tenant_id = ?1 ORDER BY ordinal
-- name: contact_rules_delete
DELETE FROM contact_rules WHERE tenant_id = ?1
-- name: contact_rule_insert
INSERT INTO contact_rules (match, verdict, tenant_id, ordinal) VALUES (?1, ?2, ?3, ?4)
-- name: contact_rules
SELECT match, verdict FROM contact_rules WHERE tenant_id = ?1 ORDER BY ordinal
-- name: text_overrides_delete
DELETE FROM text_overrides WHERE tenant_id = ?1
-- name: text_override_insert
INSERT INTO text_overrides (language, key, text, tenant_id, ordinal) VALUES (?1, ?2, ?3, ?4, ?5)
-- name: text_overrides
SELECT language, key, text FROM text_overrides WHERE tenant_id = ?1 ORDER BY ordinal
-- name: extensions_delete
DELETE FROM extensions WHERE tenant_id = ?1
-- name: extension_insert
INSERT INTO extensions
    (id, name, event, url, auth, resource_id, secret, timeout_ms, retries, fallback, tenant_id, ordinal)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
-- name: extensions
SELECT id, name, event, url, auth, resource_id, secret, timeout_ms, retries, fallback
FROM extensions WHERE tenant_id = ?1 ORDER BY ordinal
-- name: extension_applications_delete
DELETE FROM extension_applications WHERE tenant_id = ?1
-- name: extension_application_insert
INSERT INTO extension_applications (client_id, tenant_id, extension_id, ordinal) VALUES (?1, ?2, ?3, ?4)
-- name: extension_applications
SELECT client_id FROM extension_applications WHERE tenant_id = ?1 AND extension_id = ?2 ORDER BY ordinal
-- name: tenants
SELECT * FROM tenants
-- name: tenant_aliases
SELECT name FROM tenant_names WHERE tenant_id = ?1 AND ordinal >= 0 ORDER BY ordinal

-- name: application_put
INSERT OR REPLACE INTO applications VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
-- name: application_delete
DELETE FROM applications WHERE tenant_id = ?1 AND client_id = ?2
-- name: redirect_uris_delete
DELETE FROM redirect_uris WHERE tenant_id = ?1 AND client_id = ?2
-- name: application_texts_delete
DELETE FROM application_texts WHERE tenant_id = ?1 AND client_id = ?2
-- name: client_secrets_delete
DELETE FROM client_secrets WHERE tenant_id = ?1 AND client_id = ?2
-- name: app_roles_delete
DELETE FROM app_roles WHERE tenant_id = ?1 AND client_id = ?2
-- name: application_user_roles_delete
DELETE FROM user_roles WHERE client_id = ?2 AND user_id IN (SELECT id FROM users WHERE tenant_id = ?1)
-- name: application_stale_roles_delete
DELETE FROM user_roles WHERE client_id = ?2 AND user_id IN (SELECT id FROM users WHERE tenant_id = ?1)
AND value NOT IN (SELECT value FROM app_roles WHERE tenant_id = ?1 AND client_id = ?2 AND members & 1)
-- name: redirect_uri_insert
INSERT INTO redirect_uris (platform, uri, tenant_id, client_id, ordinal) VALUES (?1, ?2, ?3, ?4, ?5)
-- name: application_text_insert
INSERT INTO application_texts (list, text, tenant_id, client_id, ordinal) VALUES (?1, ?2, ?3, ?4, ?5)
-- name: client_secret_insert
INSERT INTO client_secrets (key_id, hint, hash, starts_at, ends_at, name, tenant_id, client_id, ordinal)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
-- name: app_role_insert
INSERT INTO app_roles (id, value, display_name, members, tenant_id, client_id, ordinal)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
-- name: applications
SELECT * FROM applications
-- name: redirect_uris
SELECT platform, uri FROM redirect_uris WHERE tenant_id = ?1 AND client_id = ?2 ORDER BY ordinal
-- name: application_texts
SELECT list, text FROM application_texts WHERE tenant_id = ?1 AND client_id = ?2 ORDER BY list, ordinal
-- name: client_secrets
SELECT key_id, hint, hash, starts_at, ends_at, name FROM client_secrets
WHERE tenant_id = ?1 AND client_id = ?2 ORDER BY ordinal
-- name: app_roles
SELECT id, value, display_name, members FROM app_roles WHERE tenant_id = ?1 AND client_id = ?2 ORDER BY ordinal

-- name: user_flow_put
INSERT OR REPLACE INTO user_flows VALUES (?1, ?2, ?3, ?4)
-- name: user_flow_delete
DELETE FROM user_flows WHERE tenant_id = ?1 AND name = ?2
-- name: attributes_delete
DELETE FROM flow_attributes WHERE tenant_id = ?1 AND user_flow = ?2
-- name: attribute_options_delete
DELETE FROM attribute_options WHERE tenant_id = ?1 AND user_flow = ?2
-- name: attribute_insert
INSERT INTO flow_attributes
    (name, type, label, regex, required, input, default_value, hidden, tenant_id, user_flow, ordinal)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
-- name: attribute_option_insert
INSERT INTO attribute_options (attribute, option, tenant_id, user_flow, ordinal) VALUES (?1, ?2, ?3, ?4, ?5)
-- name: user_flows
SELECT * FROM user_flows
-- name: attributes
SELECT name, type, label, regex, required, input, default_value, hidden FROM flow_attributes
WHERE tenant_id = ?1 AND user_flow = ?2 ORDER BY ordinal
-- name: attribute_options
SELECT attribute, option FROM attribute_options WHERE tenant_id = ?1 AND user_flow = ?2 ORDER BY attribute, ordinal

-- Housekeeping: each takes at most ?2 rows; refresh tokens, grants, passcodes and sessions: those of a stretch that …_last
-- found.
-- name: refresh_tokens_end
SELECT coalesce(max(id), 0) FROM refresh_tokens
-- name: refresh_tokens_last
SELECT max(id) FROM (SELECT id FROM refresh_tokens WHERE id > ?1 ORDER BY id LIMIT ?2)
-- name: expire_refresh_tokens
DELETE FROM refresh_tokens
WHERE id > ?2 AND id <= ?3 AND (expires_at <= ?1 OR grant_id NOT IN (SELECT id FROM grants))
-- name: grants_end
SELECT coalesce(max(id), 0) FROM grants
-- name: grants_last
SELECT max(id) FROM (SELECT id FROM grants WHERE id > ?1 ORDER BY id LIMIT ?2)
-- name: expire_grants
DELETE FROM grants
WHERE id > ?2 AND id <= ?3 AND (serves_until <= ?1 OR user_id IN (SELECT user_id FROM deleted_users))
-- name: voids_count
UPDATE deleted_users SET walks = walks + 1
-- name: voids_forget
DELETE FROM deleted_users WHERE walks >= 3
-- name: passcodes_last
SELECT max(user_id) FROM (SELECT user_id FROM passcodes WHERE user_id > ?1 ORDER BY user_id LIMIT ?2)
-- name: expire_passcodes
DELETE FROM passcodes
WHERE user_id > ?2 AND user_id <= ?3
  AND max(issued_at, expires_at, changed_at, sent_since, failures_since, locked_until) <= ?1
-- name: sessions_last
SELECT max(id) FROM (SELECT id FROM sessions WHERE id > ?1 ORDER BY id LIMIT ?2)
-- name: expire_sessions
DELETE FROM sessions
WHERE id > ?5 AND id <= ?6
  AND (ended_at BETWEEN 1 AND ?1 OR seen_at <= iif(persistent, ?3, ?2) OR created_at <= ?4)
-- name: expire_session_applications
DELETE FROM session_applications
WHERE session_id > ?1 AND session_id <= ?2 AND session_id NOT IN (SELECT id FROM sessions)
-- name: expire_codes
DELETE FROM authorization_codes
WHERE id IN (SELECT id FROM authorization_codes ORDER BY id LIMIT ?2) AND expires_at <= ?1
-- name: expire_devices
DELETE FROM device_codes WHERE id IN (SELECT id FROM device_codes ORDER BY id LIMIT ?2) AND expires_at <= ?1
-- name: expire_assertions
DELETE FROM assertions WHERE hash IN (SELECT hash FROM assertions WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
-- name: expire_signups
DELETE FROM signups WHERE id IN (SELECT id FROM signups WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
-- name: expire_fresh_mails
DELETE FROM mails WHERE id IN (SELECT id FROM mails ORDER BY id LIMIT ?2) AND expires_at <= ?1
-- name: expire_pending_mails
DELETE FROM mails_tried
WHERE id IN (SELECT id FROM mails_tried INDEXED BY mails_pending WHERE state = 0 AND expires_at <= ?1 LIMIT ?2)
-- name: expire_dead_mails
DELETE FROM mails_tried
WHERE id IN (SELECT id FROM mails_tried INDEXED BY mails_dead WHERE state = 1 AND expires_at <= ?1 LIMIT ?2)

-- The development mode's reset; keys stay.
-- name: reset_users
DELETE FROM users
-- name: reset_user_attributes
DELETE FROM user_attributes
-- name: reset_methods
DELETE FROM methods
-- name: reset_signups
DELETE FROM signups
-- name: reset_banned_passwords
DELETE FROM banned_passwords
-- name: reset_contact_rules
DELETE FROM contact_rules
-- name: reset_extensions
DELETE FROM extensions
-- name: reset_extension_applications
DELETE FROM extension_applications
-- name: reset_deleted_users
DELETE FROM deleted_users
-- name: reset_passcodes
DELETE FROM passcodes
-- name: reset_grants
DELETE FROM grants
-- name: reset_refresh_tokens
DELETE FROM refresh_tokens
-- name: reset_mails
DELETE FROM mails
-- name: reset_mails_tried
DELETE FROM mails_tried
-- name: reset_tenants
DELETE FROM tenants
-- name: reset_names
DELETE FROM tenant_names
-- name: reset_applications
DELETE FROM applications
-- name: reset_redirect_uris
DELETE FROM redirect_uris
-- name: reset_application_texts
DELETE FROM application_texts
-- name: reset_client_secrets
DELETE FROM client_secrets
-- name: reset_app_roles
DELETE FROM app_roles
-- name: reset_user_flows
DELETE FROM user_flows
-- name: reset_attributes
DELETE FROM flow_attributes
-- name: reset_attribute_options
DELETE FROM attribute_options
-- name: reset_text_overrides
DELETE FROM text_overrides
-- name: reset_user_roles
DELETE FROM user_roles
-- name: reset_sessions
DELETE FROM sessions
-- name: reset_session_applications
DELETE FROM session_applications
-- name: reset_codes
DELETE FROM authorization_codes
-- name: reset_devices
DELETE FROM device_codes
-- name: reset_assertions
DELETE FROM assertions

-- name: integrity_check
PRAGMA integrity_check(1)
