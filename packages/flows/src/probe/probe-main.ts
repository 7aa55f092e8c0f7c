import { serveProbe } from "./serve-probe.ts";

// The inside of the process in which plugins are imported before anybody else does, without the modules that a program adds.
await serveProbe();
