CREATE TABLE about (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
)
 WITHOUT ROWID;
CREATE TABLE artifact (
    run_key BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    n INTEGER NOT NULL,
    dataset TEXT NOT NULL,
    kind TEXT NOT NULL,
    inline TEXT,
    path TEXT,
    bytes BIGINT,
    digest TEXT,
    rows BIGINT,
    columns TEXT,
    python_type TEXT NOT NULL,
    safe BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (run_key, seq, n, dataset)
)
 WITHOUT ROWID;
CREATE INDEX artifact_shared ON artifact (substr(path, 1, 13)) WHERE n = 0 AND path IS NOT NULL;
CREATE TABLE attempt (
    run_key BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    n INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    dispatched_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    worker TEXT,
    cpu_seconds DOUBLE,
    peak_rss_bytes BIGINT,
    read_bytes BIGINT,
    written_bytes BIGINT,
    error TEXT,
    log TEXT,
    PRIMARY KEY (run_key, seq, n)
)
 WITHOUT ROWID;
CREATE UNIQUE INDEX attempt_live ON attempt (run_key, seq) WHERE state IN ('dispatched', 'running');
CREATE UNIQUE INDEX attempt_success ON attempt (run_key, seq) WHERE state = 'succeeded';
CREATE TABLE command (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    run_key BIGINT NOT NULL,
    kind TEXT NOT NULL,
    arguments TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    "by" TEXT,
    state TEXT NOT NULL,
    outcome TEXT,
    applied_at BIGINT
);
CREATE INDEX command_waiting ON command (run_key, id) WHERE state = 'waiting';
CREATE TABLE definition_problem (
    file TEXT NOT NULL,
    message TEXT NOT NULL,
    line INTEGER,
    cure TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (file)
)
 WITHOUT ROWID;
CREATE TABLE event (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    run_key BIGINT NOT NULL,
    seq INTEGER,
    n INTEGER,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT
);
CREATE INDEX event_run ON event (run_key, id);
CREATE TABLE idempotency (
    "key" TEXT NOT NULL,
    route TEXT NOT NULL,
    digest TEXT NOT NULL,
    status INTEGER,
    body TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY ("key", route)
);
CREATE INDEX idempotency_age ON idempotency (created_at);
CREATE TABLE instance (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    host TEXT NOT NULL,
    boot_id TEXT,
    pid BIGINT NOT NULL,
    pid_started BIGINT,
    started_at BIGINT NOT NULL,
    beat_at BIGINT NOT NULL,
    gone_at BIGINT,
    workers INTEGER
);
CREATE TABLE label (
    run_key BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run_key, "key")
)
 WITHOUT ROWID;
