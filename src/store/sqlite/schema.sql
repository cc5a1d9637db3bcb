-- The tables, as numbered steps: a file at step n (PRAGMA user_version) runs all later ones when it is opened.
-- A step that was released is never edited; a change is a new step.
-- GUIDs are blobs of 16 bytes. Instants are seconds since 1970, 0 = never. Ids are time-ordered, so that new rows of
-- mails, grants and refresh tokens fill pages from the right: few pages change in a commit.

-- step: 1
CREATE TABLE tenants (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    name           TEXT NOT NULL,
    domain         TEXT NOT NULL,
    display_name   TEXT NOT NULL,
    logo_url       TEXT NOT NULL,
    accent_color   TEXT NOT NULL,
    issuer         TEXT NOT NULL,
    hide_unknown_users    INTEGER NOT NULL CHECK (hide_unknown_users IN (0, 1)),
    strict_refresh_tokens INTEGER NOT NULL CHECK (strict_refresh_tokens IN (0, 1))
) STRICT, WITHOUT ROWID;

-- All by which a tenant is called: its id, name and domain (ordinal below 0), and its aliases.
CREATE TABLE tenant_names (
    name           TEXT PRIMARY KEY COLLATE NOCASE,
    tenant_id      BLOB NOT NULL,
    ordinal        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tenant_names_by_tenant ON tenant_names (tenant_id, ordinal);

CREATE TABLE applications (
    tenant_id      BLOB NOT NULL CHECK (length(tenant_id) = 16),
    client_id      BLOB NOT NULL CHECK (length(client_id) = 16),
    name           TEXT NOT NULL,
    public_client  INTEGER NOT NULL CHECK (public_client IN (0, 1)),
    native_authentication INTEGER NOT NULL CHECK (native_authentication IN (0, 1)),
    signing_alg    INTEGER NOT NULL CHECK (signing_alg BETWEEN 0 AND 2),
    access_token_seconds  INTEGER NOT NULL,
    user_flow      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE redirect_uris (
    tenant_id      BLOB NOT NULL,
    client_id      BLOB NOT NULL,
    ordinal        INTEGER NOT NULL,
    platform       INTEGER NOT NULL CHECK (platform BETWEEN 0 AND 2),
    uri            TEXT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE permissions (
    tenant_id      BLOB NOT NULL,
    client_id      BLOB NOT NULL,
    ordinal        INTEGER NOT NULL,
    permission     TEXT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE allowed_origins (
    tenant_id      BLOB NOT NULL,
    client_id      BLOB NOT NULL,
    ordinal        INTEGER NOT NULL,
    origin         TEXT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_flows (
    tenant_id      BLOB NOT NULL CHECK (length(tenant_id) = 16),
    name           TEXT NOT NULL,
    identity_provider INTEGER NOT NULL CHECK (identity_provider BETWEEN 0 AND 1),
    sign_up        INTEGER NOT NULL CHECK (sign_up IN (0, 1)),
    PRIMARY KEY (tenant_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE flow_attributes (
    tenant_id      BLOB NOT NULL,
    user_flow      TEXT NOT NULL,
    ordinal        INTEGER NOT NULL,
    name           TEXT NOT NULL,
    type           TEXT NOT NULL,
    label          TEXT NOT NULL,
    regex          TEXT NOT NULL,
    required       INTEGER NOT NULL CHECK (required IN (0, 1)),
    PRIMARY KEY (tenant_id, user_flow, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
    kid            TEXT PRIMARY KEY,
    alg            INTEGER NOT NULL CHECK (alg BETWEEN 0 AND 2),
    state          INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
    created_at     INTEGER NOT NULL,
    signing_since  INTEGER NOT NULL,
    retired_at     INTEGER NOT NULL,
    sealed         BLOB NOT NULL,
    certificate    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: rises with every change of the tables above.
CREATE TABLE directory_version (
    version        INTEGER NOT NULL
) STRICT;
INSERT INTO directory_version VALUES (1);

CREATE TABLE users (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    tenant_id      BLOB NOT NULL CHECK (length(tenant_id) = 16),
    origin         INTEGER NOT NULL CHECK (origin BETWEEN 0 AND 3),
    enabled        INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    email          TEXT NOT NULL,
    identity       TEXT NOT NULL,
    display_name   TEXT NOT NULL,
    given_name     TEXT NOT NULL,
    surname        TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    sessions_valid_from INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX users_by_identity ON users (tenant_id, identity);

CREATE TABLE passcodes (
    user_id        BLOB PRIMARY KEY,
    version        INTEGER NOT NULL,
    state          INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
    challenge_id   INTEGER NOT NULL,
    flow_serial    INTEGER NOT NULL,
    asked_with     INTEGER NOT NULL,
    mac            BLOB NOT NULL,
    issued_at      INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    attempts       INTEGER NOT NULL,
    sent           INTEGER NOT NULL,
    sent_since     INTEGER NOT NULL,
    failures       INTEGER NOT NULL,
    failures_since INTEGER NOT NULL,
    lockouts       INTEGER NOT NULL,
    locked_until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE mails (
    id             INTEGER PRIMARY KEY,
    tenant_id      BLOB NOT NULL,
    correlation_id BLOB NOT NULL,
    state          INTEGER NOT NULL CHECK (state BETWEEN 0 AND 1),
    attempts       INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    due_at         INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    last_error     TEXT NOT NULL,
    sealed         BLOB NOT NULL
) STRICT;
-- When the mail server is away, many mails wait that are not due: these are looked through instead of the mails.
CREATE INDEX mails_pending ON mails (id, due_at, expires_at) WHERE state = 0;
CREATE INDEX mails_dead ON mails (id, expires_at) WHERE state = 1;

CREATE TABLE grants (
    id             INTEGER PRIMARY KEY,
    tenant_id      BLOB NOT NULL,
    client_id      BLOB NOT NULL,
    user_id        BLOB NOT NULL,
    session_id     BLOB NOT NULL,
    authenticated_at INTEGER NOT NULL,
    scope          TEXT NOT NULL,
    revoked_at     INTEGER NOT NULL
) STRICT;
-- An index of grants by user would cost every sign-in the change of one more page, anywhere in the file. So the grants
-- of a deleted user are void because it stands here, and store_expire removes them as it walks through the grants.
-- walks: how often that has come to the end since. The first began before the deletion, and a sign-in that was under way may come
-- after the second has begun: at 3 all are gone.
CREATE TABLE deleted_users (
    user_id        BLOB PRIMARY KEY,
    walks          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE refresh_tokens (
    id             INTEGER PRIMARY KEY,
    grant_id       INTEGER NOT NULL,
    hash           BLOB NOT NULL,
    issued_at      INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    used_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

-- step: 2
ALTER TABLE tenants ADD COLUMN multi_factor INTEGER NOT NULL DEFAULT 0 CHECK (multi_factor IN (0, 1));
ALTER TABLE tenants ADD COLUMN registration_after_sign_up INTEGER NOT NULL DEFAULT 1
    CHECK (registration_after_sign_up IN (0, 1));
ALTER TABLE tenants ADD COLUMN password_reset INTEGER NOT NULL DEFAULT 1 CHECK (password_reset IN (0, 1));
ALTER TABLE tenants ADD COLUMN any_email_passcode INTEGER NOT NULL DEFAULT 0 CHECK (any_email_passcode IN (0, 1));
ALTER TABLE tenants ADD COLUMN second_factors INTEGER NOT NULL DEFAULT 1 CHECK (second_factors BETWEEN 0 AND 3);
ALTER TABLE applications ADD COLUMN multi_factor INTEGER NOT NULL DEFAULT 0 CHECK (multi_factor BETWEEN 0 AND 2);
ALTER TABLE users ADD COLUMN multi_factor INTEGER NOT NULL DEFAULT 0 CHECK (multi_factor BETWEEN 0 AND 2);
ALTER TABLE users ADD COLUMN password_must_change INTEGER NOT NULL DEFAULT 0 CHECK (password_must_change IN (0, 1));
ALTER TABLE users ADD COLUMN password_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE grants ADD COLUMN proofs INTEGER NOT NULL DEFAULT 2; -- they were codes

CREATE TABLE banned_passwords (
    tenant_id      BLOB NOT NULL,
    ordinal        INTEGER NOT NULL,
    word           TEXT NOT NULL,
    PRIMARY KEY (tenant_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_rules (
    tenant_id      BLOB NOT NULL,
    ordinal        INTEGER NOT NULL,
    match          TEXT NOT NULL,
    verdict        INTEGER NOT NULL CHECK (verdict BETWEEN 0 AND 3),
    PRIMARY KEY (tenant_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE extensions (
    tenant_id      BLOB NOT NULL,
    ordinal        INTEGER NOT NULL,
    id             BLOB NOT NULL CHECK (length(id) = 16),
    name           TEXT NOT NULL,
    event          INTEGER NOT NULL CHECK (event BETWEEN 0 AND 4),
    url            TEXT NOT NULL,
    auth           INTEGER NOT NULL CHECK (auth BETWEEN 0 AND 2),
    resource_id    TEXT NOT NULL,
    secret         TEXT NOT NULL,
    timeout_ms     INTEGER NOT NULL,
    retries        INTEGER NOT NULL,
    fallback       INTEGER NOT NULL CHECK (fallback IN (0, 1)),
    PRIMARY KEY (tenant_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE extension_applications (
    tenant_id      BLOB NOT NULL,
    extension_id   BLOB NOT NULL,
    ordinal        INTEGER NOT NULL,
    client_id      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, extension_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_attributes (
    user_id        BLOB PRIMARY KEY,
    attributes     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Second factors.
CREATE TABLE methods (
    id             BLOB NOT NULL CHECK (length(id) = 16),
    user_id        BLOB NOT NULL,
    channel        INTEGER NOT NULL CHECK (channel BETWEEN 0 AND 1),
    target         TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    PRIMARY KEY (user_id, channel, target)
) STRICT, WITHOUT ROWID;

-- What was handed in by sign-ups that are under way.
CREATE TABLE signups (
    id             INTEGER PRIMARY KEY,
    tenant_id      BLOB NOT NULL,
    expires_at     INTEGER NOT NULL,
    password_hash  TEXT NOT NULL,
    attributes     TEXT NOT NULL
) STRICT;
CREATE INDEX signups_by_expiry ON signups (expires_at);

-- Rows of subjects that are no users, with more states.
CREATE TABLE passcodes_2 (
    user_id        BLOB PRIMARY KEY,
    version        INTEGER NOT NULL,
    state          INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    challenge_id   INTEGER NOT NULL,
    flow_serial    INTEGER NOT NULL,
    asked_with     INTEGER NOT NULL,
    mac            BLOB NOT NULL,
    issued_at      INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL,
    attempts       INTEGER NOT NULL,
    sent           INTEGER NOT NULL,
    sent_since     INTEGER NOT NULL,
    wrong          BLOB NOT NULL,
    failures       INTEGER NOT NULL,
    failures_since INTEGER NOT NULL,
    lockouts       INTEGER NOT NULL,
    locked_until   INTEGER NOT NULL,
    ended          BLOB NOT NULL
) STRICT, WITHOUT ROWID;
-- A code that was taken had given its tokens, too.
INSERT INTO passcodes_2
SELECT user_id, version, CASE state WHEN 2 THEN 4 ELSE state END, challenge_id, flow_serial, asked_with, mac, issued_at,
       expires_at, issued_at, attempts, sent, sent_since, zeroblob(24), failures, failures_since, lockouts, locked_until,
       zeroblob(32)
FROM passcodes;
DROP TABLE passcodes;
ALTER TABLE passcodes_2 RENAME TO passcodes;

-- step: 3
ALTER TABLE tenants ADD COLUMN background_color TEXT NOT NULL DEFAULT '';
ALTER TABLE tenants ADD COLUMN background_image_url TEXT NOT NULL DEFAULT '';
ALTER TABLE tenants ADD COLUMN favicon_url TEXT NOT NULL DEFAULT '';
ALTER TABLE tenants ADD COLUMN username_hint TEXT NOT NULL DEFAULT '';
ALTER TABLE tenants ADD COLUMN sign_in_text TEXT NOT NULL DEFAULT '';
ALTER TABLE tenants ADD COLUMN terms_url TEXT NOT NULL DEFAULT '';
ALTER TABLE tenants ADD COLUMN privacy_url TEXT NOT NULL DEFAULT '';
ALTER TABLE tenants ADD COLUMN custom_css TEXT NOT NULL DEFAULT '';
ALTER TABLE tenants ADD COLUMN stay_signed_in INTEGER NOT NULL DEFAULT 0 CHECK (stay_signed_in IN (0, 1));
ALTER TABLE applications ADD COLUMN logout_url TEXT NOT NULL DEFAULT '';
ALTER TABLE applications ADD COLUMN id_token_issuance INTEGER NOT NULL DEFAULT 0 CHECK (id_token_issuance IN (0, 1));
ALTER TABLE applications ADD COLUMN access_token_issuance INTEGER NOT NULL DEFAULT 0
    CHECK (access_token_issuance IN (0, 1));
ALTER TABLE applications ADD COLUMN identifier_uri TEXT NOT NULL DEFAULT '';
ALTER TABLE flow_attributes ADD COLUMN input INTEGER NOT NULL DEFAULT 0 CHECK (input BETWEEN 0 AND 4);
ALTER TABLE flow_attributes ADD COLUMN default_value TEXT NOT NULL DEFAULT '';
ALTER TABLE flow_attributes ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1));
ALTER TABLE grants ADD COLUMN platform INTEGER NOT NULL DEFAULT 0 CHECK (platform BETWEEN 0 AND 2);
ALTER TABLE grants ADD COLUMN ends_at INTEGER NOT NULL DEFAULT 0;

CREATE TABLE text_overrides (
    tenant_id      BLOB NOT NULL,
    ordinal        INTEGER NOT NULL,
    language       TEXT NOT NULL,
    key            TEXT NOT NULL,
    text           TEXT NOT NULL,
    PRIMARY KEY (tenant_id, ordinal)
) STRICT, WITHOUT ROWID;

-- An application's lists of plain texts; list: enum application_list of db.h.
CREATE TABLE application_texts (
    tenant_id      BLOB NOT NULL,
    client_id      BLOB NOT NULL,
    list           INTEGER NOT NULL CHECK (list BETWEEN 0 AND 6),
    ordinal        INTEGER NOT NULL,
    text           TEXT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, list, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO application_texts SELECT tenant_id, client_id, 0, ordinal, permission FROM permissions;
INSERT INTO application_texts SELECT tenant_id, client_id, 1, ordinal, origin FROM allowed_origins;
DROP TABLE permissions;
DROP TABLE allowed_origins;

CREATE TABLE client_secrets (
    tenant_id      BLOB NOT NULL,
    client_id      BLOB NOT NULL,
    ordinal        INTEGER NOT NULL,
    key_id         BLOB NOT NULL CHECK (length(key_id) = 16),
    hint           TEXT NOT NULL,
    hash           BLOB NOT NULL CHECK (length(hash) = 32),
    starts_at      INTEGER NOT NULL,
    ends_at        INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, client_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE app_roles (
    tenant_id      BLOB NOT NULL,
    client_id      BLOB NOT NULL,
    ordinal        INTEGER NOT NULL,
    id             BLOB NOT NULL CHECK (length(id) = 16),
    value          TEXT NOT NULL,
    display_name   TEXT NOT NULL,
    members        INTEGER NOT NULL CHECK (members BETWEEN 0 AND 3),
    PRIMARY KEY (tenant_id, client_id, ordinal)
) STRICT, WITHOUT ROWID;

-- attribute: the ordinal of its attribute.
CREATE TABLE attribute_options (
    tenant_id      BLOB NOT NULL,
    user_flow      TEXT NOT NULL,
    attribute      INTEGER NOT NULL,
    ordinal        INTEGER NOT NULL,
    option         TEXT NOT NULL,
    PRIMARY KEY (tenant_id, user_flow, attribute, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_roles (
    user_id        BLOB NOT NULL CHECK (length(user_id) = 16),
    client_id      BLOB NOT NULL CHECK (length(client_id) = 16),
    value          TEXT NOT NULL,
    PRIMARY KEY (user_id, client_id, value)
) STRICT, WITHOUT ROWID;

-- What browsers and devices sign in with. Native sign-ins write none of these tables.
CREATE TABLE sessions (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    tenant_id      BLOB NOT NULL,
    user_id        BLOB NOT NULL,
    hash           BLOB NOT NULL,
    created_at     INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    seen_at        INTEGER NOT NULL,
    ended_at       INTEGER NOT NULL,
    persistent     INTEGER NOT NULL CHECK (persistent IN (0, 1)),
    proofs         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE session_applications (
    session_id     BLOB NOT NULL,
    client_id      BLOB NOT NULL CHECK (length(client_id) = 16),
    PRIMARY KEY (session_id, client_id)
) STRICT, WITHOUT ROWID;

-- Ids are time-ordered and lives are short: what expires first stands first, so no index is needed.
CREATE TABLE authorization_codes (
    id             INTEGER PRIMARY KEY,
    hash           BLOB NOT NULL,
    tenant_id      BLOB NOT NULL,
    client_id      BLOB NOT NULL,
    user_id        BLOB NOT NULL,
    session_id     BLOB NOT NULL,
    grant_id       INTEGER NOT NULL,
    platform       INTEGER NOT NULL CHECK (platform BETWEEN 0 AND 2),
    redirect_uri   TEXT NOT NULL,
    scope          TEXT NOT NULL,
    nonce          TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    challenge_is_plain INTEGER NOT NULL CHECK (challenge_is_plain IN (0, 1)),
    auth_time      INTEGER NOT NULL CHECK (auth_time IN (0, 1)),
    proofs         INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    issued_at      INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    used_at        INTEGER NOT NULL
) STRICT;

CREATE TABLE device_codes (
    id             INTEGER PRIMARY KEY,
    hash           BLOB NOT NULL,
    user_code      TEXT NOT NULL UNIQUE,
    tenant_id      BLOB NOT NULL,
    client_id      BLOB NOT NULL,
    scope          TEXT NOT NULL,
    state          INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    user_id        BLOB NOT NULL,
    session_id     BLOB NOT NULL,
    proofs         INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    issued_at      INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL
) STRICT;

-- Client assertions that were used (`jti`), until they expire.
CREATE TABLE assertions (
    hash           BLOB PRIMARY KEY CHECK (length(hash) = 32),
    expires_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX assertions_by_expiry ON assertions (expires_at);

-- step: 4
ALTER TABLE applications ADD COLUMN access_token_version INTEGER NOT NULL DEFAULT 0
    CHECK (access_token_version BETWEEN 0 AND 2);
ALTER TABLE client_secrets ADD COLUMN name TEXT NOT NULL DEFAULT '';
-- Only texts have more than one way to be asked for.
UPDATE flow_attributes SET input = 3 WHERE type = 'boolean';
UPDATE flow_attributes SET input = 4 WHERE type = 'integer';

-- step: 5
-- No index tells any more which tokens a grant has, nor which expire first: every sign-in had to write into both. A grant
-- knows itself how long it serves, and store_expire walks through the tokens as it does through the grants.
ALTER TABLE grants ADD COLUMN serves_until INTEGER NOT NULL DEFAULT 0;
UPDATE grants
SET serves_until = (SELECT coalesce(max(expires_at), 0) FROM refresh_tokens WHERE grant_id = grants.id);
DROP INDEX refresh_tokens_by_grant;
DROP INDEX refresh_tokens_by_expiry;

-- step: 6
-- Nearly all mails are delivered at the first try. Those that were tried in vain have a table of their own, so that the
-- others need no index to be found by: what is left in `mails` is to be sent, oldest first.
CREATE TABLE mails_tried (
    id             INTEGER PRIMARY KEY,
    tenant_id      BLOB NOT NULL,
    correlation_id BLOB NOT NULL,
    state          INTEGER NOT NULL CHECK (state BETWEEN 0 AND 1),
    attempts       INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    due_at         INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    last_error     TEXT NOT NULL,
    sealed         BLOB NOT NULL
) STRICT;
INSERT INTO mails_tried SELECT * FROM mails WHERE state <> 0 OR attempts > 0;
DELETE FROM mails WHERE state <> 0 OR attempts > 0;
DROP INDEX mails_pending;
DROP INDEX mails_dead;
-- When the mail server is away, many mails wait that are not due: these are looked through instead of the mails.
CREATE INDEX mails_pending ON mails_tried (id, due_at, expires_at) WHERE state = 0;
CREATE INDEX mails_dead ON mails_tried (id, expires_at) WHERE state = 1;
