import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { HookError } from "../registry/hook-error.ts";
import type { HookCallback } from "../registry/hook-matcher.ts";

/** A hook in a module of its own. The module is loaded when the hook is first called, and its errors are the hook's. */
export function createHandlerHook(file: string): HookCallback {
  let loading: Promise<HookCallback> | undefined;
  return async (input, toolUseId, signal) => {
    loading ??= loadHandler(file);
    const handler = await loading.catch((error: unknown) => {
      // Somebody may mend the file; the breaker keeps this from being tried too often.
      loading = undefined;
      throw error;
    });
    return handler(input, toolUseId, signal);
  };
}

async function loadHandler(file: string): Promise<HookCallback> {
  let module: { readonly default?: unknown };
  try {
    module = /\.m?js$/.test(file) ? await importFresh(file) : await importTypeScript(file);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new HookError("invalid-handler", `${file} cannot be loaded: ${message}`, { cause: error });
  }
  const handler = module.default;
  if (typeof handler !== "function") {
    const got = handler === undefined ? "nothing" : `a ${typeof handler}`;
    throw new HookError("invalid-handler", `The default export of ${file} must be a function, not ${got}.`);
  }
  return handler as HookCallback;
}

/** The query keeps Node from handing out the module as it was before the last change. */
async function importFresh(file: string): Promise<{ readonly default?: unknown }> {
  return import(`${pathToFileURL(file).href}?at=${Date.now()}`);
}

async function importTypeScript(file: string): Promise<{ readonly default?: unknown }> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(import.meta.url, {
    moduleCache: false,
    // A handler may import this package without having installed it.
    alias: { "@pawl/hooks": ownEntry() },
  });
  return jiti.import(file);
}

/** Where this package's own exports are, built or not. */
function ownEntry(): string {
  const built = fileURLToPath(import.meta.resolve("@pawl/hooks"));
  return existsSync(built) ? built : fileURLToPath(new URL("../index.ts", import.meta.url));
}
