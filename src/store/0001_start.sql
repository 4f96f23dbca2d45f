-- Times are milliseconds since 1970 in UTC; bodies are JSON of the type named beside them.

-- Recordings. The sound itself lies under audio/ab/cd/<sha256> and never changes.
CREATE TABLE audio (
    sha256      TEXT PRIMARY KEY,
    bytes       INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;

-- Where a recording was found: a record may name it by path, by file name or by file name without its ending.
CREATE TABLE audio_names (
    path   TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES audio (sha256),
    name   TEXT NOT NULL,
    stem   TEXT NOT NULL,
    PRIMARY KEY (path, sha256)
) STRICT;
CREATE INDEX audio_names_name ON audio_names (name);
CREATE INDEX audio_names_stem ON audio_names (stem);

-- Calls as they count now: newest revision, all feedback. `orphan`: there is audio but no record yet.
CREATE TABLE calls (
    id           TEXT PRIMARY KEY,
    revision     INTEGER NOT NULL,
    body         TEXT NOT NULL,             -- call::Call
    received_at  INTEGER NOT NULL,
    orphan       INTEGER NOT NULL,
    audio_sha256 TEXT REFERENCES audio (sha256),
    audio_path   TEXT,                      -- where the record says that its audio lies
    audio_name   TEXT
) STRICT;
CREATE INDEX calls_received_at ON calls (received_at, id);
CREATE INDEX calls_audio_sha256 ON calls (audio_sha256);
CREATE INDEX calls_audio_path ON calls (audio_path);
CREATE INDEX calls_audio_name ON calls (audio_name) WHERE audio_sha256 IS NULL;

-- Every revision of every record, as it came.
CREATE TABLE revisions (
    call_id     TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    digest      TEXT NOT NULL,
    body        TEXT NOT NULL,              -- call::Call
    file        TEXT NOT NULL,
    line        INTEGER NOT NULL,
    imported_at INTEGER NOT NULL,
    PRIMARY KEY (call_id, revision)
) STRICT;

-- Every revision of every feedback; the newest counts.
CREATE TABLE feedback (
    call_id  TEXT NOT NULL,
    id       TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body     TEXT NOT NULL,                 -- call::Feedback
    PRIMARY KEY (call_id, id, revision)
) STRICT;

-- Lines that were taken in, so that a file imported twice changes nothing.
CREATE TABLE taken (
    file TEXT NOT NULL,                     -- hash of path and content
    line INTEGER NOT NULL,
    PRIMARY KEY (file, line)
) STRICT, WITHOUT ROWID;

-- Records that name only their audio, until it comes.
CREATE TABLE pending (
    file       TEXT NOT NULL,
    line       INTEGER NOT NULL,
    source     TEXT NOT NULL,
    body       TEXT NOT NULL,               -- call::Call
    audio_path TEXT NOT NULL,
    audio_name TEXT NOT NULL,
    PRIMARY KEY (file, line)
) STRICT;

-- Ids of audio whose record came later.
CREATE TABLE aliases (
    old TEXT PRIMARY KEY,
    new TEXT NOT NULL
) STRICT;

CREATE TABLE transcripts (
    call_id TEXT PRIMARY KEY,
    body    TEXT NOT NULL,                  -- transcript::Transcript
    version TEXT NOT NULL
) STRICT;

CREATE TABLE analyses (
    call_id  TEXT PRIMARY KEY,
    elements TEXT NOT NULL,                 -- elements::Elements
    tags     TEXT NOT NULL,                 -- tags::Tags
    version  TEXT NOT NULL
) STRICT;

-- What the index holds; written after the index is durable.
CREATE TABLE indexed (
    call_id TEXT PRIMARY KEY,
    version TEXT NOT NULL
) STRICT;

CREATE TABLE profiles (
    call_id TEXT PRIMARY KEY,
    body    TEXT NOT NULL                   -- links::Profile
) STRICT;

CREATE TABLE keys (
    key     TEXT NOT NULL,
    call_id TEXT NOT NULL,
    PRIMARY KEY (key, call_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX keys_call_id ON keys (call_id);

CREATE TABLE links (
    a    TEXT NOT NULL,
    b    TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,                     -- links::Link
    PRIMARY KEY (a, b, kind)
) STRICT;
CREATE INDEX links_b ON links (b);

CREATE TABLE clusters (
    id      TEXT PRIMARY KEY,
    kind    TEXT NOT NULL,
    status  TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    body    TEXT NOT NULL                   -- clusters::Cluster
) STRICT;

CREATE TABLE members (
    call_id    TEXT NOT NULL,
    cluster_id TEXT NOT NULL,
    PRIMARY KEY (call_id, cluster_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_cluster_id ON members (cluster_id);

-- What people decided. Rows are never changed and never removed.
CREATE TABLE decisions (
    id   TEXT PRIMARY KEY,
    body TEXT NOT NULL                      -- clusters::Decision
) STRICT;

-- The calls that a decision is about.
CREATE TABLE decision_calls (
    call_id     TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    PRIMARY KEY (call_id, decision_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_calls_decision_id ON decision_calls (decision_id);

-- Alerts are never removed; those whose cause is gone are not live.
CREATE TABLE alerts (
    id         TEXT PRIMARY KEY,
    at         INTEGER NOT NULL,
    cluster_id TEXT NOT NULL,
    live       INTEGER NOT NULL,
    body       TEXT NOT NULL                -- alerts::Alert
) STRICT;
CREATE INDEX alerts_cluster_id ON alerts (cluster_id);

-- Files and lines that could not be taken in.
CREATE TABLE parked (
    source    TEXT NOT NULL,
    line      INTEGER NOT NULL,             -- 0 for the whole file
    reason    TEXT NOT NULL,
    copy      TEXT NOT NULL,                -- name under parked/
    parked_at INTEGER NOT NULL,
    PRIMARY KEY (source, line)
) STRICT;

-- One row per kind and call, for ever; `fence` only rises.
CREATE TABLE jobs (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    call_id     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('ready', 'running', 'done', 'parked')),
    rank        INTEGER NOT NULL,           -- higher is sooner
    due_at      INTEGER NOT NULL,
    fence       INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0, -- failures in a row
    crashes     INTEGER NOT NULL DEFAULT 0, -- children that died on it
    losses      INTEGER NOT NULL DEFAULT 0, -- workers that died on it
    again       INTEGER NOT NULL DEFAULT 0, -- asked for while running
    owner       TEXT,
    lease_until INTEGER,
    reason      TEXT,
    UNIQUE (kind, call_id)
) STRICT;
CREATE INDEX jobs_ready ON jobs (kind, rank DESC, id) WHERE state = 'ready';
CREATE INDEX jobs_running ON jobs (kind, lease_until) WHERE state = 'running';
CREATE INDEX jobs_call_id ON jobs (call_id);

-- Names of places, of the gazetteer.
CREATE TABLE names (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL                      -- sound::Name
) STRICT;

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
