import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMask, createSecrets } from "@pawl/flows";
import { createLogger } from "@pawl/hooks/guard";
import { createSqliteTransport, startNetworks } from "@pawl/networks";
import { expect, onTestFinished, test } from "vitest";
import { closing, networkText, temporaryFolder, until } from "../networks.ts";

test("a secret in what a hook fails with is in no dead letter and no line of the log; messages stay as they are", async () => {
  const dir = temporaryFolder();
  mkdirSync(join(dir, "networks", "n"), { recursive: true });
  writeFileSync(join(dir, "token"), "tiger-in-the-tank");
  writeFileSync(
    join(dir, "networks", "n.yaml"),
    networkText(["g:initiator", "r:relay", "s:sink"], ["g>r", "r>s"], {
      g: "autoTrigger: { count: 1, payload: { token: tiger-in-the-tank } }",
      r: "retry: { attempts: 2, initialDelay: 1ms }",
    }),
  );
  writeFileSync(
    join(dir, "networks", "n", "r.js"),
    "export const onReceiveRelay = ({ token }, _headers, context) => { context?.log?.warn?.('has ' + token); throw new Error('refused ' + token); };",
  );
  const lines: string[] = [];
  const log = createLogger((_level, message, fields) => lines.push(`${message} ${JSON.stringify(fields)}`));
  const secrets = createSecrets({ projectDir: dir, sources: { TOKEN: { file: "token" } } });
  const mask = await createMask({ projectDir: dir, secrets, env: {} });
  const transport = closing(createSqliteTransport({ file: join(dir, "networks.db") }));
  const networks = await startNetworks(dir, { transport, log, mask });
  onTestFinished(() => networks.stop({ drainTimeoutMs: 50 }));
  expect(networks.diagnostics).toEqual([]);
  const { line } = networks.runs.get("n")!;
  await until(async () => (await line.deadLetters.count()) === 1);
  const [letter] = await line.deadLetters.list();
  expect(letter!.error).toBe("refused ***");
  expect(letter!.stack).not.toContain("tiger");
  expect(lines.join("\n")).toContain("***");
  expect(lines.join("\n")).not.toContain("tiger");
  expect(JSON.stringify(letter!.envelopes)).toContain("tiger-in-the-tank");
});
