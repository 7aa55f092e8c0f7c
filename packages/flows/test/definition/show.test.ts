import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { frame } from "@pawl/hooks/diagnostics";
import { test } from "vitest";
import { parseFlow } from "../../src/definition/parse-flow.ts";
import { catalogue } from "./catalogue.ts";

test("show", async () => {
  let o = "";
  for (const d of ["valid", "invalid"]) {
    const dir = join(import.meta.dirname, "../fixtures/flows", d);
    for (const f of readdirSync(dir)) {
      const text = readFileSync(join(dir, f), "utf8");
      const p = await parseFlow(text, { ...catalogue });
      o += `== ${d}/${f}\n`;
      for (const x of p.diagnostics)
        o += `${x.line}:${x.column} ${x.severity} ${x.code}: ${x.message}${x.hint ? "  HINT " + x.hint : ""}\n${frame(x, text) ?? ""}\n`;
    }
  }
  process.stdout.write(o);
});
