import type { Migration } from "../sqlite/index.ts";

/** The component's name in `schema_version`. */
export const flowsComponent = "flows";

/**
 * The tables of `@pawl/flows`. What is written here never changes; a change is a further migration.
 *
 * A run's lane is its flow and concurrency key. `admitted` says that it holds one of the lane's places: it is running,
 * or may be claimed. So a claim looks at no limits, and costs the same whatever waits behind them.
 */
export const migrations: readonly Migration[] = [
  {
    id: 1,
    sql: `
CREATE TABLE definitions (hash TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  flow TEXT NOT NULL,
  definition TEXT NOT NULL,
  file TEXT,
  inputs TEXT NOT NULL,
  vars TEXT NOT NULL,
  trigger TEXT NOT NULL,
  idempotency_key TEXT,
  parent_run TEXT,
  parent_record TEXT,
  root TEXT NOT NULL,
  lane_key TEXT NOT NULL,
  lane_limit INTEGER NOT NULL,
  status TEXT NOT NULL,
  admitted INTEGER NOT NULL,
  owner TEXT,
  starts INTEGER NOT NULL,
  wake_at INTEGER,
  cancel_reason TEXT,
  outputs TEXT,
  error TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX runs_idempotency ON runs (flow, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX runs_of_flow ON runs (flow, id, status);
CREATE INDEX runs_of_definition ON runs (definition);
CREATE INDEX runs_by_status ON runs (status, id);
CREATE INDEX runs_ready ON runs (id) WHERE status = 'queued' AND admitted = 1;
CREATE INDEX runs_in_lane ON runs (flow, lane_key) WHERE admitted = 1;
CREATE INDEX runs_blocked ON runs (flow, lane_key, id) WHERE status = 'queued' AND admitted = 0;
CREATE INDEX runs_waiting ON runs (flow, lane_key) WHERE status = 'waiting';
CREATE INDEX runs_owned ON runs (owner) WHERE owner IS NOT NULL;
CREATE INDEX runs_asleep ON runs (wake_at) WHERE status = 'waiting' AND owner IS NULL;
CREATE INDEX runs_of_root ON runs (root) WHERE parent_run IS NOT NULL;
CREATE INDEX runs_of_parent ON runs (parent_run) WHERE parent_run IS NOT NULL;

CREATE TABLE steps (
  run_id TEXT NOT NULL,
  id TEXT NOT NULL,
  step TEXT NOT NULL,
  position INTEGER NOT NULL,
  status TEXT NOT NULL,
  output TEXT,
  error TEXT,
  attempts TEXT,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  reason TEXT,
  hooks TEXT,
  child TEXT,
  PRIMARY KEY (run_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE waits (
  run_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  until INTEGER,
  created_at INTEGER NOT NULL,
  done INTEGER NOT NULL,
  value TEXT,
  PRIMARY KEY (run_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE signals (seq INTEGER PRIMARY KEY, run_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL) STRICT;
CREATE INDEX signals_of_run ON signals (run_id, name, seq);

CREATE TABLE owners (
  id TEXT PRIMARY KEY,
  pid INTEGER NOT NULL,
  start_time TEXT NOT NULL,
  host TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE wishes (owner TEXT NOT NULL, run_id TEXT NOT NULL, PRIMARY KEY (owner, run_id)) STRICT, WITHOUT ROWID;

CREATE TABLE leases (name TEXT PRIMARY KEY, owner TEXT NOT NULL, token TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;

CREATE TABLE state (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX state_expiry ON state (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT,
  record_id TEXT,
  flow TEXT,
  type TEXT NOT NULL,
  time INTEGER NOT NULL,
  data TEXT
) STRICT;
CREATE INDEX events_of_run ON events (run_id, seq);
`,
  },
  {
    id: 2,
    sql: `
ALTER TABLE runs ADD COLUMN trace_id TEXT;
CREATE INDEX runs_of_trace ON runs (trace_id);
`,
  },
  {
    // Each commit of a step writes fewer pages. Steps stand in the order of their starts: by their names they were put
    // between others, whose pages had to be balanced. Numbers of events need no counter, and the index of each run's
    // events is brought up to date for many at once. What an older process does with these tables it can still do.
    id: 3,
    sql: `
ALTER TABLE steps RENAME TO named_steps;
CREATE TABLE steps (
  run_id TEXT NOT NULL,
  id TEXT NOT NULL,
  step TEXT NOT NULL,
  position INTEGER NOT NULL,
  status TEXT NOT NULL,
  output TEXT,
  error TEXT,
  attempts TEXT,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  reason TEXT,
  hooks TEXT,
  child TEXT,
  PRIMARY KEY (run_id, position, id)
) STRICT, WITHOUT ROWID;
INSERT INTO steps SELECT * FROM named_steps ORDER BY run_id, position;
DROP TABLE named_steps;

DROP INDEX events_of_run;
ALTER TABLE events RENAME TO counted_events;
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  run_id TEXT,
  record_id TEXT,
  flow TEXT,
  type TEXT NOT NULL,
  time INTEGER NOT NULL,
  data TEXT
) STRICT;
INSERT INTO events SELECT * FROM counted_events;
INSERT INTO events (seq, type, time) SELECT seq, '', 0 FROM sqlite_sequence
  WHERE name = 'counted_events' AND seq > (SELECT coalesce(max(seq), 0) FROM events);
DROP TABLE counted_events;

-- The numbers of each run's events, and of those without a run as '', up to the one in run_events_until.
CREATE TABLE run_events (run_id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (run_id, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE run_events_until (seq INTEGER NOT NULL) STRICT;
INSERT INTO run_events SELECT coalesce(run_id, ''), seq FROM events ORDER BY 1, 2;
INSERT INTO run_events_until SELECT coalesce(max(seq), 0) FROM events;

-- A number is never given twice: where the newest event is taken out, a row without a type keeps its number.
CREATE TRIGGER events_deleted AFTER DELETE ON events BEGIN
  DELETE FROM run_events WHERE run_id = coalesce(old.run_id, '') AND seq = old.seq;
  INSERT OR IGNORE INTO run_events SELECT '', old.seq WHERE NOT EXISTS (SELECT 1 FROM events WHERE seq > old.seq);
  INSERT INTO events (seq, type, time) SELECT old.seq, '', old.time
    WHERE NOT EXISTS (SELECT 1 FROM events WHERE seq > old.seq);
END;
`,
  },
];
