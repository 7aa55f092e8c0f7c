import type { Database, Statement } from "./database.ts";

/** Prepares each text once. For texts from a bounded set: what is prepared stays until the database is closed. */
export function cachedStatements(database: Database): (text: string) => Statement {
  const prepared = new Map<string, Statement>();
  return (text) => {
    let statement = prepared.get(text);
    if (statement === undefined) {
      statement = database.prepare(text);
      prepared.set(text, statement);
    }
    return statement;
  };
}
