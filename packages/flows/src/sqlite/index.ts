// What is exported here is public.
export {
  type Database,
  type OpenOptions,
  openDatabase,
  type SqlValue,
  type Statement,
  stopWaitingWhenBusy,
} from "./database.ts";
export { DatabaseClosedError, GroupWriter, type GroupWriterOptions, type WriteOperation } from "./group-writer.ts";
export { type Migration, migrate, NewerSchemaError } from "./migrate.ts";
export { cachedStatements } from "./statements.ts";
