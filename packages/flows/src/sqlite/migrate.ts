import type { Database } from "./database.ts";

/** One step of a schema, applied once and in order. `id` counts from 1 within its component. */
export interface Migration {
  readonly id: number;
  readonly sql: string;
}

export class NewerSchemaError extends Error {
  readonly code = "newer-schema";
}

/**
 * Brings one component's tables (`flows`, `networks`) to this version, under a lock.
 * @throws NewerSchemaError when a newer Pawl has written the file.
 */
export function migrate(database: Database, component: string, migrations: readonly Migration[]): void {
  database.exec("CREATE TABLE IF NOT EXISTS schema_version (component TEXT PRIMARY KEY, version INTEGER NOT NULL)");
  const newest = migrations.at(-1)?.id ?? 0;
  const read = database.prepare("SELECT version FROM schema_version WHERE component = ?");
  if (Number(read.get(component)?.version ?? 0) === newest) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = Number(read.get(component)?.version ?? 0);
    if (version > newest) {
      throw new NewerSchemaError(
        `A newer Pawl has written it (${component} schema ${version}; this one knows up to ${newest}). Use a newer Pawl.`,
      );
    }
    for (const migration of migrations) if (migration.id > version) database.exec(migration.sql);
    database
      .prepare(
        "INSERT INTO schema_version VALUES (?, ?) ON CONFLICT (component) DO UPDATE SET version = excluded.version",
      )
      .run(component, newest);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
