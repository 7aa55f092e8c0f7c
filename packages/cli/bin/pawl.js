#!/usr/bin/env node
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

// Node 22 and later keep what they compiled. In a folder of this user's own, because it is code that will be run.
const caches = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
module.enableCompileCache?.(join(caches, "pawl", "code"));
await import("../dist/main.js");
