import type { Migration } from "@pawl/flows/sqlite";

/** Tables of the component `networks`. Pods are kept by id and edges by their ends, so that both survive a new file. */
export const migrations: readonly Migration[] = [
  {
    id: 1,
    sql: `
      CREATE TABLE networks (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        revision TEXT NOT NULL,
        edges TEXT NOT NULL,
        owner_pid INTEGER,
        owner_start TEXT,
        owner_url TEXT
      );
      CREATE TABLE tokens (
        seq INTEGER PRIMARY KEY,
        net INTEGER NOT NULL,
        edge INTEGER NOT NULL,
        corr TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        due INTEGER NOT NULL,
        arrived INTEGER NOT NULL,
        head TEXT NOT NULL,
        data TEXT
      );
      CREATE TABLE seen_a (net INTEGER, corr TEXT, edge INTEGER, PRIMARY KEY (net, corr, edge)) WITHOUT ROWID;
      CREATE TABLE seen_b (net INTEGER, corr TEXT, edge INTEGER, PRIMARY KEY (net, corr, edge)) WITHOUT ROWID;
      CREATE TABLE seen_state (id INTEGER PRIMARY KEY CHECK (id = 1), younger TEXT NOT NULL, since INTEGER NOT NULL);
      CREATE TABLE outputs (
        net INTEGER NOT NULL,
        pod TEXT NOT NULL,
        number INTEGER NOT NULL,
        corr TEXT NOT NULL,
        data TEXT NOT NULL,
        PRIMARY KEY (net, pod, number)
      ) WITHOUT ROWID;
      CREATE TABLE notes (
        net INTEGER NOT NULL,
        pod TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        until INTEGER,
        PRIMARY KEY (net, pod, name)
      ) WITHOUT ROWID;
      CREATE INDEX notes_until ON notes (until) WHERE until IS NOT NULL;
      CREATE TABLE receipts (
        net INTEGER NOT NULL,
        pod TEXT NOT NULL,
        key TEXT NOT NULL,
        receipt TEXT NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (net, pod, key)
      ) WITHOUT ROWID;
      CREATE INDEX receipts_until ON receipts (until);
      CREATE TABLE dead_letters (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        net INTEGER NOT NULL,
        pod TEXT NOT NULL,
        letter TEXT NOT NULL
      );
      CREATE INDEX dead_letters_net ON dead_letters (net, id);
    `,
  },
  {
    id: 2,
    sql: `
      ALTER TABLE seen_a ADD COLUMN passage TEXT;
      ALTER TABLE seen_b ADD COLUMN passage TEXT;
      ALTER TABLE networks ADD COLUMN owner_key TEXT;
    `,
  },
  {
    id: 3,
    sql: `
      CREATE TABLE history (seq INTEGER PRIMARY KEY, entries TEXT NOT NULL);
      ALTER TABLE seen_a DROP COLUMN passage;
      ALTER TABLE seen_b DROP COLUMN passage;
      ALTER TABLE seen_a ADD COLUMN entry INTEGER;
      ALTER TABLE seen_b ADD COLUMN entry INTEGER;
      ALTER TABLE seen_state ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE seen_state ADD COLUMN mark INTEGER NOT NULL DEFAULT 0;
    `,
  },
];