CREATE INDEX label_run ON label ("key", value, run_key);
CREATE TABLE metric (
    id INTEGER NOT NULL,
    run_key BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    n INTEGER NOT NULL,
    at BIGINT NOT NULL,
    name TEXT NOT NULL,
    value DOUBLE NOT NULL,
    unit TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX metric_run ON metric (run_key, seq);
CREATE TABLE pipeline (
    namespace TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    version TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    file TEXT,
    present BOOLEAN,
    problem TEXT,
    checked_at BIGINT,
    PRIMARY KEY (namespace, pipeline)
)
 WITHOUT ROWID;
CREATE TABLE pipeline_version (
    namespace TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    version TEXT NOT NULL,
    spec TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (namespace, pipeline, version)
);
CREATE TABLE result (
    "key" TEXT NOT NULL,
    run_key BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY ("key")
)
 WITHOUT ROWID;
CREATE INDEX result_run ON result (run_key);
CREATE TABLE run (
    "key" INTEGER NOT NULL,
    id TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    namespace TEXT NOT NULL,
    version TEXT NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    params TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    tags TEXT NOT NULL,
    selection TEXT,
    facts TEXT,
    parent_key BIGINT,
    replay_of BIGINT,
    generation INTEGER NOT NULL,
    error TEXT,
    tasks_total INTEGER NOT NULL,
    tasks_done INTEGER NOT NULL,
    owner BIGINT,
    epoch INTEGER NOT NULL,
    row_version INTEGER NOT NULL,
    bytes BIGINT,
    error_text TEXT,
    trigger_kind TEXT,
    error_mask BIGINT,
    options TEXT,
    reopened_version INTEGER,
    idle BIGINT DEFAULT 0 NOT NULL,
    PRIMARY KEY ("key")
);
CREATE INDEX run_bytes ON run (bytes, "key");
CREATE INDEX run_duration ON run ((ended_at - started_at - idle), "key");
CREATE INDEX run_ended ON run (ended_at, "key");
CREATE INDEX run_error ON run ("key", error_mask, error_text) WHERE error_text IS NOT NULL;
CREATE UNIQUE INDEX run_id ON run (id);
CREATE INDEX run_line ON run ("key", state, pipeline, namespace, type, trigger_kind, tags, created_at, started_at, ended_at, idle, bytes);
CREATE INDEX run_namespace ON run (namespace, "key");
CREATE INDEX run_parent ON run (parent_key) WHERE parent_key IS NOT NULL;
CREATE INDEX run_pipeline ON run (pipeline, "key");
CREATE INDEX run_place ON run (namespace, pipeline, state, "key");
CREATE INDEX run_replay ON run (replay_of, "key") WHERE replay_of IS NOT NULL;
CREATE INDEX run_started ON run (started_at, "key");
CREATE INDEX run_state ON run (state, "key");
CREATE INDEX run_trigger ON run (trigger_kind, "key") WHERE trigger_kind NOT IN ('manual', 'schedule');
CREATE INDEX run_type ON run (type, "key") WHERE type <> 'standard';
CREATE TABLE sample (
    run_key BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    n INTEGER NOT NULL,
    at BIGINT NOT NULL,
    cpu_seconds DOUBLE NOT NULL,
    rss_bytes BIGINT NOT NULL,
    read_bytes BIGINT NOT NULL,
    written_bytes BIGINT NOT NULL,
    PRIMARY KEY (run_key, seq, n, at)
)
 WITHOUT ROWID;
CREATE TABLE saved_view (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    "query" TEXT NOT NULL,
    columns TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX saved_view_name ON saved_view (name);
CREATE TABLE session (
    digest TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (digest)
)
 WITHOUT ROWID;
CREATE TABLE sign_in_code (
    digest TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (digest)
)
 WITHOUT ROWID;
CREATE TABLE slot (
    name TEXT NOT NULL,
    run_key BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    n INTEGER NOT NULL,
    place BIGINT,
    since BIGINT NOT NULL,
    PRIMARY KEY (name, run_key, seq, n)
)
 WITHOUT ROWID;
CREATE UNIQUE INDEX slot_place ON slot (name, place);
CREATE INDEX slot_run ON slot (run_key);
CREATE INDEX slot_wait ON slot (name, since, run_key) WHERE place IS NULL;
CREATE TABLE task_run_row (
    run_key BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    task TEXT NOT NULL,
    kind TEXT NOT NULL,
    map_index INTEGER NOT NULL,
    label TEXT,
    generation INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    created_at BIGINT NOT NULL,
    queued_at BIGINT,
    started_at BIGINT,
    ended_at BIGINT,
    attempts INTEGER NOT NULL,
    items INTEGER,
    item TEXT,
    progress_done DOUBLE,
    progress_total DOUBLE,
    row_version INTEGER NOT NULL,
    error TEXT,
    PRIMARY KEY (run_key, seq)
)
 WITHOUT ROWID;
CREATE UNIQUE INDEX task_run_place ON task_run_row (run_key, task, map_index, generation);
CREATE TABLE timer (
    run_key BIGINT NOT NULL,
    kind TEXT NOT NULL,
    seq INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (run_key, kind, seq)
)
 WITHOUT ROWID;
CREATE VIEW pipeline_run AS
SELECT
    run.id AS id,
    run.namespace AS namespace,
    run.pipeline AS pipeline,
    run.version AS version,
    run.type AS type,
    run.state AS state,
    run.reason AS reason,
    strftime('%Y-%m-%dT%H:%M:%S', run.created_at / 1000000, 'unixepoch') || printf('.%06dZ', run.created_at % 1000000) AS created_at,
    strftime('%Y-%m-%dT%H:%M:%S', run.started_at / 1000000, 'unixepoch') || printf('.%06dZ', run.started_at % 1000000) AS started_at,
    strftime('%Y-%m-%dT%H:%M:%S', run.ended_at / 1000000, 'unixepoch') || printf('.%06dZ', run.ended_at % 1000000) AS ended_at,
    (run.ended_at - run.started_at - run.idle) / CAST(1000000 AS DOUBLE PRECISION) AS duration,
    run.generation AS generation,
    run.tasks_total AS tasks_total,
    run.tasks_done AS tasks_done,
    run.params AS params,
    run."trigger" AS "trigger",
    run.tags AS tags,
    run.error AS error,
    run.idle / CAST(1000000 AS DOUBLE PRECISION) AS idle
FROM run;
CREATE VIEW task_run AS
SELECT
    run.id AS run_id,
    run.namespace AS namespace,
    run.pipeline AS pipeline,
    task.task AS task,
    task.kind AS kind,
    CASE WHEN task.map_index >= 0 THEN task.map_index END AS map_index,
    task.label AS label,
    task.generation AS generation,
    task.state AS state,
    task.reason AS reason,
    strftime('%Y-%m-%dT%H:%M:%S', task.created_at / 1000000, 'unixepoch') || printf('.%06dZ', task.created_at % 1000000) AS created_at,
    strftime('%Y-%m-%dT%H:%M:%S', task.queued_at / 1000000, 'unixepoch') || printf('.%06dZ', task.queued_at % 1000000) AS queued_at,
    strftime('%Y-%m-%dT%H:%M:%S', task.started_at / 1000000, 'unixepoch') || printf('.%06dZ', task.started_at % 1000000) AS started_at,
    strftime('%Y-%m-%dT%H:%M:%S', task.ended_at / 1000000, 'unixepoch') || printf('.%06dZ', task.ended_at % 1000000) AS ended_at,
    (task.ended_at - task.started_at) / CAST(1000000 AS DOUBLE PRECISION) AS duration,
    (task.started_at - task.queued_at) / CAST(1000000 AS DOUBLE PRECISION) AS queued_for,
    task.attempts AS attempts
FROM task_run_row AS task JOIN run ON run.key = task.run_key
WHERE task.items IS NULL OR task.items = 0;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO alembic_version VALUES ('0011');
INSERT INTO about VALUES ('needs', '0.1.0');
