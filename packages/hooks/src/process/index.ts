// What is exported here is public.
export type { SpawnBroker } from "./broker/spawn-broker.ts";
export type { ChildOptions, ChildResult } from "./child.ts";
export { endGroup } from "./end-group.ts";
export { ProcessError, type ProcessErrorCode, ProgramNotFoundError } from "./errors.ts";
export { findProgram, type ProgramSearch } from "./find-program.ts";
export { identify, isAlive, type ProcessIdentity } from "./identity.ts";
export {
  PersistentProgram,
  type PersistentProgramOptions,
  type ProgramCallOptions,
  type ProgramReport,
} from "./persistent/persistent-program.ts";
export { runChild, startSpawnBroker } from "./run-child.ts";
